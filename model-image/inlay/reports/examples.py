"""The held-out pictures and holes that decoders are measured on."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from inlay.data import CropStream
from inlay.lama_masks import STYLES, lama_mask
from inlay.masks import random_mask

LARGE_HOLES = ", 40-50 %"
"""The split of the paper's table 1, by the share of the picture that is repainted."""


def is_large(mask: Tensor) -> bool:
    """Whether a hole belongs to that split."""
    return bool(0.4 < mask.mean() <= 0.5)


@dataclass(frozen=True)
class Example:
    """A held-out picture (1, 3, S, S) in [-1, 1] and the hole (1, 1, S, S) to fill, 1 = repaint."""

    image: Tensor
    mask: Tensor
    seed: int


def draw(folder: Path, size: int, count: int, seed: int, masks: str = "mixed") -> list[Example]:
    """Crops and holes that follow from the seed alone; holes as in training, or of one of LaMa's styles."""
    generator = torch.Generator().manual_seed(seed)
    stream = CropStream(folder, size, generator)

    def hole() -> Tensor:
        if masks == "mixed":
            return random_mask(size, generator)
        return lama_mask(STYLES[masks], size, generator)

    return [Example(stream.batch(1), hole()[None], seed + index) for index in range(count)]

"""The published sets that the paper's tables are measured on, as folders: one case a picture, in the order of names."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from inlay.lama_masks import STYLES, lama_mask
from inlay.pictures import ENDINGS
from inlay.samples import to_tensor


@dataclass(frozen=True)
class Case:
    """A picture (1, 3, S, S) in [-1, 1], its hole (1, 1, S, S), 1 = repaint, and what is to be painted there."""

    image: Tensor
    mask: Tensor
    prompt: str = ""
    example: Tensor | None = None
    """(1, 3, H, W) in [-1, 1], of any size."""


def inpainting_cases(folder: Path, size: int, style: str, seed: int) -> Iterator[Case]:
    """Every picture of a folder, its middle at `size` px, with a hole of one of LaMa's styles."""
    generator = torch.Generator().manual_seed(seed)
    for path in pictures_of(folder):
        yield Case(square(path, size), lama_mask(STYLES[style], size, generator)[None])


def example_cases(folder: Path, size: int) -> Iterator[Case]:
    """COCOEE's way: `images`, `masks` (white is repainted) and `examples`, matched by the order of their names.

    Raises ValueError where the three hold different numbers of files.
    """
    parts = [pictures_of(folder / name) for name in ("images", "masks", "examples")]
    if len({len(part) for part in parts}) != 1:
        counts = ", ".join(str(len(part)) for part in parts)
        raise ValueError(f"{folder.name}: images, masks and examples differ in number: {counts}")
    for image, mask, example in zip(*parts, strict=True):
        hole = (square(mask, size)[:, :1] >= 0).float()
        yield Case(square(image, size), hole, example=whole(example))


def caption_cases(folder: Path, size: int) -> Iterator[Case]:
    """Every line of `captions.jsonl`, a `caption` and the `file` that it describes, each painted whole.

    The described picture is what a set of made ones is compared with; several captions may share it.
    """
    with (folder / "captions.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            image = square(folder / row["file"], size)
            yield Case(image, torch.ones(1, 1, size, size), prompt=row["caption"])


def pictures_of(folder: Path) -> list[Path]:
    """Raises FileNotFoundError where there is none."""
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS)
    if not found:
        raise FileNotFoundError(f"{folder} holds no pictures.")
    return found


def square(path: Path, size: int) -> Tensor:
    """The middle of a picture as (1, 3, size, size) in [-1, 1]."""
    with Image.open(path) as image:
        fitted = ImageOps.fit(image.convert("RGB"), (size, size), Image.Resampling.LANCZOS)
    return to_tensor(np.array(fitted))


def whole(path: Path) -> Tensor:
    """A picture as (1, 3, H, W) in [-1, 1]."""
    with Image.open(path) as image:
        return to_tensor(np.array(image.convert("RGB")))

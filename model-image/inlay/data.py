"""Photographs as an endless stream of random crops."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from inlay.masks import integer, uniform
from inlay.pictures import open_pictures
from inlay.samples import to_tensor


class CropStream:
    """Random square crops (size, size) of a folder's or shards' pictures, at random scales, mirrored half of the time.

    By the share `recolour`, a crop's channels change places and are stretched: what few photographs lack in colours.
    """

    def __init__(
        self, source: Path, size: int, generator: torch.Generator, recolour: float = 0.0
    ) -> None:
        """`source` as in `inlay.pictures.open_pictures`, whose errors it raises."""
        self.size = size
        self.recolour = recolour
        self.generator = generator
        self.pictures = open_pictures(source, generator)

    def batch(self, count: int) -> Tensor:
        """Crops (count, 3, size, size) in [-1, 1]."""
        return torch.stack([self.crop() for _ in range(count)])

    def crop(self) -> Tensor:
        """One crop (3, size, size) in [-1, 1]."""
        picture = self.pictures.draw()
        height, width = picture.shape[:2]
        largest = min(height, width)
        side = min(largest, round(self.size * (1 + 2.5 * uniform(self.generator) ** 2)))
        top = integer(self.generator, height - side + 1)
        left = integer(self.generator, width - side + 1)
        crop = Image.fromarray(picture[top : top + side, left : left + side])
        crop = crop.resize((self.size, self.size), Image.Resampling.LANCZOS)
        pixels = to_tensor(np.array(crop))[0]
        if uniform(self.generator) < 0.5:
            pixels = pixels.flip(2)
        # Asked first, so that a run without it draws what it always drew.
        if self.recolour > 0 and uniform(self.generator) < self.recolour:
            pixels = recoloured(pixels, self.generator)
        return pixels


def recoloured(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """A picture (3, H, W) in [-1, 1] with its channels in another order, each stretched by up to a third."""
    order = torch.randperm(3, generator=generator)
    gain = 0.75 + 0.58 * torch.rand((3, 1, 1), generator=generator)
    shift = 0.3 * (torch.rand((3, 1, 1), generator=generator) - 0.5)
    return (pixels[order] * gain + shift).clamp(-1, 1)

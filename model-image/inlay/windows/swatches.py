"""Small squares of the kept picture that stand for the rest of it where only statistics of it are wanted.

A photograph is sky here and gravel there: the surroundings of a hole, or squares drawn at random, tell little of the
rest. The squares are sorted into as many equally large strata of like content as there are swatches, and each stratum
sends the square nearest to its mean.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class SwatchSize:
    """How many squares stand for a level, a power of two, and of how many of its pixels a side."""

    count: int
    side: int


SWATCHES = {
    4: SwatchSize(16, 2),
    3: SwatchSize(32, 2),
    2: SwatchSize(32, 4),
    1: SwatchSize(64, 4),
}
"""By level: the coarse levels' statistics are the easier to tell and the dearer to sample."""

TOLD_BY = 64
"""Channels, about, by which it is told what squares hold: of a wide level some stand for all."""


@dataclass(frozen=True)
class Swatches:
    """Squares (n * count, c, side, side) of one level; each picture's follow one another."""

    pixels: Tensor
    count: int

    def convolved(self, layer: nn.Conv2d, x: Tensor) -> Tensor:
        """A 3x3 convolution of values in these squares that keeps their size; what is beyond an edge is as at it."""
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), layer.weight, layer.bias)

    def together(self, x: Tensor) -> Tensor:
        """The squares of each picture side by side (n, c, side, count * side)."""
        return torch.cat(x.unflatten(0, (-1, self.count)).unbind(1), dim=3)


def pick_swatches(whole: Tensor, measured: Tensor, size: SwatchSize) -> Swatches:
    """Swatches of a level's input (n, c, H, W) outside of what is measured anyway (n or 1, 1, H, W), on the host.

    Where no whole square is left, they are drawn from all.
    """
    side = min(size.side, *whole.shape[-2:])
    columns = whole.shape[-1] // side
    taken = F.max_pool2d(measured.float(), side).flatten(1).expand(len(whole), -1)
    channels = slice(None, None, max(1, whole.shape[1] // TOLD_BY))
    content = F.avg_pool2d(whole, side)[:, channels].flatten(2).mT
    picked = []
    for picture, values, covered in zip(whole, content, taken, strict=True):
        left = covered == 0
        free = (left if left.any() else ~left).nonzero()[:, 0].to(whole.device)
        chosen = free[representatives(values[free], size.count)]
        squares = picture.unfold(1, side, side).unfold(2, side, side)
        picked.append(squares[:, chosen // columns, chosen % columns].transpose(0, 1))
    return Swatches(torch.cat(picked), size.count)


def representatives(values: Tensor, count: int) -> Tensor:
    """Which rows of (rows, features) stand best for all of them, equally many each: `count` indices, a power of two.

    Halves the rows at the median of the feature that varies most, each half again, and so on (a k-d tree).
    """
    values = values.float()
    values = (values - values.mean(0)) / values.std(0, unbiased=False).clamp(min=1e-6)
    rows = torch.arange(-(-len(values) // count) * count, device=values.device) % len(values)
    groups = rows[None]
    while len(groups) < count:
        held = values[groups]
        widest = held.var(1, unbiased=False).argmax(1)
        column = held.gather(2, widest[:, None, None].expand(-1, held.shape[1], 1))[..., 0]
        order = column.argsort(dim=1, stable=True)
        groups = groups.gather(1, order).unflatten(1, (2, -1)).flatten(0, 1)
    held = values[groups]
    nearest = (held - held.mean(1, keepdim=True)).square().sum(2).argmin(1)
    return groups.gather(1, nearest[:, None])[:, 0]

"""Windows that lose a pixel of their surroundings to each convolution: the least work, in shapes of their own."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inlay.crops import Box
from inlay.windows.plan import coarser, scaled
from inlay.windows.upsampling import double


@dataclass(frozen=True)
class ShrinkingWindow:
    """See `inlay.windows.window.Window`."""

    regions: tuple[Box, ...]
    """By stage."""
    wanted: Box
    """What the next level takes, in its pixels."""
    earlier: tuple[tuple[Box, ...], ...] = ()
    """By stage, windows that share pixels with this one and have counted them."""

    def read(self, whole: Tensor) -> Tensor:
        box = self.regions[0]
        return whole[(..., *box.span)]

    def convolve(self, layer: nn.Conv2d, x: Tensor, stage: int) -> Tensor:
        return convolve_box(layer, x, self.regions[stage], self.regions[stage + 1])

    def later(self, x: Tensor, stage: int, by: int) -> Tensor:
        return cut_from(x, self.regions[stage], self.regions[stage + by])

    def counted(self, stage: int) -> Tensor | None:
        box = self.regions[stage]
        others = [other[stage] for other in self.earlier]
        met = [other for other in others if box.gap(other) < 0]
        if not met:
            return None
        ones = torch.ones(1, 1, box.bottom - box.top, box.right - box.left)
        for other in met:
            ones[
                ...,
                max(other.top - box.top, 0) : other.bottom - box.top,
                max(other.left - box.left, 0) : other.right - box.left,
            ] = 0
        return ones

    def right(self, stage: int) -> list[Box]:
        return [self.regions[stage]]

    def doubled(self, layer: nn.Conv2d, x: Tensor) -> Tensor:
        inner = coarser(self.wanted, 2)
        given = self.regions[-1]
        seen = inner.grown(1).intersection(given)
        # Zeros where the picture ends, and for pixels that are not wanted.
        padding = (
            inner.left - seen.left < 1,
            seen.right - inner.right < 1,
            inner.top - seen.top < 1,
            seen.bottom - inner.bottom < 1,
        )
        padded = F.pad(cut_from(x, given, seen), [int(side) for side in padding])
        return cut_from(double(padded, layer.weight, layer.bias), scaled(inner, 2), self.wanted)

    def place(self, whole: Tensor, x: Tensor, hole: Tensor, times: int) -> None:
        box = self.regions[-1] if times == 1 else self.wanted
        span = (..., slice(box.top, box.bottom), slice(box.left, box.right))
        whole[span] = torch.where(hole[span], x, whole[span])


def convolve_box(layer: nn.Conv2d, x: Tensor, given: Box, made: Box) -> Tensor:
    """A 3x3 convolution of a box's pixels for a box that is a pixel smaller on each side within the picture."""
    # Zeros where it does, as for all of it.
    padding = (
        int(made.left == given.left),
        int(made.right == given.right),
        int(made.top == given.top),
        int(made.bottom == given.bottom),
    )
    return F.conv2d(F.pad(x, padding) if any(padding) else x, layer.weight, layer.bias)


def cut_from(x: Tensor, given: Box, made: Box) -> Tensor:
    """A box's pixels out of a tensor that holds those of a larger one."""
    return x[(..., *made.within(given).span)]

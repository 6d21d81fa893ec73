"""Windows of few fixed shapes, one for each picture of a batch: what compiled code and batches want."""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inlay.crops import Box
from inlay.windows.plan import Size
from inlay.windows.upsampling import double

QUARTERS = (1, 2, 3, 4)
"""A window's sides, in quarters of the picture's."""


@dataclass(frozen=True)
class BucketWindow:
    """Keeps its shape: each convolution spoils another pixel at the edges where the picture goes on.

    `starts` are the rows and columns (n, 2) at which each picture's window begins, `distance` (n, 1, h, w) how many
    pixels lie between a pixel and the nearest such edge, at least as many as there are stages where there is none.
    """

    starts: tuple[tuple[int, int], ...]
    size: Size
    level: Size
    distance: Tensor = field(repr=False)

    def read(self, whole: Tensor) -> Tensor:
        return torch.cat(
            [
                picture[..., top : top + self.size.height, left : left + self.size.width]
                for picture, (top, left) in zip(whole.split(1), self.starts, strict=True)
            ]
        )

    def convolve(self, layer: nn.Conv2d, x: Tensor, stage: int) -> Tensor:
        return layer(x)

    def later(self, x: Tensor, stage: int, by: int) -> Tensor:
        return x

    def counted(self, stage: int) -> Tensor | None:
        return self.distance >= stage

    def right(self, stage: int) -> list[Box]:
        size, level = self.size, self.level
        return [
            Box(
                left + (stage if left > 0 else 0),
                top + (stage if top > 0 else 0),
                left + size.width - (stage if left + size.width < level.width else 0),
                top + size.height - (stage if top + size.height < level.height else 0),
            )
            for top, left in self.starts
        ]

    def doubled(self, layer: nn.Conv2d, x: Tensor) -> Tensor:
        return double(F.pad(x, (1, 1, 1, 1)), layer.weight, layer.bias)

    def place(self, whole: Tensor, x: Tensor, hole: Tensor, times: int) -> None:
        holes = hole.expand(len(x), -1, -1, -1).split(1)
        for picture, made, marked, (top, left) in zip(
            whole.split(1), x.split(1), holes, self.starts, strict=True
        ):
            span = (
                ...,
                slice(times * top, times * (top + self.size.height)),
                slice(times * left, times * (left + self.size.width)),
            )
            picture[span] = torch.where(marked[span], made, picture[span])


def bucket_window(needed: list[Box], level: Size, device: torch.device) -> BucketWindow:
    """The smallest bucket that holds each picture's needed box (with its surroundings), each where it does."""
    size = next(size for size in buckets(level) if all(fits(box, size) for box in needed))
    starts = tuple(
        (
            start_of(box.top, box.bottom, size.height, level.height),
            start_of(box.left, box.right, size.width, level.width),
        )
        for box in needed
    )
    return BucketWindow(starts, size, level, distances(starts, size, level).to(device))


def buckets(level: Size) -> list[Size]:
    """The shapes there are at a level, smallest first."""
    return [
        Size(-(-quarters * level.height // 4), -(-quarters * level.width // 4))
        for quarters in QUARTERS
    ]


def fits(box: Box, size: Size) -> bool:
    """Whether a bucket is large enough."""
    return box.bottom - box.top <= size.height and box.right - box.left <= size.width


def start_of(start: int, end: int, length: int, limit: int) -> int:
    """Where a span of some length begins that has another in its middle, within the picture."""
    return min(max((start + end - length) // 2, 0), limit - length)


def distances(starts: tuple[tuple[int, int], ...], size: Size, level: Size) -> Tensor:
    """Of every pixel to the nearest edge of its window that is not the picture's (n, 1, h, w)."""
    return torch.stack(
        [
            torch.minimum(
                along(top, size.height, level.height)[:, None],
                along(left, size.width, level.width)[None],
            )[None]
            for top, left in starts
        ]
    )


def along(start: int, length: int, limit: int) -> Tensor:
    """The same along one axis (length)."""
    far = torch.full((length,), limit)
    place = torch.arange(length)
    before = place if start > 0 else far
    after = place.flip(0) if start + length < limit else far
    return torch.minimum(before, after)

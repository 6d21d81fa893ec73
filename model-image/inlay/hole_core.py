"""The inside of a hole: where no feature of the kept picture is taken, so that none need be computed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inlay.blend import MaskReduction
from inlay.condition import STRIDES
from inlay.crops import Box


def largest_solid(hole: NDArray[np.bool_]) -> Box | None:
    """A largest box that lies whole within a hole (H, W); None where the hole is empty.

    Goes down the rows with each column's height of hole above; a stack holds the boxes that may still grow.
    """
    best, area = None, 0
    heights = np.zeros(hole.shape[1] + 1, int)
    for row, cells in enumerate(hole):
        heights[:-1] = np.where(cells, heights[:-1] + 1, 0)
        open_boxes: list[tuple[int, int]] = []
        for column, height in enumerate(heights.tolist()):
            left = column
            while open_boxes and open_boxes[-1][1] >= height:
                left, tall = open_boxes.pop()
                if tall * (column - left) > area:
                    area = tall * (column - left)
                    best = Box(left, row + 1 - tall, column, row + 1)
            if height and (not open_boxes or open_boxes[-1][1] < height):
                open_boxes.append((left, height))
    return best


@dataclass(frozen=True)
class Span:
    """A range of rows or columns that are not needed; none where it is empty."""

    start: int
    end: int


def unneeded(core: Box, reduction: MaskReduction) -> list[Box | None]:
    """By level, from the picture's to the latents', the box whose features nothing is made of.

    Neither are they blended in nor does a feature that is see them. `core` lies within the hole.
    """
    rows = spans(Span(core.top, core.bottom), reduction)
    columns = spans(Span(core.left, core.right), reduction)
    return [
        Box(across.start, down.start, across.end, down.end)
        if down.start < down.end and across.start < across.end
        else None
        for down, across in zip(rows, columns, strict=True)
    ]


def spans(core: Span, reduction: MaskReduction) -> list[Span]:
    """The same along one axis."""
    found: list[Span] = []
    for level in reversed(range(len(STRIDES))):
        stride = STRIDES[level]
        # A cell is in the hole if any of its pixels is, or if its first one is.
        first = core.start // stride if reduction == "area" else -(-core.start // stride)
        span = Span(first, -(-core.end // stride))
        if found:
            span = narrowed(span, found[-1], STRIDES[level + 1] // stride)
        found.append(span)
    return found[::-1]


def narrowed(span: Span, coarser: Span, step: int) -> Span:
    """What of a span is not seen from outside the next level's: by a 4x4 kernel in steps of 2, or a 3x3 one."""
    if coarser.start >= coarser.end:
        return Span(0, 0)
    if step == 2:
        start, end = 2 * coarser.start + 1, 2 * coarser.end - 1
    else:
        start, end = coarser.start + 1, coarser.end - 1
    return Span(max(span.start, start), min(span.end, end))

"""The inside of a hole, where no feature of the kept picture is taken, so that none need be computed."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inlay.blend import MaskReduction
from inlay.condition import STRIDES
from inlay.crops import Box
from inlay.windows.plan import CELL, cells_of, coarser, scaled


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
            if height:
                open_boxes.append((left, height))
    return best


def solid_core(hole: NDArray[np.bool_]) -> Box | None:
    """A box of pixels that lies whole within a hole (H, W): a largest one of latents, grown; None if it holds none."""
    found = largest_solid(cells_of(hole).all((1, 3)))
    if found is None:
        return None
    core = scaled(found, CELL)
    rows = hole[:, core.left : core.right].all(1)
    top, bottom = run_around(rows, core.top, core.bottom)
    columns = hole[top:bottom].all(0)
    left, right = run_around(columns, core.left, core.right)
    return Box(left, top, right, bottom)


def run_around(marked: NDArray[np.bool_], start: int, end: int) -> tuple[int, int]:
    """A span of what is marked, made as long as it goes on."""
    before, after = np.flatnonzero(~marked[:start]), np.flatnonzero(~marked[end:])
    return (
        int(before[-1]) + 1 if len(before) else 0,
        end + int(after[0]) if len(after) else len(marked),
    )


def unneeded(core: Box, reduction: MaskReduction) -> list[Box | None]:
    """By level, from the picture's to the latents', the box whose features nothing is made of; None for no such one.

    `core` lies within the hole. Within it no feature is blended in, but on the finer levels those at its rim are seen
    by features outside: by a 4x4 kernel in steps of 2, or a 3x3 one.
    """
    boxes = [repainted(core, STRIDES[-1], reduction)]
    for stride, next_stride in zip(STRIDES[-2::-1], STRIDES[:0:-1], strict=True):
        last, step = boxes[-1], next_stride // stride
        inner, box = repainted(core, stride, reduction), scaled(last, step)
        boxes.append(
            Box(
                max(box.left + 1, inner.left),
                max(box.top + 1, inner.top),
                min(box.right - 1, inner.right),
                min(box.bottom - 1, inner.bottom),
            )
        )
    return [
        box if box.left < box.right and box.top < box.bottom else None for box in reversed(boxes)
    ]


def repainted(core: Box, stride: int, reduction: MaskReduction) -> Box:
    """The cells of a level that its mask has in a hole's core: any of whose pixels is, or whose first one."""
    box = coarser(core, stride)
    if reduction == "area":
        return box
    return replace(box, left=-(-core.left // stride), top=-(-core.top // stride))

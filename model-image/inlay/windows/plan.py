"""Where a windowed decode looks: boxes that cover the hole, and what each level needs of its surroundings."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inlay.crops import Box, tightened

MOST_WINDOWS = 6
"""Every window costs its surroundings and some time of its own."""

SURROUNDINGS = 2
"""Latents around a window that its levels compute beside it, in the mean."""

CELL = 8
"""Pixels of the picture to one latent."""


@dataclass(frozen=True)
class Size:
    """Height and width in pixels of a level."""

    height: int
    width: int


def grown(box: Box, by: int, size: Size) -> Box:
    """A box with some pixels more on every side that lies within the picture."""
    return box.grown(by).intersection(Box(0, 0, size.width, size.height))


def coarser(box: Box, stride: int) -> Box:
    """The cells of `stride` pixels a side that a box touches."""
    return Box(
        box.left // stride, box.top // stride, -(-box.right // stride), -(-box.bottom // stride)
    )


def shrinking(out: Box, steps: int, size: Size) -> tuple[Box, ...]:
    """What is needed before and after each of some 3x3 convolutions, for the last to give `out`."""
    return tuple(grown(out, steps - step, size) for step in range(steps + 1))


def wanted_above(hole: Box, level: int) -> Box:
    """What a level (1 to 4) must give the next one for a hole (in pixels of the picture): in that one's pixels.

    The last level gives the output, at its own size.
    """
    return coarser(hole, 2 ** (level - 2)) if level > 1 else hole


def needed_below(wanted: Box, size: Size) -> Box:
    """What a level of a size must have for its doubled picture, convolved, to be right in a box of the next one's.

    An even row is made of its own row of cells and the one before, an odd one of its own and the one after.
    """
    box = Box(
        (wanted.left - 1) // 2, (wanted.top - 1) // 2, wanted.right // 2 + 1, wanted.bottom // 2 + 1
    )
    return grown(box, 0, size)


def cells_of(hole: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A hole (H, W) by latents: (h, 8, w, 8)."""
    height, width = hole.shape
    return hole.reshape(height // CELL, CELL, width // CELL, CELL)


def cover(hole: NDArray[np.bool_]) -> list[Box]:
    """Boxes, in pixels, that hold all of a hole (H, W): as few and small as decode it with little work.

    One around everything, and then the cut between latents that saves most, as long as one saves. The sides are
    multiples of 8; an empty hole has no boxes.
    """
    cells = cells_of(hole).any((1, 3))
    height, width = cells.shape
    cuts = [best_cut(cells, box) for box in marked(cells, Box(0, 0, width, height))]
    while 0 < len(cuts) < MOST_WINDOWS:
        best = max(cuts, key=lambda cut: cut.saved)
        if best.saved <= 0:
            break
        cuts.remove(best)
        cuts += [best_cut(cells, part) for part in best.parts]
    return [box for cut in cuts for box in marked(hole, scaled(cut.box, CELL))]


@dataclass(frozen=True)
class Cut:
    """A box of latents, its best parts, and how many latents less they cost."""

    box: Box
    saved: float
    parts: tuple[Box, ...]


def best_cut(cells: NDArray[np.bool_], box: Box) -> Cut:
    """The cut along a row or a column that saves most."""
    best = Cut(box, 0.0, (box,))
    if cells[box.span].all():
        return best
    for parts in halves(box):
        tight = tuple(small for part in parts for small in marked(cells, part))
        saved = work(box) - sum(work(part) for part in tight)
        if saved > best.saved:
            best = Cut(box, saved, tight)
    return best


def marked(cells: NDArray[np.bool_], box: Box) -> list[Box]:
    """The smallest box around what is marked within another, if anything is."""
    tight = tightened(cells, box)
    return [] if tight is None else [tight]


def halves(box: Box) -> list[tuple[Box, Box]]:
    """Every way to cut a box in two."""
    return [
        *((replace(box, bottom=at), replace(box, top=at)) for at in range(box.top + 1, box.bottom)),
        *((replace(box, right=at), replace(box, left=at)) for at in range(box.left + 1, box.right)),
    ]


def work(box: Box) -> float:
    """How much a window costs, in latents."""
    width, height = box.right - box.left, box.bottom - box.top
    return (width + 2 * SURROUNDINGS) * (height + 2 * SURROUNDINGS)


def scaled(box: Box, by: int) -> Box:
    """A box of cells of `by` pixels a side, in pixels."""
    return Box(by * box.left, by * box.top, by * box.right, by * box.bottom)

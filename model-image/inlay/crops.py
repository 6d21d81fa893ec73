"""Where to look: square crops with context around the groups of the mask (design section 5, rule 3)."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONTEXT = 1.6
"""A crop's side as a multiple of its group's longer side."""

MAX_CROPS = 16
MOST_SHRUNK = 2.0
"""A group whose crop would have to be shrunk by more is cut."""
COARSER = 1.15
"""By how much more crops are shrunk, again and again, until they are few enough."""
GRID = 128
"""The mask is looked at in at most this many cells a side; groups within a cell of each other are one."""


@dataclass(frozen=True)
class Box:
    """Pixels from (left, top) up to, not including, (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    def union(self, other: "Box") -> "Box":
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def intersection(self, other: "Box") -> "Box":
        """What two boxes that meet share."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def grown(self, by: int) -> "Box":
        """The box with some pixels more on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def gap(self, other: "Box") -> int:
        """Pixels between two boxes, along the axis on which they are further apart.

        0 where they touch, less where they share pixels.
        """
        return max(
            max(self.left, other.left) - min(self.right, other.right),
            max(self.top, other.top) - min(self.bottom, other.bottom),
        )

    def within(self, other: "Box") -> "Box":
        """The box as counted from another's upper left."""
        return Box(
            self.left - other.left,
            self.top - other.top,
            self.right - other.left,
            self.bottom - other.top,
        )

    @property
    def span(self) -> tuple[slice, slice]:
        """Its rows and columns of an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def contains(self, other: "Box") -> bool:
        return self.union(other) == self

    @property
    def side(self) -> int:
        return max(self.right - self.left, self.bottom - self.top)


@dataclass(frozen=True)
class Crop:
    """A square region, possibly beyond the picture's edges, and the box of the mask that it is for."""

    left: int
    top: int
    side: int
    hole: Box

    @property
    def box(self) -> Box:
        return Box(self.left, self.top, self.left + self.side, self.top + self.side)

    def scaled(self, scale: float) -> "Crop":
        """The same region of the picture at another size; of at least one pixel."""
        left, top, side = (round(scale * value) for value in (self.left, self.top, self.side))
        return Crop(left, top, max(1, side), self.hole)


def plan_crops(mask: NDArray[np.bool_], native: int) -> tuple[list[Crop], bool]:
    """The crops that cover a mask (H, W), and whether groups were merged or shrunk further to stay within the limit.

    A group that lies whole within another's crop shares it. One whose crop is more than twice the native size is cut
    into tiles with a crop each, whose contexts overlap.
    """
    boxes = share_crops(group_boxes(mask), mask.shape, native)
    merged = len(boxes) > MAX_CROPS
    while len(boxes) > MAX_CROPS:
        boxes = share_crops(merge_nearest(boxes), mask.shape, native)
    shrunk = MOST_SHRUNK
    while len(tiles := tiles_of(mask, boxes, shrunk * native)) > MAX_CROPS:
        shrunk *= COARSER
        merged = True
    return [crop_around(tile, mask.shape, native) for tile in tiles], merged


def tiles_of(mask: NDArray[np.bool_], boxes: list[Box], longest: float) -> list[Box]:
    """Tight boxes around what a mask marks in each box, cut evenly where its crop is longer than `longest` pixels."""
    tiles = []
    for box in boxes:
        if min(round(box.side * CONTEXT), max(mask.shape)) <= longest:
            tiles.append(box)
            continue
        most = max(1, int(longest / CONTEXT))
        for top, bottom in cuts(box.top, box.bottom, most):
            for left, right in cuts(box.left, box.right, most):
                tile = tightened(mask, Box(left, top, right, bottom))
                tiles += [] if tile is None else [tile]
    return tiles


def cuts(start: int, end: int, most: int) -> list[tuple[int, int]]:
    """A span in even parts of at most so many pixels."""
    count = -(-(end - start) // most)
    edges = [start + (end - start) * part // count for part in range(count + 1)]
    return list(itertools.pairwise(edges))


def tightened(mask: NDArray[np.bool_], box: Box) -> Box | None:
    """The smallest box around what a mask marks within a box; None where that is nothing."""
    region = mask[box.span]
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    if len(rows) == 0:
        return None
    return Box(
        box.left + int(columns[0]),
        box.top + int(rows[0]),
        box.left + int(columns[-1]) + 1,
        box.top + int(rows[-1]) + 1,
    )


def crop_around(hole: Box, shape: tuple[int, ...], native: int) -> Crop:
    """A square around a hole with context, inside the picture where it fits and never longer than its longer side."""
    height, width = shape[:2]
    side = min(max(round(hole.side * CONTEXT), native), max(height, width))
    left = (hole.left + hole.right - side) // 2
    top = (hole.top + hole.bottom - side) // 2
    return Crop(inside(left, side, width), inside(top, side, height), side, hole)


def cut(array: NDArray[np.generic], crop: Crop) -> NDArray[np.generic]:
    """The crop's region (side, side, ...), not to be written to; beyond the picture its edge is repeated, and nothing
    is masked.
    """
    height, width = array.shape[:2]
    rows, columns = span(crop.top, crop.side, height), span(crop.left, crop.side, width)
    region = array[rows.start : rows.stop, columns.start : columns.stop]
    beyond = [
        (rows.start - crop.top, crop.top + crop.side - rows.stop),
        (columns.start - crop.left, crop.left + crop.side - columns.stop),
        *[(0, 0)] * (array.ndim - 2),
    ]
    if not any(map(any, beyond)):
        return region
    return np.pad(region, beyond, mode="constant" if array.dtype == bool else "edge")


def span(start: int, side: int, length: int) -> range:
    """The part of a span that lies in [0, length)."""
    return range(max(0, start), min(start + side, length))


def inside(start: int, side: int, length: int) -> int:
    """Moves a span into [0, length); one that is longer is centred."""
    if side >= length:
        return (length - side) // 2
    return min(max(start, 0), length - side)


def group_boxes(mask: NDArray[np.bool_]) -> list[Box]:
    """Tight boxes around the groups of a mask, largest first."""
    height, width = mask.shape
    cell = max(1, -(-max(height, width) // GRID))
    rows, columns = -(-height // cell), -(-width // cell)
    padded = np.zeros((rows * cell, columns * cell), dtype=bool)
    padded[:height, :width] = mask
    occupied = padded.reshape(rows, cell, columns, cell).any(axis=(1, 3))

    boxes = []
    for group in touching_cells(occupied):
        box = Box(group.left * cell, group.top * cell, group.right * cell, group.bottom * cell)
        boxes += [tight] if (tight := tightened(mask, box)) else []
    return sorted(boxes, key=lambda box: -box.side)


def touching_cells(occupied: NDArray[np.bool_]) -> list[Box]:
    """A box of cells around each group of marked ones, corners touching included, by their first cells.

    Goes through the rows' runs of marked cells: a large hole has many cells and few runs.
    """
    groups: list[Box | None] = []
    joined: list[int] = []

    def first_of(group: int) -> int:
        while joined[group] != group:
            group = joined[group]
        return group

    above: list[tuple[int, int, int]] = []
    for row, cells in enumerate(occupied):
        edges = np.flatnonzero(np.diff(cells.astype(np.int8), prepend=0, append=0)).tolist()
        runs = []
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            met = {first_of(group) for start, end, group in above if start <= right and left <= end}
            group = min(met, default=len(groups))
            if group == len(groups):
                groups.append(Box(left, row, right, row + 1))
                joined.append(group)
            box = Box(left, row, right, row + 1)
            for other in met | {group}:
                box = box.union(groups[other] or box)
                groups[other], joined[other] = None, group
            groups[group] = box
            runs.append((left, right, group))
        above = runs
    return [group for group in groups if group is not None]


def share_crops(boxes: list[Box], shape: tuple[int, ...], native: int) -> list[Box]:
    """Joins groups of which one lies within the other's crop, until none does."""
    boxes = list(boxes)
    index = 0
    while index < len(boxes):
        crop = crop_around(boxes[index], shape, native).box
        inner = [b for i, b in enumerate(boxes) if i != index and crop.contains(b)]
        if not inner:
            index += 1
            continue
        joined = boxes[index]
        for box in inner:
            joined = joined.union(box)
        boxes = [joined, *(b for i, b in enumerate(boxes) if i != index and b not in inner)]
        index = 0
    return boxes


def merge_nearest(boxes: list[Box]) -> list[Box]:
    """Joins the two boxes whose common box is the smallest."""
    pairs = [(a.union(b).side, i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i])]
    _, i, j = min(pairs)
    rest = [box for k, box in enumerate(boxes) if k not in (i, j)]
    return [*rest, boxes[i].union(boxes[j])]

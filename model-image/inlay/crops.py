"""Where to look: one square crop with context around each group of the mask (design section 5, rule 3)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONTEXT = 1.6
"""A crop's side as a multiple of its group's longer side."""

MAX_CROPS = 8
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
    """The crops that cover a mask (H, W), and whether groups had to be merged to stay within the limit.

    A group that lies whole within another's crop shares it.
    """
    boxes = group_boxes(mask)
    boxes = share_crops(boxes, mask.shape, native)
    merged = len(boxes) > MAX_CROPS
    while len(boxes) > MAX_CROPS:
        boxes = merge_nearest(boxes)
    boxes = share_crops(boxes, mask.shape, native)
    return [crop_around(box, mask.shape, native) for box in boxes], merged


def crop_around(hole: Box, shape: tuple[int, ...], native: int) -> Crop:
    """A square around a hole with context, inside the picture where it fits and never longer than its longer side."""
    height, width = shape[:2]
    side = min(max(round(hole.side * CONTEXT), native), max(height, width))
    left = (hole.left + hole.right - side) // 2
    top = (hole.top + hole.bottom - side) // 2
    return Crop(inside(left, side, width), inside(top, side, height), side, hole)


def cut(array: NDArray[np.generic], crop: Crop) -> NDArray[np.generic]:
    """The crop's region (side, side, ...); beyond the picture its edge is repeated, and nothing is masked."""
    height, width = array.shape[:2]
    ys = np.arange(crop.top, crop.top + crop.side)
    xs = np.arange(crop.left, crop.left + crop.side)
    region = array[np.clip(ys, 0, height - 1)[:, None], np.clip(xs, 0, width - 1)[None]]
    if array.dtype == bool:
        region &= ((ys >= 0) & (ys < height))[:, None] & ((xs >= 0) & (xs < width))[None]
    return region


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
        top, left, bottom, right = group.top, group.left, group.bottom, group.right
        region = np.s_[top * cell : bottom * cell, left * cell : right * cell]
        ys, xs = np.nonzero(mask[region])
        boxes.append(
            Box(
                left * cell + int(xs.min()),
                top * cell + int(ys.min()),
                left * cell + int(xs.max()) + 1,
                top * cell + int(ys.max()) + 1,
            )
        )
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

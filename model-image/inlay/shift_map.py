"""From where each pixel of a hole is taken: a shift map (Pritch, Kav-Venaki and Peleg 2009).

Every patch over a pixel offers a place that it could come from. One is chosen, not their mean, so that nothing is
blurred, and where neighbours come from different places, those places look alike (Kwatra et al. 2003).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from inlay.belief import cheapest
from inlay.crops import Box, tightened
from inlay.patch_level import SIDE, PatchLevel

Part = tuple[slice, slice]
"""Rows and columns."""

OFFERING = ((0, 0), (0, 3), (0, -3), (3, 0), (-3, 0), (2, 2), (-2, -2), (2, -2), (-2, 2))
"""Middles of the patches that offer, by their distance from the pixel."""

CHANGE = 1e-3
"""What it costs that neighbours come from different places at all."""

SLOPE = 2.0
"""What a slope counts for beside a colour where places are compared."""

AT_EDGE = 20.0
"""How much more a difference costs beside what is kept: who made the mask knows where to look."""

NEVER = 1e3
"""What it costs to come from what is not kept."""


@dataclass(frozen=True)
class ShiftMap:
    """Where the pixels of a box come from."""

    box: Box
    shifts: Tensor
    """Rows and columns further (h, w, 2); 0 for what is kept."""


def shift_map(level: PatchLevel, found: Tensor, picture: Tensor) -> ShiftMap:
    """That of a level's hole, by what was found for its targets; `picture` (1, c, H, W) is what they make together."""
    hole = level.hole[0, 0]
    whole = Box(0, 0, hole.shape[1], hole.shape[0])
    box = tightened(hole.numpy(), whole) or whole
    offers = Offers(level, found, picture, box.span)
    inside = hole[box.span]
    chosen = cheapest(offers.cost, offers.pairs(inside, 0, 1), offers.pairs(inside, 1, 0))
    shifts = offers.shifts.gather(2, chosen[..., None, None].expand(-1, -1, 1, 2))[:, :, 0]
    return ShiftMap(box, shifts * inside[..., None])


class Offers:
    """From where each pixel (h, w) of a part of the picture might be taken."""

    def __init__(self, level: PatchLevel, found: Tensor, picture: Tensor, span: Part) -> None:
        self._row, self._column = row, column = places_of(span)
        self._looks = with_slopes(picture)
        self._kept = ~level.hole[0, 0]
        field = torch.zeros(len(level.is_source), 2, dtype=torch.long)
        there, here = level.row_and_column(found), level.row_and_column(level.targets)
        field[level.targets] = torch.stack(there, 1) - torch.stack(here, 1)
        patches = torch.stack(
            [
                level.position(row + down - SIDE // 2, column + right - SIDE // 2)[1]
                for down, right in OFFERING
            ],
            2,
        )
        self.shifts = field[patches]
        """Rows and columns further (h, w, k, 2)."""
        is_kept, self._here = self._seen(0, 0)
        self.cost = NEVER * ~(is_kept & ~level.is_source[patches])
        """What each offer costs by itself (h, w, k)."""
        for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            self._count_kept(down, right)

    def pairs(self, hole: Tensor, down: int, right: int) -> Tensor:
        """What offers of a pixel and of its neighbour cost together (h', w', k, k); nothing where one is kept."""
        here, there = neighbours(hole, down, right)
        mine = torch.cat([self._here[here], self._seen(down, right)[1][here]], 3)
        theirs = torch.cat([self._seen(-down, -right)[1][there], self._here[there]], 3)
        off = torch.cdist(mine, theirs).square()
        apart = (self.shifts[here][:, :, :, None] != self.shifts[there][:, :, None]).any(-1)
        return (off + CHANGE * apart) * (hole[here] & hole[there])[..., None, None]

    def _count_kept(self, down: int, right: int) -> None:
        """Adds to each offer what it costs for what it would set in the place of a neighbour that is kept."""
        row, column = self._row + down, self._column + right
        beside, truth = looked_up(self._looks, self._kept, row, column)
        shifts = self.shifts[beside]
        row, column = (place[beside][:, None] for place in (row, column))
        _, looks = looked_up(self._looks, self._kept, row + shifts[..., 0], column + shifts[..., 1])
        self.cost[beside] += AT_EDGE * (looks - truth[beside][:, None]).square().sum(2)

    def _seen(self, down: int, right: int) -> tuple[Tensor, Tensor]:
        """What lies so much further from each offer: whether it is kept (h, w, k), and its look (h, w, k, d)."""
        row = self._row[..., None] + self.shifts[..., 0]
        column = self._column[..., None] + self.shifts[..., 1]
        return looked_up(self._looks, self._kept, row + down, column + right)


def with_slopes(picture: Tensor) -> Tensor:
    """By pixel, the colours of a picture (1, c, H, W), and how steeply its grey rises down and across (H, W, 5)."""
    colours = picture[0, :3].movedim(0, 2)
    slopes = torch.stack(torch.gradient(colours.mean(2)), 2)
    return torch.cat([colours, SLOPE * slopes], 2)


def looked_up(values: Tensor, kept: Tensor, row: Tensor, column: Tensor) -> tuple[Tensor, Tensor]:
    """Of places (...), whether they lie in what is kept (H, W), and values (H, W, c) there, or at the nearest place."""
    height, width = kept.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    place = (row.clamp(0, height - 1), column.clamp(0, width - 1))
    return inside & kept[place], values[place]


def places_of(span: Part) -> tuple[Tensor, Tensor]:
    """The row and the column of every pixel of a part (h, w)."""
    ends = (torch.arange(part.start, part.stop) for part in span)
    row, column = torch.meshgrid(*ends, indexing="ij")
    return row, column


def neighbours(grid: Tensor, down: int, right: int) -> tuple[Part, Part]:
    """The part of a grid (h, w) whose pixels have such a neighbour, and the part of these neighbours."""
    height, width = grid.shape
    here = (slice(0, height - down), slice(0, width - right))
    return here, (slice(down, height), slice(right, width))

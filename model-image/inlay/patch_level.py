"""One scale of a picture with a hole, in overlapping patches: those that lie whole in what is kept are borrowed."""

from functools import cached_property

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 7
"""Pixels of a patch's side."""

DECAY = 1.6
"""Patches count that much less for every pixel that they lie deeper in the hole: it is filled from its edge."""

SHARPNESS = {8: 3.0, 4: 10.0, 2: 30.0, 1: 60.0}
"""By scale, how much more a patch counts that fits well: a mean of many is a blur, and is most like other blurs."""

LEAST = 1e-4
"""A patch's smallest weight."""

EDGE = 12.0
"""What a kept pixel counts for beside one of the hole, where patches are compared: at the edge all is seen."""

TRUST = 0.1
"""What a guess counts for beside what is known."""

AT_ONCE = 256
"""Patches that are compared with all others at a time."""

PRINCIPAL = 48
"""Numbers that stand for a patch where it is compared with all others."""

COARSE = 2
"""Every so many rows and columns of sources are looked through for what fits an edge; the search then looks beside."""

NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0), (0, 2), (2, 0), (0, -2), (-2, 0))
NUDGES = tuple((y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x)


def cut_at(picture: Tensor, positions: Tensor) -> Tensor:
    """Patches of a picture (1, c, h, w) at positions (n): (n, c * 49)."""
    height, width = picture.shape[-2:]
    inside = torch.arange(SIDE)
    pixels = (inside[:, None] * width + inside).flatten()
    place = corners(positions, width)[:, None] + pixels
    return picture.reshape(-1, height * width)[:, place].transpose(0, 1).flatten(1)


def corners(positions: Tensor, width: int) -> Tensor:
    """The upper left pixels of patches, counted row by row in a picture of some width."""
    columns = width - SIDE + 1
    return positions // columns * width + positions % columns


class PatchLevel:
    """Patches by position, counted row by row. `targets` touch the hole, `sources` do not."""

    def __init__(self, image: Tensor, mask: Tensor, scale: int) -> None:
        """A picture (1, c, h, w) and its hole (1, 1, h, w), shrunk by `scale`."""
        self.image = image
        self.scale = scale
        self.hole = mask > 0
        self.columns = image.shape[-1] - SIDE + 1
        touched = F.max_pool2d(mask, SIDE, 1)[0, 0].flatten() > 0
        self.is_source = ~touched
        self.sources = self.is_source.nonzero()[:, 0]
        self.targets = touched.nonzero()[:, 0]
        self.unknown = F.avg_pool2d(mask, SIDE, 1)[0, 0].flatten()[self.targets]
        depth = cv2.distanceTransform(
            self.hole[0, 0].numpy().astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5
        )
        middle = slice(SIDE // 2, -(SIDE // 2))
        depth = torch.from_numpy(depth)[middle, middle].flatten()[self.targets]
        self.importance = (DECAY ** (-depth * scale)).clamp(min=LEAST)

    @cached_property
    def counts(self) -> Tensor:
        """What each pixel of each target counts for where patches are compared (targets, 49)."""
        return cut_at(torch.where(self.hole, 1.0, EDGE), self.targets)

    @cached_property
    def principal(self) -> tuple[Tensor, Tensor]:
        """The directions in which sources differ most (d, p), and all sources in them (sources, p)."""
        sources = self.at(self.sources)
        centred = sources - sources.mean(0)
        basis = torch.linalg.eigh(centred.mT @ centred).eigenvectors[:, -PRINCIPAL:]
        return basis, sources @ basis

    def at(self, positions: Tensor) -> Tensor:
        """The kept picture's patches at positions (n, d)."""
        return cut_at(self.image, positions)

    def nearest(self, wanted: Tensor) -> Tensor:
        """By target, the source that is most like its patch (targets, d)."""
        basis, sources = self.principal
        length = sources.square().sum(1)
        best = [
            (length - 2 * (part @ basis) @ sources.mT).argmin(1) for part in wanted.split(AT_ONCE)
        ]
        return self.sources[torch.cat(best)]

    def fitting(self, picture: Tensor, targets: Tensor, known: Tensor, every: int = 1) -> Tensor:
        """By target, the source most like what is known (1, 1, h, w) of a picture, and a little like the rest of it.

        Sources are looked through in steps of `every` rows and columns.
        """
        row, column = self.row_and_column(self.sources)
        some = self.sources[(row % every == 0) & (column % every == 0)]
        sources = self.at(some)
        squares = sources.square().unflatten(1, (-1, SIDE * SIDE)).sum(1)
        counts = cut_at(torch.where(known, 1.0, TRUST), targets)
        wanted = counts.repeat(1, picture.shape[1]) * cut_at(picture, targets)
        best = [
            (count @ squares.mT - 2 * part @ sources.mT).argmin(1)
            for count, part in zip(counts.split(AT_ONCE), wanted.split(AT_ONCE), strict=True)
        ]
        return some[torch.cat(best)]

    def misfit(self, picture: Tensor, targets: Tensor, known: Tensor, found: Tensor) -> Tensor:
        """By target, how far a source is from what `fitting` looks for."""
        counts = cut_at(torch.where(known, 1.0, TRUST), targets)
        return weighted(self.at(found) - cut_at(picture, targets), counts)

    def refined(self, wanted: Tensor, found: Tensor) -> Tensor:
        """As `nearest`, near what was found: what lies beside, and what suits the neighbours (PatchMatch)."""
        found = found.clone()
        best = weighted(self.at(found) - wanted, self.counts)
        place = torch.full_like(self.is_source, -1, dtype=torch.long)
        rows, columns = self.row_and_column(self.targets)

        def attempt(row: Tensor, column: Tensor, known: Tensor) -> None:
            there, at = self.position(row, column)
            index = (known & there & self.is_source[at] & (at != found)).nonzero()[:, 0]
            off = weighted(self.at(at[index]) - wanted[index], self.counts[index])
            better = off < best[index]
            index, off = index[better], off[better]
            found[index], best[index] = at[index], off

        # One in four looks around, its neighbours then try what it has found.
        scouts = (rows % 2 == 0) & (columns % 2 == 0)
        for down, right in NUDGES:
            row, column = self.row_and_column(found)
            attempt(row + down, column + right, scouts)
        for down, right in NEIGHBOURS:
            place[self.targets] = found
            there, at = self.position(rows + down, columns + right)
            theirs = place[at]
            row, column = self.row_and_column(theirs)
            attempt(row - down, column - right, there & (theirs >= 0))
        return found

    def row_and_column(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Of each position (n)."""
        return positions // self.columns, positions % self.columns

    def position(self, row: Tensor, column: Tensor) -> tuple[Tensor, Tensor]:
        """Whether there are patches at rows and columns, and their positions, or the nearest ones'."""
        rows = len(self.is_source) // self.columns
        there = (row >= 0) & (row < rows) & (column >= 0) & (column < self.columns)
        return there, row.clamp(0, rows - 1) * self.columns + column.clamp(0, self.columns - 1)

    def put(self, found: Tensor, wanted: Tensor) -> Tensor:
        """The picture with its hole made of the sources that were found for what was wanted, where they fit best."""
        patches = self.at(found)
        off = weighted(patches - wanted, self.counts)
        usual = off.quantile(0.75).clamp(min=1e-6)
        fit = torch.exp(-SHARPNESS[self.scale] * off / usual).clamp(min=LEAST)
        total, share = self.votes(patches, self.targets, self.importance * fit)
        return torch.where(self.hole, total / share, self.image)

    def agreed(self, found: Tensor) -> Tensor:
        """The picture with its hole made of what was found, as far as it agrees with the mean of it."""
        mean = self.put(found, self.at(found))
        return self.put(found, cut_at(mean, self.targets))

    def votes(self, patches: Tensor, targets: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """The sum of weighted patches, each laid at its target (1, c, h, w), and of the weights (1, 1, h, w)."""
        channels, height, width = self.image.shape[1:]
        laid = (patches * weight[:, None]).unflatten(1, (channels, SIDE * SIDE))
        total, share = laid.new_zeros(channels, height * width), laid.new_zeros(1, height * width)
        corner = corners(targets, width)
        # No two targets lay the same pixel of theirs on the same place.
        for pixel in range(SIDE * SIDE):
            place = corner + pixel // SIDE * width + pixel % SIDE
            total[:, place] += laid[:, :, pixel].mT
            share[0, place] += weight
        total, share = (part.view(1, -1, height, width) for part in (total, share))
        return total, share.clamp(min=1e-12)


def weighted(off: Tensor, counts: Tensor) -> Tensor:
    """The sum of differences' squares (n, c * 49) of pixels that count for so much (n, 49)."""
    return (off.square().unflatten(1, (-1, SIDE * SIDE)).sum(1) * counts).sum(1)

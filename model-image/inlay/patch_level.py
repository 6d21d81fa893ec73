"""One scale of a picture with a hole, in overlapping patches: those that lie whole in what is kept are borrowed."""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 7
"""Pixels of a patch's side."""

DECAY = 1.6
"""Patches count that much less for every pixel that they lie deeper in the hole: it is filled from its edge."""

SHARPNESS = 3.0
"""How much more a patch counts that fits well: a mean of many that fit badly is a blur."""

LEAST = 1e-4
"""A patch's smallest weight."""

TRUST = 0.1
"""What a guess counts for beside what is known."""

AT_ONCE = 256
"""Patches that are compared with all others at a time."""

NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0), (0, 2), (2, 0), (0, -2), (-2, 0))
NUDGES = tuple((y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x)


def cut(picture: Tensor) -> Tensor:
    """All patches of a picture (1, c, h, w), row by row: (positions, c * 49)."""
    return F.unfold(picture, SIDE)[0].mT.contiguous()


def cut_at(picture: Tensor, targets: Tensor) -> Tensor:
    """The same at some positions (n, c * 49)."""
    height, width = picture.shape[-2:]
    corner = corners(targets, width)
    inside = torch.arange(SIDE, device=targets.device)
    pixels = (inside[:, None] * width + inside).flatten()
    return (
        picture.reshape(-1, height * width)[:, corner[:, None] + pixels].transpose(0, 1).flatten(1)
    )


def corners(targets: Tensor, width: int) -> Tensor:
    """The upper left pixels of patches, counted row by row in a picture of some width."""
    columns = width - SIDE + 1
    return targets // columns * width + targets % columns


class PatchLevel:
    """Patches by position, counted row by row. `targets` touch the hole, `sources` do not."""

    def __init__(self, image: Tensor, mask: Tensor, scale: int) -> None:
        """A picture (1, 3, h, w) and its hole (1, 1, h, w), shrunk by `scale`."""
        self.image = image
        self.scale = scale
        self.hole = mask > 0
        self.columns = image.shape[-1] - SIDE + 1
        touched = F.max_pool2d(mask, SIDE, 1)[0, 0].flatten() > 0
        self.is_source = ~touched
        self.sources = self.is_source.nonzero()[:, 0]
        self.targets = touched.nonzero()[:, 0]
        self.patches = cut(image)
        share = F.avg_pool2d(mask, SIDE, 1)[0, 0].flatten()
        self.unknown = share[self.targets]
        held = self.patches[self.sources].unflatten(1, (3, -1))
        self.liveliness = (held - held.mean(2, keepdim=True)).square().sum((1, 2))
        depth = cv2.distanceTransform(
            self.hole[0, 0].cpu().numpy().astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5
        )
        middle = slice(SIDE // 2, -(SIDE // 2))
        depth = torch.from_numpy(depth)[middle, middle].flatten().to(image.device)[self.targets]
        self.importance = (DECAY ** (-depth * scale)).clamp(min=LEAST)

    def nearest(self, wanted: Tensor, leaning: float) -> Tensor:
        """By target, the source that is most like its patch (targets, d).

        What is not known yet is a mean of guesses, and so is smoother than what it stands for: `leaning`, from 0 to 1,
        is how much of a lively patch's distance is forgiven for that.
        """
        sources = self.patches[self.sources]
        lean = leaning * self.liveliness[:, None] / 2
        sources = torch.cat([sources, lean], 1)
        wanted = torch.cat([wanted, self.unknown[:, None]], 1)
        length = sources[:, :-1].square().sum(1)
        best = [(length - 2 * (part @ sources.mT)).argmin(1) for part in wanted.split(AT_ONCE)]
        return self.sources[torch.cat(best)]

    def fitting(self, picture: Tensor, targets: Tensor, known: Tensor) -> Tensor:
        """By target, the source most like what is known (1, 1, h, w) of a picture, and a little like the rest of it."""
        sources = self.patches[self.sources]
        squares = sources.square()
        counts = cut_at((known + TRUST * ~known).expand_as(picture), targets)
        wanted = counts * cut_at(picture, targets)
        best = [
            (count @ squares.mT - 2 * part @ sources.mT).argmin(1)
            for count, part in zip(counts.split(AT_ONCE), wanted.split(AT_ONCE), strict=True)
        ]
        return self.sources[torch.cat(best)]

    def misfit(self, picture: Tensor, targets: Tensor, known: Tensor, found: Tensor) -> Tensor:
        """By target, how far a source is from what `fitting` looks for."""
        counts = cut_at((known + TRUST * ~known).expand_as(picture), targets)
        return (counts * (self.patches[found] - cut_at(picture, targets)).square()).sum(1)

    def refined(self, wanted: Tensor, found: Tensor) -> Tensor:
        """As `nearest`, near what was found: what suits the neighbours, and what lies beside (PatchMatch)."""
        found = found.clone()
        best = (self.patches[found] - wanted).square().sum(1)
        place = torch.full_like(self.is_source, -1, dtype=torch.long)

        def attempt(row: Tensor, column: Tensor, known: Tensor) -> None:
            there, at = self.position(row, column)
            index = (known & there & self.is_source[at]).nonzero()[:, 0]
            off = (self.patches[at[index]] - wanted[index]).square().sum(1)
            better = off < best[index]
            index, off = index[better], off[better]
            found[index], best[index] = at[index], off

        rows, columns = self.targets // self.columns, self.targets % self.columns
        for down, right in NEIGHBOURS:
            place[self.targets] = found
            there, at = self.position(rows + down, columns + right)
            theirs = place[at]
            attempt(
                theirs // self.columns - down,
                theirs % self.columns - right,
                there & (theirs >= 0),
            )
        for down, right in NUDGES:
            attempt(
                found // self.columns + down,
                found % self.columns + right,
                torch.ones_like(found, dtype=torch.bool),
            )
        return found

    def position(self, row: Tensor, column: Tensor) -> tuple[Tensor, Tensor]:
        """Whether there are patches at rows and columns, and their positions, or the nearest ones'."""
        rows = len(self.is_source) // self.columns
        there = (row >= 0) & (row < rows) & (column >= 0) & (column < self.columns)
        return there, row.clamp(0, rows - 1) * self.columns + column.clamp(0, self.columns - 1)

    def put(self, found: Tensor, wanted: Tensor, sharpness: float = SHARPNESS) -> Tensor:
        """The picture with its hole made of the sources that were found for what was wanted, where they fit best."""
        off = (self.patches[found] - wanted).square().sum(1)
        usual = off.quantile(0.75).clamp(min=1e-6)
        fit = torch.exp(-sharpness * off / usual).clamp(min=LEAST)
        total, share = self.votes(found, self.targets, self.importance * fit)
        return torch.where(self.hole, total / share, self.image)

    def votes(self, found: Tensor, targets: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """The sum of weighted patches, each laid at its target (1, 3, h, w), and of the weights (1, 1, h, w)."""
        height, width = self.image.shape[-2:]
        laid = (self.patches[found] * weight[:, None]).unflatten(1, (3, SIDE * SIDE))
        total, share = laid.new_zeros(3, height * width), laid.new_zeros(1, height * width)
        corner = corners(targets, width)
        # No two targets lay the same pixel of theirs on the same place.
        for pixel in range(SIDE * SIDE):
            place = corner + pixel // SIDE * width + pixel % SIDE
            total[:, place] += laid[:, :, pixel].mT
            share[0, place] += weight
        return total.view(1, 3, height, width), share.view(1, 1, height, width).clamp(min=1e-12)

"""Completes a picture with pieces of what is kept of it, guided by a fill.

A small model knows what colours go where, and paints no plank, leaf or window. The picture has them. From coarse to
fine, every patch that touches the hole takes the most similar one that is kept, and the hole becomes what its patches
took, again and again (Wexler, Shechtman and Irani 2007). Finer scales look only near what the one before has found
(PatchMatch; Barnes et al. 2009). In the end every pixel of the hole is one that is kept, in the light of its new place.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from inlay.membrane import composed
from inlay.patch_level import COARSE, SIDE, PatchLevel, cut_at
from inlay.patch_texture import texture_of
from inlay.shift_map import ShiftMap, shift_map

ROUNDS = {8: 6, 4: 12, 2: 10, 1: 1}
"""How often everything is looked for anew, by how much the picture is shrunk."""

COARSEST = 28
"""Pixels of a side that a picture is shrunk to at most."""

FEW = 64
"""Patches that there must be to borrow, or a scale is left out."""

SEARCHED = 128
"""Pixels of a side up to which all patches are compared with all others."""

EDGE_SEARCHED = range(SEARCHED, 400)
"""Sides up to which only patches at the hole's edge are."""

AT_EDGE = (0.3, 0.6)
"""Share in the hole of patches at its edge."""

MUCH = 1.2
"""By how much another patch must fit better there: one that its neighbours do not share makes a blur with theirs."""

LAYER = 2
"""Pixels that the coarsest scale is filled by at a time, from the edge inwards."""


def complete(filled: Tensor, image: Tensor, mask: Tensor) -> Tensor | None:
    """Fills (n, 3, H, W), each made of pixels of a picture (1, 3, H, W) around the hole of a mask (1, 1, H, W).

    None where there is no hole, or too little is kept to borrow from. What is kept is the picture's own.
    """
    smallest = min(image.shape[-2:])
    if smallest < SIDE or not mask.any():
        return None
    shown = torch.cat([image, texture_of(image, mask)], 1)
    levels = [
        level
        for scale in ROUNDS
        if (scale == 1 or smallest >= COARSEST * scale)
        and len((level := level_of(shown, mask, scale)).sources) >= FEW
        # What does not fill a cell at a picture's end is left out of coarse scales, and with it may be all of the hole.
        and len(level.targets) > 0
    ]
    if not levels:
        return None
    guides = (
        torch.cat([torch.where(mask > 0, one, image), shown[:, 3:]], 1) for one in filled.split(1)
    )
    return torch.cat([composed(image, mask, borrowed(levels, guide)) for guide in guides])


def level_of(shown: Tensor, mask: Tensor, scale: int) -> PatchLevel:
    """A picture and its texture (1, 5, H, W) at a scale, what is kept apart from what is not."""
    kept = 1 - mask
    # What is found is lively enough before the finest scale, where texture would take much of the time.
    shown = shown if scale > 1 else shown[:, :3]
    total, share = (F.avg_pool2d(part, scale) for part in (shown * kept, kept))
    return PatchLevel(total / share.clamp(min=1e-3), F.max_pool2d(mask, scale), scale)


def borrowed(levels: list[PatchLevel], guide: Tensor) -> ShiftMap:
    """From where the hole's pixels are taken; `guide` (1, 5, H, W) has a fill in the hole."""
    first = levels[0]
    picture = peeled(first, F.avg_pool2d(guide, first.scale)[:, : first.image.shape[1]])
    found = searched(first, picture, None)
    for before, level in pairwise(levels):
        found = enlarged(before, found, level)
        if max(level.image.shape[-2:]) in EDGE_SEARCHED:
            found = at_the_edge(level, level.agreed(found), found)
        picture = level.agreed(found)
        found = searched(level, picture, found)
    return shift_map(levels[-1], found, picture)


def searched(level: PatchLevel, picture: Tensor, found: Tensor | None) -> Tensor:
    """By target, what is most like a picture (1, c, h, w) there, looked for again as the picture follows it."""
    for turn in range(ROUNDS[level.scale]):
        if turn > 0:
            picture = level.put(found, cut_at(picture, level.targets))
        wanted = cut_at(picture, level.targets)
        if found is None or max(picture.shape[-2:]) <= SEARCHED:
            found = level.nearest(wanted)
        else:
            found = level.refined(wanted, found)
    return found


def peeled(level: PatchLevel, guess: Tensor) -> Tensor:
    """A first picture: from the hole's edge inwards, layer by layer, by what fits what is known so far.

    `guess` (1, c, h, w) is a fill of the same size.
    """
    picture, known = torch.where(level.hole, guess, level.image), ~level.hole
    while not known.all():
        layer = (F.max_pool2d(known.float(), 2 * LAYER + 1, 1, LAYER) > 0) & ~known
        row, column = (place - SIDE // 2 for place in layer[0, 0].nonzero().unbind(1))
        targets = level.position(row, column)[1].unique()
        found = level.fitting(picture, targets, known)
        weight = torch.ones(len(found))
        total, share = level.votes(level.at(found), targets, weight)
        picture = torch.where(layer, total / share, picture)
        known = known | layer
    return picture


def at_the_edge(level: PatchLevel, picture: Tensor, found: Tensor) -> Tensor:
    """What was found, but at the hole's edge, where it does not fit what is kept, what fits that best."""
    least, most = AT_EDGE
    edge, known = (level.unknown >= least) & (level.unknown <= most), ~level.hole
    targets = level.targets[edge]
    fitting = level.fitting(picture, targets, known, COARSE)
    before, after = (level.misfit(picture, targets, known, one) for one in (found[edge], fitting))
    found = found.clone()
    found[edge] = torch.where(before > MUCH * after, fitting, found[edge])
    return found


def enlarged(before: PatchLevel, found: Tensor, level: PatchLevel) -> Tensor:
    """What was found at a scale for the targets of the next, twice as large or more."""
    times = before.scale // level.scale
    field = torch.arange(len(before.is_source))
    field[before.targets] = found
    row, column = level.row_and_column(level.targets)
    _, at = before.position(row // times, column // times)
    source_row, source_column = before.row_and_column(field[at])
    at_row, at_column = before.row_and_column(at)
    _, place = level.position(
        times * (source_row - at_row) + row, times * (source_column - at_column) + column
    )
    # Where a coarse cell was kept only in part, or a target of this scale was none of the last.
    astray = (~level.is_source[place]).nonzero()[:, 0]
    spread = torch.linspace(0, len(level.sources) - 1, len(astray)).long()
    place[astray] = level.sources[spread]
    return place

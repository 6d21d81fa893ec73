"""Completes a picture with patches of what is kept of it, guided by a fill.

A small model knows what colours go where, and paints no plank, leaf or window. The picture has them. From coarse to
fine, every patch that touches the hole takes the most similar one that is kept, and the hole becomes the mean of what
its patches took, again and again (Wexler, Shechtman and Irani 2007). The finest scale looks only near what the one
before has found (PatchMatch; Barnes et al. 2009).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from inlay.patch_level import SIDE, PatchLevel, cut_at

ROUNDS = {16: 8, 8: 8, 4: 6, 2: 3, 1: 1}
"""How often everything is looked for anew, by how much the picture is shrunk."""

COARSEST = 28
"""Pixels of a side that a picture is shrunk to at most."""

FEW = 64
"""Patches that there must be to borrow, or a scale is left out."""

SEARCHED = 128
"""Pixels of a side up to which all patches are compared with all others."""

RIM_SEARCHED = range(SEARCHED, 400)
"""Sides up to which only patches at the hole's edge are."""

MOST_UNKNOWN = 0.75
"""Share of a patch in the hole up to which it is one at its edge."""

MUCH = 3.0
"""By how much another patch must fit better there: one that its neighbours do not share makes a blur with theirs."""

CRISP = 30.0
"""How much more a patch counts in the end that fits well: nearly the best alone."""

LEANING = 0.7
"""How much lively patches are forgiven at the first scale; half as much at each next one."""

LAYER = 2
"""Pixels that the coarsest scale is filled by at a time, from the edge inwards."""


def complete(filled: Tensor, image: Tensor, mask: Tensor) -> Tensor | None:
    """Fills (n, 3, H, W), each made of patches of a picture (1, 3, H, W) around the hole of a mask (1, 1, H, W).

    None where there is no hole, or too little is kept to borrow from. What is kept is the picture's own.
    """
    smallest = min(image.shape[-2:])
    if smallest < SIDE or not mask.any():
        return None
    levels = [
        level
        for scale in ROUNDS
        if (scale == 1 or smallest >= COARSEST * scale)
        and len((level := level_of(image, mask, scale)).sources) >= FEW
        # What does not fill a cell at a picture's end is left out of coarse scales, and with it may be all of the hole.
        and len(level.targets) > 0
    ]
    if not levels:
        return None
    return torch.cat([completed(levels, one, image, mask) for one in filled.split(1)])


def level_of(image: Tensor, mask: Tensor, scale: int) -> PatchLevel:
    """A picture at a scale, what is kept apart from what is not."""
    kept = 1 - mask
    total, share = (F.avg_pool2d(part, scale) for part in (image * kept, kept))
    return PatchLevel(total / share.clamp(min=1e-3), F.max_pool2d(mask, scale), scale)


def completed(levels: list[PatchLevel], fill: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """One fill (1, 3, H, W) made of patches."""
    first, leaning = levels[0], LEANING
    guess = F.avg_pool2d(torch.where(mask > 0, fill, image), first.scale)
    picture, found, before = peeled(first, guess), None, first
    for level in levels:
        if found is not None:
            found = enlarged(before, found, level)
            picture = level.put(found, level.patches[found])
            if max(picture.shape[-2:]) in RIM_SEARCHED:
                found = at_the_edge(level, picture, found)
                picture = level.put(found, level.patches[found])
        for _ in range(ROUNDS[level.scale]):
            wanted = cut_at(picture, level.targets)
            if found is None or max(picture.shape[-2:]) <= SEARCHED:
                found = level.nearest(wanted, leaning)
            else:
                found = level.refined(wanted, found)
            picture = level.put(found, wanted)
        leaning, before = leaning / 2, level
    return before.put(found, cut_at(picture, before.targets), CRISP)


def peeled(level: PatchLevel, guess: Tensor) -> Tensor:
    """A first picture: from the hole's edge inwards, layer by layer, by what fits what is known so far.

    `guess` (1, 3, h, w) is a fill of the same size.
    """
    picture, known = torch.where(level.hole, guess, level.image), ~level.hole
    while not known.all():
        layer = (F.max_pool2d(known.float(), 2 * LAYER + 1, 1, LAYER) > 0) & ~known
        row, column = (place - SIDE // 2 for place in layer[0, 0].nonzero().unbind(1))
        targets = level.position(row, column)[1].unique()
        found = level.fitting(picture, targets, known)
        total, share = level.votes(found, targets, torch.ones(len(found), device=found.device))
        picture = torch.where(layer, total / share, picture)
        known = known | layer
    return picture


def at_the_edge(level: PatchLevel, picture: Tensor, found: Tensor) -> Tensor:
    """What was found, but at the hole's edge, where it does not fit what is kept, what fits that best."""
    rim, known = level.unknown < MOST_UNKNOWN, ~level.hole
    targets = level.targets[rim]
    fitting = level.fitting(picture, targets, known)
    before, after = (level.misfit(picture, targets, known, one) for one in (found[rim], fitting))
    found = found.clone()
    found[rim] = torch.where(before > MUCH * after, fitting, found[rim])
    return found


def enlarged(before: PatchLevel, found: Tensor, level: PatchLevel) -> Tensor:
    """What was found at a scale for the targets of the next, twice as large or more."""
    times = before.scale // level.scale
    field = torch.arange(len(before.is_source), device=found.device)
    field[before.targets] = found
    row, column = level.targets // level.columns, level.targets % level.columns
    _, at = before.position(row // times, column // times)
    source = field[at]
    _, place = level.position(
        times * (source // before.columns - at // before.columns) + row,
        times * (source % before.columns - at % before.columns) + column,
    )
    # Where a coarse cell was kept only in part, or a target of this scale was none of the last.
    astray = (~level.is_source[place]).nonzero()[:, 0]
    spread = torch.linspace(0, len(level.sources) - 1, len(astray), device=place.device).long()
    place[astray] = level.sources[spread]
    return place

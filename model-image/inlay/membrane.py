"""Takes the steps of shade out of a picture that is put together from places of different light.

A smooth sheet is laid over the hole: 0 at its edge, and with a step wherever two places meet that differ by a shade, so
that what is added makes them equal (gradient-domain compositing; Pérez, Gangnet and Blake 2003). Where not shades but
things differ, the sheet is cut, and nothing bleeds. At the hole's edge, where a mask may have left a thing's rim, light
is compared to some depth; the rim itself fades into the hole within a few pixels.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from inlay.crops import Box
from inlay.shift_map import Part, ShiftMap, looked_up, neighbours, places_of

SHADE = 24 / 127.5
"""The largest step that is one of shade: 24 levels."""

HARD = 20 / 127.5
"""A step that is left at the hole's edge is softened from here on, wholly at twice of it."""

HARD_WITHIN = 70 / 127.5
"""The same of a step between pieces: in lively pieces smaller ones are not seen."""

DEPTH = 5
"""Kept pixels, from the hole's edge outwards, whose median tells by how much the light differs there.

A mask is drawn around a thing, and its edge runs where the thing's own rim, shadow or blur is: the pixel beside the
hole is often neither the thing nor what lies behind it.
"""

RIM = 3.0
"""Pixels within which the rest of a step at the edge, which is not one of light, is evened out."""

TURNS = 600
"""Turns towards the sheet at most."""

CLOSE = 1e-3
"""Share of the first error at which it is close enough."""

BELL = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16


@dataclass(frozen=True)
class Meeting:
    """How some pixels and their right or lower neighbours meet."""

    way: tuple[int, int]
    """How far down and right the neighbours lie."""
    here: Part
    there: Part
    """The pixels and the neighbours, as parts of the box."""
    step: Tensor
    """By how much more is to be added to the neighbour than to the pixel (h', w', 3)."""
    in_hole: Tensor
    """Whether anything may be added there (h', w', 1)."""

    @cached_property
    def holds(self) -> Tensor:
        """Whether a sheet holds together there (h', w', 1)."""
        return self.in_hole & (self.step.abs().amax(2, keepdim=True) <= SHADE)

    def rise(self, sheet: Tensor) -> Tensor:
        """By how much more a sheet (h, w, 3) adds to the neighbour."""
        return sheet[self.there] - sheet[self.here]

    def after(self, sheet: Tensor) -> "Meeting":
        """How they meet when a sheet has been added."""
        return replace(self, step=self.step - self.rise(sheet))


def composed(picture: Tensor, mask: Tensor, shifts: ShiftMap) -> Tensor:
    """A picture (1, 3, H, W) whose hole (1, 1, H, W) is taken from where a shift map says, in one light."""
    kept = mask[0, 0] == 0
    height, width = kept.shape
    span = shifts.box.grown(1).intersection(Box(0, 0, width, height)).span
    colours, hole = picture[0].movedim(0, 2), ~kept[span]
    places = Places(colours, kept, shifts, span)
    copied = places.seen(0, 0)[1]
    meetings = [places.meeting(copied, hole, *way) for way in ((0, 1), (1, 0))]
    light = sheet_of([places.in_light(one, hole) for one in meetings], hole)
    rims = sheet_of([meeting.after(light) for meeting in meetings], hole, RIM)
    left = [meeting.after(light + rims) for meeting in meetings]
    lit = softened(copied + light + rims, left, hole)
    made = colours.clone()
    made[span] = torch.where(hole[..., None], lit, colours[span])
    return made.movedim(2, 0)[None].clamp(-1, 1)


class Places:
    """From where a shift map takes the pixels of a part of the picture."""

    def __init__(self, colours: Tensor, kept: Tensor, shifts: ShiftMap, span: Part) -> None:
        """All of the picture (H, W, 3), and what is kept of it (H, W)."""
        self._colours, self._kept = colours, kept
        self._row, self._column = places_of(span)
        field = torch.zeros(*kept.shape, 2, dtype=torch.long)
        field[shifts.box.span] = shifts.shifts
        self._shifts = field[span]

    def seen(self, down: int, right: int) -> tuple[Tensor, Tensor]:
        """What lies so much further there: whether it is kept (h, w, 1), and its colour (h, w, 3)."""
        row, column = self._row + self._shifts[..., 0], self._column + self._shifts[..., 1]
        is_kept, colour = looked_up(self._colours, self._kept, row + down, column + right)
        return is_kept[..., None], colour

    def meeting(self, copied: Tensor, hole: Tensor, down: int, right: int) -> Meeting:
        """How what was copied for pixels and for their neighbours meets."""
        here, there = neighbours(hole, down, right)
        # In either's place the two lie side by side, as they should here.
        (known, beyond), (known_there, before) = self.seen(down, right), self.seen(-down, -right)
        known, known_there = known[here], known_there[there]
        mine = (beyond[here] - copied[here]) * known
        theirs = (copied[there] - before[there]) * known_there
        wanted = (mine + theirs) / (known.float() + known_there).clamp(min=1)
        apart = (self._shifts[here] != self._shifts[there]).any(-1, keepdim=True)
        step = (wanted - (copied[there] - copied[here])) * (apart & (known | known_there))
        return Meeting((down, right), here, there, step, (hole[here] | hole[there])[..., None])

    def in_light(self, meeting: Meeting, hole: Tensor) -> Meeting:
        """As much of a meeting as is one of light: at the hole's edge, what is kept is seen to some depth."""
        step, (down, right) = meeting.step.clone(), meeting.way
        for inner, outer, sign in (
            (meeting.there, meeting.here, -1),
            (meeting.here, meeting.there, 1),
        ):
            at_edge = hole[inner] & ~hole[outer]
            step[at_edge] = -sign * self._off_beyond(inner, at_edge, sign * down, sign * right)
        return replace(meeting, step=step)

    def _off_beyond(self, part: Part, chosen: Tensor, down: int, right: int) -> Tensor:
        """By how much what is kept beyond some pixels of a part is lighter than what is beyond their sources (n, 3)."""
        depth = torch.arange(1, DEPTH + 1)
        row = self._row[part][chosen][:, None] + down * depth
        column = self._column[part][chosen][:, None] + right * depth
        shifts = self._shifts[part][chosen][:, None]
        is_kept, kept = looked_up(self._colours, self._kept, row, column)
        row, column = row + shifts[..., 0], column + shifts[..., 1]
        known, copied = looked_up(self._colours, self._kept, row, column)
        off = torch.where((is_kept & known)[..., None], kept - copied, torch.nan)
        return off.nanmedian(1).values.nan_to_num(0)


def sheet_of(meetings: list[Meeting], hole: Tensor, reach: float = math.inf) -> Tensor:
    """The smoothest sheet (h, w, 3) with the steps that are wanted; 0 outside the hole (h, w).

    A step is felt within `reach` pixels.
    """

    def pull(rises: list[Tensor]) -> Tensor:
        total = torch.zeros(*hole.shape, 3)
        for meeting, rise in zip(meetings, rises, strict=True):
            total[meeting.there] += rise * meeting.holds
            total[meeting.here] -= rise * meeting.holds
        return total * hole[..., None]

    return solved(
        lambda sheet: pull([meeting.rise(sheet) for meeting in meetings]) + sheet / reach**2,
        pull([meeting.step for meeting in meetings]),
    )


def solved(apply: Callable[[Tensor], Tensor], wanted: Tensor) -> Tensor:
    """What a symmetric, not negative map of (h, w, 3) turns into `wanted`: conjugate gradients, channel by channel."""
    result, left, way = torch.zeros_like(wanted), wanted, wanted
    error = inner(left, left)
    goal = CLOSE**2 * error
    for _ in range(TURNS):
        live = error > goal
        if not live.any():
            break
        turned = apply(way)
        length = torch.where(live, error / inner(way, turned).clamp(min=1e-30), 0)
        result, left = result + length * way, left - length * turned
        before, error = error, inner(left, left)
        way = left + error / before.clamp(min=1e-30) * way
    return result


def inner(one: Tensor, other: Tensor) -> Tensor:
    """The inner product by channel (3)."""
    return (one * other).sum((0, 1))


def softened(picture: Tensor, meetings: list[Meeting], hole: Tensor) -> Tensor:
    """A picture (h, w, 3) without hard steps where pieces end: they end as a lens would show it."""
    hard = torch.zeros(hole.shape)
    for meeting in meetings:
        at_edge = hole[meeting.here] != hole[meeting.there]
        borne = torch.where(at_edge, HARD, HARD_WITHIN)
        share = (meeting.step.abs().amax(2) / borne - 1).clamp(0, 1)
        for side in (meeting.here, meeting.there):
            hard[side] = torch.maximum(hard[side], share)
    near = F.max_pool2d(hard[None], 3, 1, 1)[0, ..., None]
    return picture + (blurred(picture) - picture) * blurred(near) * hole[..., None]


def blurred(values: Tensor) -> Tensor:
    """Channels (h, w, c) under a small bell."""
    padded = F.pad(values.movedim(2, 0)[:, None], (2, 2, 2, 2), mode="replicate")
    across = F.conv2d(padded, BELL.view(1, 1, 1, 5))
    return F.conv2d(across, BELL.view(1, 1, 5, 1))[:, 0].movedim(0, 2)

"""How much a mask's edge shows in the delivered picture, and how much a picture loses over edits."""

from collections.abc import Callable

import torch
from torch import Tensor

NEAR, FAR = 2, 4
"""Pixels from the edge, on either side, between which the picture's own roughness is measured."""


def seam(picture: Tensor, mask: Tensor) -> Tensor:
    """How much rougher a picture is across the mask's edge than 2 to 4 pixels beside it, per picture (B,).

    The mean absolute step between neighbours on either side of the edge, less the mean step beside it: 0 where the
    edge does not show. `picture` (B, C, H, W) on [-1, 1], `mask` (B, 1, H, W) in {0, 1}. NaN without an edge.
    """
    across, beside = zip(
        *(steps(p, m) for p, m in ((picture, mask), (picture.mT, mask.mT))), strict=True
    )
    return ratio(across) - ratio(beside)


def steps(picture: Tensor, mask: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Sum and number (B,) of horizontal steps across the edge, and of those beside it."""
    jump = (picture[..., 1:] - picture[..., :-1]).abs().mean(1)
    edge = mask[:, 0, :, 1:] != mask[:, 0, :, :-1]
    beside = torch.zeros_like(edge)
    for distance in range(NEAR, FAR + 1):
        beside[..., distance:] |= edge[..., :-distance]
        beside[..., :-distance] |= edge[..., distance:]
    beside &= ~edge
    return (
        ((jump * edge).flatten(1).sum(1), edge.flatten(1).sum(1)),
        ((jump * beside).flatten(1).sum(1), beside.flatten(1).sum(1)),
    )


def ratio(parts: tuple[tuple[Tensor, Tensor], ...]) -> Tensor:
    """The mean over both directions."""
    return sum(total for total, _ in parts) / sum(count for _, count in parts)


def drift(
    picture: Tensor,
    edit: Callable[[Tensor, int], Tensor],
    edits: int = 10,
    kept: Tensor | None = None,
) -> list[float]:
    """Mean absolute difference from the first picture (B, C, H, W) after each of several edits in a row.

    `edit(picture, number)` makes the next one. `kept` (B, 1, H, W) is 1 where no edit means to change anything, which
    is where it is measured: what a service loses each time it is used. Without it, that is everywhere.
    """
    current, lost = picture, []
    weight = torch.ones_like(picture[:, :1]) if kept is None else kept
    for number in range(edits):
        current = edit(current, number)
        change = (current - picture).abs().mean(1, keepdim=True)
        lost.append(((change * weight).sum() / weight.sum().clamp(min=1)).item())
    return lost

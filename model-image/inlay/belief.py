"""Chooses one of a few labels for every pixel of a grid, so that what pixels and pairs of neighbours cost is little.

Min-sum belief propagation with messages passed along rows and columns in turn (Tappen and Freeman 2003).
"""

import torch
from torch import Tensor

ROUNDS = 3


def cheapest(own: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Labels (h, w) of a grid.

    `own` (h, w, k) is what each label costs a pixel, `across` (h, w - 1, k, k) what a pixel's label and that of its
    right neighbour cost together, `down` (h - 1, w, k, k) the same for the lower neighbour.
    """
    right, left, lower, upper = (torch.zeros_like(own) for _ in range(4))
    for _ in range(ROUNDS):
        along(own + lower + upper, across, 1, right, left)
        along(own + right + left, down, 0, lower, upper)
    return (own + right + left + lower + upper).argmin(2)


def along(told: Tensor, pairs: Tensor, axis: int, forth: Tensor, back: Tensor) -> None:
    """Writes the messages that run along an axis, both ways, given what pixels are told from elsewhere."""
    told, pairs, forth, back = (part.movedim(axis, 0) for part in (told, pairs, forth, back))
    for place in range(len(told) - 1):
        message = ((told[place] + forth[place])[:, :, None] + pairs[place]).amin(1)
        forth[place + 1] = message - message.amin(1, keepdim=True)
    for place in range(len(told) - 1, 0, -1):
        message = ((told[place] + back[place])[:, None] + pairs[place - 1]).amin(2)
        back[place - 1] = message - message.amin(1, keepdim=True)

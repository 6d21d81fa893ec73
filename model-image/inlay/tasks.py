"""The paper's three tasks, told apart by what the UNet is shown; the loop and the decoder are the same.

`inpaint`: nine channels, latents, hole, masked latents. `paint_by_example`: nine as well, but latents, masked latents,
and the mask turned round (1 = keep), with an example picture's embedding as context (Yang et al. 2022).
`text_to_image`: the latents alone, and everything is repainted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Stack = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Task:
    """How the denoiser's input is stacked, and whether there is a picture to keep."""

    channels: int
    stack: Stack
    """Noisy latents (n, 4, h, w), hole (n, 1, h, w), masked latents (n, 4, h, w) to (n, channels, h, w)."""
    keeps: bool


TASKS: dict[str, Task] = {
    "inpaint": Task(9, lambda noisy, hole, masked: torch.cat([noisy, hole, masked], 1), True),
    "paint_by_example": Task(
        9, lambda noisy, hole, masked: torch.cat([noisy, masked, 1 - hole], 1), True
    ),
    "text_to_image": Task(4, lambda noisy, _hole, _masked: noisy, False),
}


DERIVED = ("erase", "outpaint")
"""Inpainting whose prompt or mask is derived."""


def painted_as(task: str) -> str:
    """The task of the paper that a customer's task is; `erase` and `outpaint` are inpainting."""
    return "inpaint" if task in DERIVED else task

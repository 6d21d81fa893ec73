"""The paper's three tasks: one sampling loop and one decoder, told apart by what the denoiser is shown.

`inpaint`: nine channels, latents, hole, masked latents. `paint_by_example`: nine as well, but latents, masked latents,
and the mask turned round (1 = keep), with an example picture's embedding as context (Yang et al. 2022).
`text_to_image`: the latents alone, and everything is repainted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from inlay.autoencoder import Autoencoder
from inlay.diffusion import sample, seeded_noise
from inlay.hole import show_hole

Denoiser = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Stacked channels (n, c, h, w), times (n,) and contexts (n, tokens, d) to velocities (n, 4, h, w)."""

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


@dataclass(frozen=True)
class Guidance:
    """What to paint, what stands for nothing (both (tokens, d)), and how far to lean from the second to the first."""

    context: Tensor
    nothing: Tensor
    scale: float = 1.0


@torch.inference_mode()
def run_task(
    task: Task,
    denoiser: Denoiser,
    autoencoder: Autoencoder,
    image: Tensor,
    mask: Tensor,
    guidance: Guidance,
    *,
    seeds: list[int],
    steps: int,
    latent_scale: float = 1.0,
    conditioned: bool = True,
) -> Tensor:
    """Pictures (n, 3, H, W) in [-1, 1], one a seed, for a picture (1, 3, H, W) and a mask (1, 1, H, W) in {0, 1}.

    A task that keeps nothing takes of the picture its size alone. With `conditioned` False the decoder knows no
    condition, as the vanilla one, to compare.
    """
    if not task.keeps:
        mask = torch.ones_like(mask)
    hole, masked = show_hole(autoencoder, image, mask)
    height, width = hole.shape[-2:]
    count = len(seeds)
    hole, masked = (part.expand(count, -1, -1, -1) for part in (hole, masked * latent_scale))
    guided = guidance.scale != 1.0

    def velocity(noisy: Tensor, t: Tensor) -> Tensor:
        shown = task.stack(noisy, hole, masked)
        wanted = guidance.context.expand(count, -1, -1)
        if not guided:
            return denoiser(shown, t, wanted)
        contexts = torch.cat([wanted, guidance.nothing.expand(count, -1, -1)])
        towards, plain = denoiser(shown.repeat(2, 1, 1, 1), t.repeat(2), contexts).chunk(2)
        return plain + guidance.scale * (towards - plain)

    noise = seeded_noise(seeds, (autoencoder.config.latent_channels, height, width)).to(image)
    latents = sample(velocity, noise, steps, lambda _done, _total: None) / latent_scale
    if conditioned and task.keeps:
        return autoencoder.decode(latents, image, mask).clamp(-1, 1)
    decoded = autoencoder.decode(latents)[..., : image.shape[-2], : image.shape[-1]]
    return decoded.clamp(-1, 1)

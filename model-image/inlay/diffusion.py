"""The noise process and the one sampling loop: velocity prediction with zero terminal signal-to-noise ratio."""

from collections.abc import Callable
from math import pi

import torch
import torch.nn.functional as F
from torch import Tensor

from inlay.settings import OnStep

Velocity = Callable[[Tensor, Tensor], Tensor]
"""Noisy latents (n, 4, h, w) and times (n,) in [0, 1] to velocities (n, 4, h, w)."""

COARSE = 4
"""Latents to a side of a place whose mean is coarse: 32 pixels."""


def signal_and_noise(t: Tensor) -> tuple[Tensor, Tensor]:
    """The shares of signal and noise at times in [0, 1] on the cosine schedule: all signal at 0, all noise at 1."""
    angle = t * (pi / 2)
    return angle.cos(), angle.sin()


def add_noise(clean: Tensor, noise: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Noisy latents and the velocity to predict (Salimans and Ho 2022), at times (B,)."""
    signal, sigma = (share[:, None, None, None] for share in signal_and_noise(t))
    return signal * clean + sigma * noise, signal * noise - sigma * clean


def seeded_noise(seeds: list[int], shape: tuple[int, int, int]) -> Tensor:
    """Noise (n, *shape) that depends on each output's seed alone, made on the CPU."""
    return torch.stack(
        [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    )


def fine_noise(noise: Tensor) -> Tensor:
    """Noise (n, 4, h, w) of unit deviation without the means of places of 4 x 4.

    A denoiser of short training takes the coarse part of its first noise for the picture's own: the same seed tints
    every fill alike. What surrounds the hole decides then, and outputs differ in detail more than in colour.
    """
    places = [max(1, side // COARSE) for side in noise.shape[-2:]]
    grid = F.adaptive_avg_pool2d(noise, places)
    fine = noise - F.interpolate(grid, size=noise.shape[-2:], mode="bilinear")
    return fine / fine.std(dim=(1, 2, 3), keepdim=True)


@torch.no_grad()
def sample(
    velocity: Velocity,
    noise: Tensor,
    steps: int,
    on_step: OnStep,
    start: Tensor | None = None,
    strength: float = 1.0,
    on_clean: Callable[[Tensor], None] = lambda _clean: None,
) -> Tensor:
    """Clean latents from noise (n, 4, h, w) in `steps` steps of DDIM (Song et al. 2020, eta 0).

    With `start` (clean latents) and a strength below 1, sampling begins at that share of the way. `on_step(done,
    total)` is called after every step and may raise to stop, then `on_clean` with the latents that the step foresees.
    """
    begin = min(max(strength, 0.0), 1.0) if start is not None else 1.0
    times = torch.linspace(begin, 0.0, steps + 1)
    x = noise
    if start is not None and begin < 1:
        x, _ = add_noise(start.expand_as(noise), noise, times[:1].expand(len(noise)))
    for step in range(steps):
        now, after = times[step].to(x), times[step + 1].to(x)
        v = velocity(x, now.expand(len(x)))
        signal, sigma = signal_and_noise(now)
        clean, eps = signal * x - sigma * v, sigma * x + signal * v
        signal, sigma = signal_and_noise(after)
        x = signal * clean + sigma * eps
        on_step(step + 1, steps)
        on_clean(clean)
    return x

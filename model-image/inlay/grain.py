"""Gives a fill the grain of what surrounds it: fine detail of the ring's energy and spectrum, place by place.

A small decoder cannot draw gravel, bark or film grain from latents that do not hold it, and leaves holes smooth. Such
micro-textures are their spectrum: a sample's Fourier amplitudes under random phases look like more of it (Galerne,
Gousseau and Morel 2011). What has a shape (planks, leaves) does not come from this.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from inlay.metrics.texture import fine_energy, ring_of

PLACE = 17
"""Pixels to a side of the places whose energy is compared."""
SPREAD = 24.0
"""Pixels over which the ring's energy reaches into the hole (a Gaussian's deviation)."""
PASSES = 2
"""Times that too much detail is taken back: the mean of a rough place is a little rough itself."""
LEAST = 1e-7
"""Energy below which nothing is told apart: a tenth of a grey level's is 6e-7."""


def match_grain(
    filled: Tensor, image: Tensor, mask: Tensor, seeds: list[int], coarse: int = 1
) -> Tensor:
    """Fills (n, 3, H, W) in [-1, 1] with the grain of the kept pixels around the hole of `mask` (1, 1, H, W).

    What is rougher than the ring is smoothed, what is smoother gets detail of the spectrum of `image` (1, 3, H, W)
    there. Nothing changes outside the hole, nor where no pixel is kept. Detail depends on each output's seed alone.
    With `coarse` the ring's energy is carried into the hole in steps of so many pixels, which large pictures want.
    """
    ring = ring_of(mask)
    if not ring.any():
        return filled
    residual = (image - local_mean(image, 1 - mask, 5)) * ring
    around = local_mean(residual.square().mean(1, keepdim=True), ring, PLACE).clamp(min=LEAST)
    # The mean of amplitudes follows the texture more than the few strong edges that cross it.
    energy = spread(around.sqrt(), ring, coarse).square()
    pictures = torch.where(mask.bool(), filled, image)
    for _ in range(PASSES):
        detail, present = detail_of(pictures, mask)
        pictures = pictures - mask * detail * (1 - (energy / present).clamp(max=1).sqrt())
    missing = (energy - detail_of(pictures, mask)[1]).clamp(min=0)
    noise = torch.cat([same_spectrum(residual / around.sqrt(), seed) for seed in seeds])
    return torch.where(mask.bool(), pictures + noise * missing.sqrt(), filled).clamp(-1, 1)


def detail_of(pictures: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Fine detail (n, 3, H, W), and its energy (n, 1, H, W) from place to place in the hole."""
    detail = pictures - local_mean(pictures, torch.ones_like(mask), 5)
    energy = local_mean(detail.square().mean(1, keepdim=True), mask, PLACE)
    return detail, energy.clamp(min=LEAST)


def local_mean(values: Tensor, weight: Tensor, side: int) -> Tensor:
    """Means of (B, C, H, W) over squares, of what has a weight (1, 1, H, W); 0 where nothing has."""
    total = F.avg_pool2d(values * weight, side, stride=1, padding=side // 2)
    return total / F.avg_pool2d(weight, side, stride=1, padding=side // 2).clamp(min=1e-6)


def spread(values: Tensor, weight: Tensor, coarse: int = 1) -> Tensor:
    """Values (1, 1, H, W) where they have a weight, carried on to everywhere else by nearness."""
    size = values.shape[-2:]
    # In double precision the middle of the largest hole is still reached.
    values, weight = values.double() * weight, weight.double()
    if coarse > 1:
        values, weight = (
            F.avg_pool2d(part, coarse, ceil_mode=True, count_include_pad=False)
            for part in (values, weight)
        )
    total, share = (blurred(part, SPREAD / coarse) for part in (values, weight))
    carried = (total / share.clamp(min=1e-300)).to(torch.float32)
    return carried if coarse == 1 else F.interpolate(carried, size=size, mode="bilinear")


def blurred(values: Tensor, deviation: float) -> Tensor:
    """Under a Gaussian that reaches to the picture's far side."""
    rows, columns = (gaussian(size, values, deviation) for size in values.shape[-2:])
    return rows @ values @ columns


def gaussian(size: int, like: Tensor, deviation: float) -> Tensor:
    """The weight of every place of a line for every other (size, size)."""
    places = torch.arange(size, dtype=like.dtype, device=like.device)
    return torch.exp(-(places[:, None] - places[None]).square() / (2 * deviation**2))


def same_spectrum(sample: Tensor, seed: int) -> Tensor:
    """Noise (1, 3, H, W) with the spectrum of a sample, of unit energy in fine detail.

    All channels share their phases, so that colours stay together as in the sample.
    """
    height, width = sample.shape[-2:]
    white = torch.randn((1, 1, height, width), generator=torch.Generator().manual_seed(seed))
    phases = torch.fft.rfft2(white.to(sample))
    phases = phases / phases.abs().clamp(min=1e-12)
    noise = torch.fft.irfft2(torch.fft.rfft2(sample) * phases, s=(height, width))
    energy = fine_energy(noise).mean().clamp(min=LEAST)
    return noise / math.sqrt(energy.item())

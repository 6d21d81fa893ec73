"""Latents as a sampler leaves them: off in colour and noise inside the hole (compare ASUKA, arXiv 2312.04831)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def disturb(latents: Tensor, hole: Tensor, generator: torch.Generator) -> Tensor:
    """Latents (B, 4, h, w) smoothed, shifted, tinted and roughened where `hole` (B, 1, h, w) is 1.

    Any share of what latents have beyond their 3 x 3 mean is taken away: sampled ones lack it (measured on `tiny`: half
    of the variance in the median). The other amounts are in standard deviations of the latents: a channel shift of
    0.35, smooth fields of 0.25 and 0.2, and white noise of up to 0.35. What is kept is not touched.
    """
    batch, channels, height, width = latents.shape
    deviation = latents.std().detach()

    def field(side: int, amount: float) -> Tensor:
        noise = torch.randn((batch, channels, side, side), generator=generator) * amount
        noise = noise.to(latents)
        return F.interpolate(noise, size=(height, width), mode="bilinear", align_corners=True)

    amount = torch.rand((batch, 1, 1, 1), generator=generator)
    white = (torch.randn(latents.shape, generator=generator) * 0.35 * amount).to(latents)
    shift = (torch.randn((batch, channels, 1, 1), generator=generator) * 0.35).to(latents)
    smooth = torch.rand((batch, 1, 1, 1), generator=generator).to(latents)
    mean = F.avg_pool2d(F.pad(latents, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    change = deviation * (shift + field(2, 0.25) + field(4, 0.2) + white)
    return latents + hole * (change - smooth * (latents - mean))

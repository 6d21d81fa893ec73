"""Latents as a sampler leaves them: off in colour and noise inside the hole (compare ASUKA, arXiv 2312.04831)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def disturb(latents: Tensor, hole: Tensor, generator: torch.Generator) -> Tensor:
    """Latents (B, 4, h, w) shifted, tinted and roughened where `hole` (B, 1, h, w) is 1.

    Amounts are in standard deviations of the latents: a channel shift of 0.35, smooth fields of 0.25 and 0.2, and
    white noise of up to 0.35. What is kept is not touched.
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
    return latents + hole * deviation * (shift + field(2, 0.25) + field(4, 0.2) + white)

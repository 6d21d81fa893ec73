"""The small denoiser of the `tiny` profile: nine channels in, four out, no text."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inlay.config import UNetConfig
from inlay.layers import Attention, Downsample, Upsample


def time_features(t: Tensor, channels: int) -> Tensor:
    """Sinusoidal features (B, channels) of times (B,) in [0, 1]."""
    half = channels // 2
    frequencies = torch.exp(-math.log(10_000) * torch.arange(half, device=t.device) / half)
    angles = 1000 * t[:, None].float() * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class TimedBlock(nn.Module):
    """A residual block whose second norm is scaled and shifted by the time embedding."""

    def __init__(self, channels_in: int, channels_out: int, time: int, groups: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, channels_in)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.time = nn.Linear(time, 2 * channels_out)
        self.norm2 = nn.GroupNorm(groups, channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.shortcut = (
            nn.Identity()
            if channels_in == channels_out
            else nn.Conv2d(channels_in, channels_out, 1)
        )
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.time(F.silu(embedding))[:, :, None, None].chunk(2, dim=1)
        h = self.norm2(h) * (1 + scale) + shift
        return self.shortcut(x) + self.conv2(F.silu(h))


class UNet(nn.Module):
    """Predicts the velocity (B, 4, h, w) of noisy latents at times (B,), from them, the mask and the masked latents.

    Attention runs at the lowest resolution only. Heights and widths must be divisible by 2 ** (levels - 1).
    """

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        widths, groups = config.widths, config.groups
        time = 4 * widths[0]
        self.embed = nn.Sequential(nn.Linear(widths[0], time), nn.SiLU(), nn.Linear(time, time))
        self.conv_in = nn.Conv2d(2 * config.latent_channels + 1, widths[0], 3, padding=1)

        self.down = nn.ModuleList()
        skips = [widths[0]]
        channels = widths[0]
        for level, width in enumerate(widths):
            for _ in range(config.blocks):
                self.down.append(TimedBlock(channels, width, time, groups))
                channels = width
                skips.append(channels)
            if level < len(widths) - 1:
                self.down.append(Downsample(channels))
                skips.append(channels)

        self.mid = nn.ModuleList(
            [
                TimedBlock(channels, channels, time, groups),
                Attention(channels, groups),
                TimedBlock(channels, channels, time, groups),
            ]
        )
        self.up = nn.ModuleList()
        for level, width in reversed(list(enumerate(widths))):
            for _ in range(config.blocks + 1):
                self.up.append(TimedBlock(channels + skips.pop(), width, time, groups))
                channels = width
            if level > 0:
                self.up.append(Upsample(channels))
        self.norm_out = nn.GroupNorm(groups, channels)
        self.conv_out = nn.Conv2d(channels, config.latent_channels, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        # Travels with the weights: what latents are multiplied by, so that they have a deviation of about 1.
        self.register_buffer("latent_scale", torch.ones(()))

    def forward(self, noisy: Tensor, t: Tensor, mask: Tensor, masked: Tensor) -> Tensor:
        embedding = self.embed(time_features(t, self.config.widths[0]).to(noisy.dtype))
        h = self.conv_in(torch.cat([noisy, mask, masked], dim=1))
        skips = [h]
        for layer in self.down:
            h = layer(h, embedding) if isinstance(layer, TimedBlock) else layer(h)
            skips.append(h)
        for layer in self.mid:
            h = layer(h, embedding) if isinstance(layer, TimedBlock) else layer(h)
        for layer in self.up:
            timed = isinstance(layer, TimedBlock)
            h = layer(torch.cat([h, skips.pop()], dim=1), embedding) if timed else layer(h)
        return self.conv_out(F.silu(self.norm_out(h)))

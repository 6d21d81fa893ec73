"""The autoencoder: a KL encoder and the asymmetric decoder, in diffusers' naming."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inlay.config import AutoencoderConfig
from inlay.decoder import Decoder, MaskReduction
from inlay.layers import EPSILON, DownBlock, MidBlock

FACTOR = 8
"""Pixels of a picture's side to one latent."""


class Encoder(nn.Module):
    """A picture (B, 3, H, W) in [-1, 1] to mean and log variance (B, 8, H/8, W/8)."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        c1, c2, c3, c4 = config.encoder_widths
        blocks, groups = config.encoder_blocks, config.groups
        self.conv_in = nn.Conv2d(3, c1, 3, padding=1)
        self.down_blocks = nn.ModuleList(
            [
                DownBlock(c1, c1, blocks, groups, last=False),
                DownBlock(c1, c2, blocks, groups, last=False),
                DownBlock(c2, c3, blocks, groups, last=False),
                DownBlock(c3, c4, blocks, groups, last=True),
            ]
        )
        self.mid_block = MidBlock(c4, groups)
        self.conv_norm_out = nn.GroupNorm(groups, c4, eps=EPSILON)
        self.conv_out = nn.Conv2d(c4, 2 * config.latent_channels, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        h = self.conv_in(image)
        for block in self.down_blocks:
            h = block(h)
        h = self.mid_block(h)
        return self.conv_out(F.silu(self.conv_norm_out(h)))


@dataclass(frozen=True)
class Posterior:
    """The Gaussian that an encoder gives for a picture; both (B, 4, H/8, W/8)."""

    mean: Tensor
    log_variance: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        noise = torch.randn(self.mean.shape, generator=generator).to(self.mean)
        return self.mean + torch.exp(0.5 * self.log_variance) * noise

    def divergence(self) -> Tensor:
        """KL divergence from the unit Gaussian, per picture (B,)."""
        variance = self.log_variance.exp()
        return 0.5 * (self.mean**2 + variance - 1 - self.log_variance).flatten(1).sum(1)


class Autoencoder(nn.Module):
    """Encoder, asymmetric decoder and the two 1x1 convolutions between them.

    Latents are unscaled here; whoever samples them scales them. Heights and widths must be multiples of 8.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.latent_channels
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.quant_conv = nn.Conv2d(2 * channels, 2 * channels, 1)
        self.post_quant_conv = nn.Conv2d(channels, channels, 1)

    def encode(self, image: Tensor) -> Posterior:
        """A picture (B, 3, H, W) in [-1, 1] to its posterior."""
        mean, log_variance = self.quant_conv(self.encoder(image)).chunk(2, dim=1)
        return Posterior(mean, log_variance.clamp(-30, 20))

    def decode(
        self,
        latents: Tensor,
        image: Tensor | None = None,
        mask: Tensor | None = None,
        reduction: MaskReduction = "area",
    ) -> Tensor:
        """Latents (n, 4, h, w) to pictures (n, 3, 8h, 8w); see `Decoder.forward`."""
        return self.decoder(self.post_quant_conv(latents), image, mask, reduction)

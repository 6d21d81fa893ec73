"""The autoencoder: a KL encoder and the asymmetric decoder, in diffusers' naming."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inlay.blend import MaskReduction
from inlay.config import AutoencoderConfig
from inlay.decode_way import DecodeWay
from inlay.decoder import TILE, Decoder
from inlay.layers import EPSILON, DownBlock, MidBlock, activate
from inlay.quantizer import Quantizer

FACTOR = 8
"""Pixels of a picture's side to one latent."""


class Encoder(nn.Module):
    """A picture (B, 3, H, W) in [-1, 1] to mean and log variance (B, 8, H/8, W/8); with a codebook to latents."""

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
        self.conv_out = nn.Conv2d(c4, encoded_channels(config), 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        h = self.conv_in(image)
        for block in self.down_blocks:
            h = block(h)
        h = self.mid_block(h)
        return self.conv_out(activate(self.conv_norm_out(h)))


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
    """Encoder, asymmetric decoder and the two 1x1 convolutions between them; with a codebook if it is configured.

    Latents are unscaled here; whoever samples them scales them. Pictures may have any size: to the right and below
    they are filled up to a multiple of 8 by repeating their edge, and the result is cut back.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.latent_channels
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.quant_conv = nn.Conv2d(encoded_channels(config), encoded_channels(config), 1)
        self.post_quant_conv = nn.Conv2d(channels, channels, 1)
        if config.codes is not None:
            self.quantize = Quantizer(config.codes, channels)

    def encode(self, image: Tensor) -> Posterior:
        """A picture (B, 3, H, W) in [-1, 1] to its posterior; with a codebook, one without variance."""
        encoded = self.quant_conv(self.encoder(fill_up(image)))
        if self.config.codes is not None:
            return Posterior(encoded, torch.full_like(encoded, -torch.inf))
        mean, log_variance = encoded.chunk(2, dim=1)
        return Posterior(mean, log_variance.clamp(-30, 20))

    def decode(
        self,
        latents: Tensor,
        image: Tensor | None = None,
        mask: Tensor | None = None,
        reduction: MaskReduction = "area",
        tile: int | None = TILE,
        quantized: bool = False,
        way: DecodeWay = "exact",
    ) -> Tensor:
        """Latents (n, 4, h, w) to pictures of the given picture's size, or (n, 3, 8h, 8w); see `Decoder.forward`.

        The ways that decode windows are taken where they can be: with an `add` decoder and a mask that keeps some and
        repaints some, and without gradients. Everything else is decoded in full.

        `quantized` says that the latents are codes already (LDM's `force_not_quantize`). Raises ValueError for latents
        that are not finite and masks that are not hard.
        """
        check_inputs(latents, mask)
        if self.config.codes is not None and not quantized:
            latents, _ = self.quantize(latents)
        size = None if image is None else image.shape[-2:]
        if mask is not None and not torch.is_grad_enabled() and mask.all():
            # Nothing is kept: features of the picture would be computed and taken nowhere.
            image = mask = None
        image, mask = (None if part is None else fill_up(part) for part in (image, mask))
        latents = self.post_quant_conv(latents)
        if not self.can_window(image, mask):
            way = "exact"
        decoded = self.decoder(latents, image, mask, reduction, tile, way)
        return decoded if size is None else decoded[..., : size[0], : size[1]]

    def can_window(self, image: Tensor | None, mask: Tensor | None) -> bool:
        """Whether a level's input outside a hole is the picture's feature and nothing else, and all have a hole."""
        if self.config.blend != "add" or torch.is_grad_enabled() or image is None or mask is None:
            return False
        return bool(mask.flatten(1).any(1).all())


def check_inputs(latents: Tensor, mask: Tensor | None) -> None:
    """Raises ValueError for what no decoder can mend: numbers that are none, and pixels that are half kept."""
    if not torch.isfinite(latents).all():
        raise ValueError("the latents hold values that are not finite")
    if mask is not None:
        check_mask(mask)


def check_mask(mask: Tensor) -> None:
    """Raises ValueError for a mask that is not hard."""
    if not ((mask == 0) | (mask == 1)).all():
        raise ValueError("the mask must hold zeros and ones only: 1 repaints, 0 keeps")


def check_picture(image: Tensor, mask: Tensor) -> None:
    """Raises ValueError for a picture that is not finite, or a mask that is not hard."""
    if not torch.isfinite(image).all():
        raise ValueError("the picture holds values that are not finite")
    check_mask(mask)


def encoded_channels(config: AutoencoderConfig) -> int:
    """Mean and log variance, or the latents alone where a codebook follows."""
    return config.latent_channels * (2 if config.codes is None else 1)


def fill_up(picture: Tensor) -> Tensor:
    """A picture (B, c, H, W) whose sides are multiples of 8, its edge repeated to the right and below."""
    height, width = picture.shape[-2:]
    padding = (0, -width % FACTOR, 0, -height % FACTOR)
    return F.pad(picture, padding, mode="replicate") if any(padding) else picture

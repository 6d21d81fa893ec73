"""TAESD's decoder (madebyollin/taesd, MIT): a rough picture from latents in a few milliseconds, for previews."""

from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor, nn

from inlay.checkpoint import load_into, load_weights

LEVELS = 3
"""Doublings of the side, from latents to the picture."""

BLOCKS = 3


class Block(nn.Module):
    """Three convolutions around which the input is added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        convolutions = [nn.Conv2d(width, width, 3, padding=1) for _ in range(3)]
        first, second, third = convolutions
        self.conv = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), third)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.conv(x) + x)


class Clamp(nn.Module):
    """Holds latents within +-3, softly."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x / 3) * 3


class TinyDecoder(nn.Sequential):
    """Latents (n, 4, h, w), scaled as the UNet has them, to pictures (n, 3, 8h, 8w) about [-1, 1].

    Its parts are counted as in the published `taesd_decoder.safetensors`.
    """

    def __init__(self, width: int = 64, latent_channels: int = 4) -> None:
        parts = [Clamp(), nn.Conv2d(latent_channels, width, 3, padding=1), nn.ReLU()]
        for _ in range(LEVELS):
            parts += [*(Block(width) for _ in range(BLOCKS)), nn.Upsample(scale_factor=2)]
            parts.append(nn.Conv2d(width, width, 3, padding=1, bias=False))
        parts += [Block(width), nn.Conv2d(width, 3, 3, padding=1)]
        super().__init__(OrderedDict((str(number), part) for number, part in enumerate(parts)))

    @classmethod
    def load(cls, path: Path, sha256: str | None = None) -> "TinyDecoder":
        """The decoder of a published file. Raises CheckpointError for one that is missing, another, or does not fit."""
        state = load_weights(path, sha256)
        width, channels = state["1.weight"].shape[:2] if "1.weight" in state else (64, 4)
        decoder = cls(width, channels)
        load_into(decoder, state, path.name)
        return decoder.eval().requires_grad_(False)

    def forward(self, latents: Tensor) -> Tensor:
        return super().forward(latents) * 2 - 1

"""TAESD's decoder (madebyollin/taesd, MIT): a rough picture from latents in a few milliseconds, for previews."""

from collections import OrderedDict

import torch
from torch import Tensor, nn

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

    def forward(self, latents: Tensor) -> Tensor:
        return super().forward(latents) * 2 - 1


def decoder_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The decoder's tensors by the published names; in the file of diffusers' autoencoder no clamp is counted."""
    theirs = "decoder.layers."
    if not any(name.startswith(theirs) for name in state):
        return state
    numbered = (
        (name.removeprefix(theirs).partition("."), tensor)
        for name, tensor in state.items()
        if name.startswith(theirs)
    )
    return {f"{int(number) + 1}.{rest}": tensor for (number, _, rest), tensor in numbered}

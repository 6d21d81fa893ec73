"""The decoder's second input: features of the kept pixels, at every level of the decoder (section 3.2 of the paper)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDES = (1, 1, 2, 4, 8)
"""Pixels of the picture to one feature, by level."""

HALO = 16
"""Pixels around a tile that its features can see; with them a tile's features are exact."""


class ConditionEncoder(nn.Module):
    """Features of the masked picture (B, 3, H, W), by level: at H, H, H/2, H/4, H/8.

    Each level's feature is the plain output of its convolution; the activation feeds the next one only. Without norm
    or attention, a feature sees 26 pixels around it and no more, so that tiles with a halo give the same features.

    With `partial`, convolutions look at valid pixels only (Liu et al. 2018), as the paper's `concat` mode does. With
    `mask_channel`, the mask is a fourth input channel, as in ASUKA (arXiv 2312.04831).
    """

    def __init__(
        self, widths: tuple[int, ...], partial: bool = False, mask_channel: bool = False
    ) -> None:
        super().__init__()
        c1, c2, c3, c4 = widths
        self.partial = partial
        self.mask_channel = mask_channel
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(4 if mask_channel else 3, c1, 3, padding=1),
                nn.Conv2d(c1, c2, 3, padding=1),
                nn.Conv2d(c2, c3, 4, stride=2, padding=1),
                nn.Conv2d(c3, c4, 4, stride=2, padding=1),
                nn.Conv2d(c4, c4, 4, stride=2, padding=1),
            ]
        )

    def forward(self, image: Tensor, mask: Tensor, tile: int | None = None) -> list[Tensor]:
        """Features of a picture (B, 3, H, W) whose pixels under the mask (B, 1, H, W), 1 = repaint, are hidden.

        With `tile` (pixels, a multiple of 8) a larger picture is worked through in squares of that side, which takes
        less memory and gives the same features.
        """
        height, width = image.shape[-2:]
        if tile is None or tile >= max(height, width):
            return self.plain(image, mask)
        if tile % STRIDES[-1] != 0:
            raise ValueError(f"a tile's side must be a multiple of {STRIDES[-1]}; it is {tile}")
        rows = [
            [
                self.tile(
                    image, mask, (top, left, min(top + tile, height), min(left + tile, width))
                )
                for left in range(0, width, tile)
            ]
            for top in range(0, height, tile)
        ]
        return [
            torch.cat([torch.cat([cell[level] for cell in row], dim=3) for row in rows], dim=2)
            for level in range(len(STRIDES))
        ]

    def tile(self, image: Tensor, mask: Tensor, box: tuple[int, int, int, int]) -> list[Tensor]:
        """The features of one tile (top, left, bottom, right), computed with its halo."""
        top, left, bottom, right = box
        y, x = max(top - HALO, 0), max(left - HALO, 0)
        span = (..., slice(y, bottom + HALO), slice(x, right + HALO))
        features = self.plain(image[span], mask[span])
        return [
            feature[
                ...,
                (top - y) // stride : -(-(bottom - y) // stride),
                (left - x) // stride : -(-(right - x) // stride),
            ]
            for feature, stride in zip(features, STRIDES, strict=True)
        ]

    def plain(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        """The features of the whole picture at once."""
        valid = 1 - mask
        x = image * valid
        if self.mask_channel:
            x = torch.cat([x, mask.expand(len(x), -1, -1, -1)], dim=1)
        features = []
        for layer in self.layers:
            if features:
                x = F.relu(features[-1])
            if self.partial:
                x, valid = partial_convolution(layer, x, valid)
            else:
                x = layer(x)
            features.append(x)
        return features


def partial_convolution(layer: nn.Conv2d, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
    """A convolution over valid pixels only, and which of its outputs are valid.

    `W(x * v) * k^2 / sum(v) + b` where any pixel under the window is valid, else 0 (Liu et al. 2018, equations 1, 2).
    """
    size = layer.kernel_size[0]
    window = torch.ones((1, 1, size, size), dtype=x.dtype, device=x.device)
    count = F.conv2d(valid, window, stride=layer.stride, padding=layer.padding)
    any_valid = (count > 0).to(x.dtype)
    raw = F.conv2d(x * valid, layer.weight, None, layer.stride, layer.padding)
    scaled = raw * (size * size / count.clamp(min=1))
    bias = 0 if layer.bias is None else layer.bias[:, None, None]
    return (scaled + bias) * any_valid, any_valid

"""The condition's features without those inside the hole, which nothing is made of."""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from inlay.blend import MaskReduction
from inlay.condition import ConditionEncoder
from inlay.crops import Box
from inlay.windows.blank import blank
from inlay.windows.core import solid_core, unneeded


def features_around(
    encoder: ConditionEncoder,
    image: Tensor,
    mask: Tensor,
    hole: NDArray[np.bool_],
    reduction: MaskReduction,
) -> list[Tensor]:
    """The features of `ConditionEncoder.plain` wherever they are blended in; anything where nothing is made of them.

    For a picture (1, 3, H, W) and its mask (1, 1, H, W), which is `hole` (H, W) on the host; without partial
    convolutions.
    """
    core = solid_core(hole)
    skipped = [None] * len(encoder.layers) if core is None else unneeded(core, reduction)
    x = image * (1 - mask)
    if encoder.mask_channel:
        x = torch.cat([x, mask], dim=1)
    features: list[Tensor] = []
    for layer, skip in zip(encoder.layers, skipped, strict=True):
        if features:
            x = F.relu(features[-1])
        features.append(layer(x) if skip is None else convolved_around(layer, x, skip))
    return features


def convolved_around(layer: nn.Conv2d, x: Tensor, skip: Box) -> Tensor:
    """A convolution, padded by a pixel, whose outputs in a box are not wanted: anything there."""
    size, step = layer.kernel_size[0], layer.stride[0]
    padded = F.pad(x, (1, 1, 1, 1))
    height, width = ((side - size) // step + 1 for side in padded.shape[-2:])
    out: Tensor | None = None
    for box in frame(skip, height, width):
        seen = padded[
            ...,
            step * box.top : step * (box.bottom - 1) + size,
            step * box.left : step * (box.right - 1) + size,
        ]
        made = F.conv2d(seen, layer.weight, layer.bias, step)
        if out is None:
            out = blank(made, layer.out_channels, height, width)
        out[..., box.top : box.bottom, box.left : box.right] = made
    return blank(x, layer.out_channels, height, width) if out is None else out


def frame(skip: Box, height: int, width: int) -> list[Box]:
    """What lies around a box, as up to four boxes."""
    boxes = [
        Box(0, 0, width, skip.top),
        Box(0, skip.bottom, width, height),
        Box(0, skip.top, skip.left, skip.bottom),
        Box(skip.right, skip.top, width, skip.bottom),
    ]
    return [box for box in boxes if box.left < box.right and box.top < box.bottom]

"""The condition's features without those inside the hole, which nothing is made of."""

from dataclasses import replace

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

PART = 1 << 22
"""Values that are read at a time."""


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
        features.append(
            convolved_around(layer, features[-1] if features else x, skip, bool(features))
        )
    return features


def convolved_around(layer: nn.Conv2d, x: Tensor, skip: Box | None, rectified: bool) -> Tensor:
    """A convolution of (1, c, H, W), padded by a pixel, whose outputs in a box are not wanted: anything there.

    `rectified` has it see the positive part. It works through some rows at a time, since what is made for one call and
    never seen again is dear to a processor where it is large.
    """
    size, step = layer.kernel_size[0], layer.stride[0]
    height, width = ((side + 2 - size) // step + 1 for side in x.shape[-2:])
    out = blank(x, layer.out_channels, height, width)
    for box in frame(skip, height, width):
        for part in bands(box, x.shape[1] * x.shape[3] * step, x.device):
            seen, padding = seen_by(part, size, step, x.shape[-2:])
            given = x[(..., *seen.span)]
            given = F.relu(given) if rectified else given
            out[(..., *part.span)] = F.conv2d(
                F.pad(given, padding) if any(padding) else given, layer.weight, layer.bias, step
            )
    return out


def seen_by(
    box: Box, size: int, step: int, shape: tuple[int, int]
) -> tuple[Box, tuple[int, int, int, int]]:
    """What a convolution padded by a pixel sees for a box of its outputs, and the padding at the picture's ends."""
    height, width = shape
    wanted = Box(
        step * box.left - 1,
        step * box.top - 1,
        step * (box.right - 1) - 1 + size,
        step * (box.bottom - 1) - 1 + size,
    )
    seen = wanted.intersection(Box(0, 0, width, height))
    return seen, (
        seen.left - wanted.left,
        wanted.right - seen.right,
        seen.top - wanted.top,
        wanted.bottom - seen.bottom,
    )


def bands(box: Box, row: int, device: torch.device) -> list[Box]:
    """A box in parts of some rows, for each of which `row` values are read; in one on a GPU."""
    if device.type != "cpu":
        return [box]
    rows = max(1, PART // row)
    return [
        replace(box, top=top, bottom=min(top + rows, box.bottom))
        for top in range(box.top, box.bottom, rows)
    ]


def frame(skip: Box | None, height: int, width: int) -> list[Box]:
    """What lies around a box, as up to four boxes; everything where there is none."""
    if skip is None:
        return [Box(0, 0, width, height)]
    boxes = [
        Box(0, 0, width, skip.top),
        Box(0, skip.bottom, width, height),
        Box(0, skip.top, skip.left, skip.bottom),
        Box(skip.right, skip.top, width, skip.bottom),
    ]
    return [box for box in boxes if box.left < box.right and box.top < box.bottom]

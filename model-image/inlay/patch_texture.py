"""How lively a picture is from place to place, as channels beside its colours.

A blurred guess is most like blurs. Patches that are compared by their liveliness, too, are not the smoothest that there
are (texture features; Newson, Almansa, Fradet, Gousseau and Pérez 2014).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from inlay.grain import local_mean, spread

WEIGHT = 16.0
"""What the mean of steps counts for beside a colour."""

PLACE = 15
"""Pixels to a side over which steps are averaged."""

COARSE = 4
"""Pixels of a side that are told as one where it is carried into the hole."""


def texture_of(image: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute steps across and down (1, 2, H, W) of what is kept of a picture (1, 3, H, W), also in its hole."""
    return torch.cat([steps(image, 1 - mask, axis) for axis in (-1, -2)], 1) * WEIGHT


def steps(image: Tensor, kept: Tensor, axis: int) -> Tensor:
    """Those along one axis (1, 1, H, W)."""
    size = image.shape[axis] - 1
    step = image.diff(dim=axis).abs().mean(1, keepdim=True)
    told = kept.narrow(axis, 0, size) * kept.narrow(axis, 1, size)
    step, told = (F.pad(part, (0, 1) if axis == -1 else (0, 0, 0, 1)) for part in (step, told))
    near = kept * (F.max_pool2d(told, PLACE, 1, PLACE // 2) > 0)
    around = local_mean(step, told, PLACE)
    return torch.where(near > 0, around, spread(around, near, COARSE))

"""How rough a picture is from place to place: what mean errors leave out, and holes have to share with what is around.

A mean absolute error is least where texture is left away, so that decoders trained by it alone leave holes smooth. A
discriminator mends that (the paper's does), at a price; this asks only for as much fine detail as the target has, place
by place, wherever exactly it lies.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from inlay.metrics.texture import fine_energy

WINDOW = 16
"""Pixels to a side of the places that are compared; they overlap by half."""
FLOOR = (1 / 127.5) ** 2
"""Energy of one grey level: what is finer does not count."""


def grain_distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference of the log energies of fine detail, over places and two scales.

    For pictures (B, 3, H, W) in [-1, 1] of at least 32 pixels a side; 0.69 is a factor of two in energy.
    """
    distances = []
    for scale in (1, 2):
        x, y = (F.avg_pool2d(picture, scale) for picture in (a, b))
        distances.append((log_energy(x) - log_energy(y)).abs().mean())
    return torch.stack(distances).mean()


def log_energy(picture: Tensor) -> Tensor:
    """The log of the mean square of a picture less its 5 x 5 mean, by place."""
    return (F.avg_pool2d(fine_energy(picture), WINDOW, stride=WINDOW // 2) + FLOOR).log()

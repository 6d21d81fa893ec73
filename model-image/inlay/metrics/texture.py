"""Whether a fill looks like what surrounds it: as rough, and of the same colour."""

import torch
import torch.nn.functional as F
from torch import Tensor

RING = 24
"""Pixels around the hole that a fill is compared with."""


def ring_of(mask: Tensor, width: int = RING) -> Tensor:
    """The kept pixels within `width` of the hole; a mask (B, 1, H, W) in {0, 1}."""
    side = 2 * width + 1
    # A square's maximum is that of its rows' maxima.
    rows = F.max_pool2d(mask, (1, side), stride=1, padding=(0, width))
    return F.max_pool2d(rows, (side, 1), stride=1, padding=(width, 0)) - mask


def roughness_ratio(picture: Tensor, mask: Tensor) -> Tensor:
    """High-frequency energy of the hole to that of its ring, per picture (B,): 1 is as rough as around, 0 is flat.

    `picture` (B, 3, H, W) on [-1, 1].
    """
    hole = masked_mean(fine_energy(picture), mask)[:, 0]
    return hole / ring_energy(picture, mask).clamp(min=1e-8)


def ring_energy(picture: Tensor, mask: Tensor) -> Tensor:
    """High-frequency energy of the hole's ring, per picture (B,)."""
    return masked_mean(fine_energy(picture), ring_of(mask))[:, 0]


def fine_energy(picture: Tensor) -> Tensor:
    """The square of a picture less its 5 x 5 mean, over the channels: (B, 1, H, W)."""
    padded = F.pad(picture, (2, 2, 2, 2), mode="replicate")
    return ((picture - F.avg_pool2d(padded, 5, stride=1)) ** 2).mean(1, keepdim=True)


def colour_distance(picture: Tensor, mask: Tensor) -> Tensor:
    """Distance in CIELAB (CIE 1976) between the hole's mean colour and its ring's, per picture (B,)."""
    lab = to_lab(picture)
    return (masked_mean(lab, mask) - masked_mean(lab, ring_of(mask))).norm(dim=1)


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Means (B, C) of values (B, C, H, W) where the mask is 1; NaN where nothing is."""
    return (values * mask).flatten(2).sum(2) / mask.flatten(2).sum(2)


def to_lab(picture: Tensor) -> Tensor:
    """sRGB (B, 3, H, W) on [-1, 1] to CIELAB under D65 (IEC 61966-2-1, CIE 15)."""
    rgb = ((picture + 1) / 2).clamp(0, 1)
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    matrix = torch.tensor(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ],
        dtype=picture.dtype,
        device=picture.device,
    )
    white = matrix.sum(1)[:, None, None]
    xyz = torch.einsum("ij,bjhw->bihw", matrix, linear) / white
    cube = torch.where(
        xyz > (6 / 29) ** 3, xyz.clamp(min=1e-12) ** (1 / 3), xyz * 841 / 108 + 4 / 29
    )
    x, y, z = cube.unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)

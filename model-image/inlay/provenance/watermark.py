"""Marks the pixels that an edit made, so that it can be told later what was made and where.

A keyed pattern is added to the brightness, more where the picture is lively and less where it is smooth (spread
spectrum with a visual mask: Cox, Kilian, Leighton and Shamoon 1997). It lies on a grid that begins at the picture's
upper left corner. Whoever has the key finds it (`inlay.provenance.search`); nobody sees it.
"""

import numpy as np
import torch
import torch.nn.functional as F

from inlay.provenance.pattern import TILE, pattern_of

LEAST, MOST = 1.2, 2.5
"""Grey levels of 255 (deviation): what smooth places get, and what lively ones get at most. 2.5 is 40.2 dB."""

SHARE = 0.3
"""The pattern's deviation as a share of the picture's own in the same band."""

SMALLEST = 192
"""Pixels of a side below which an edited region is too small for the mark to be found again."""


def mark(made: np.ndarray, origin: tuple[int, int], key: bytes) -> np.ndarray:
    """The made pixels (H, W, C), uint8 or uint16, with the mark of `key`; a fourth channel and a grey's second stay.

    `origin` is the place (x, y) of their upper left corner in the picture. Blending them with the picture afterwards
    marks what they show and nothing else.
    """
    full = np.iinfo(made.dtype).max
    colours = made.shape[2] - 1 if made.shape[2] in (2, 4) else made.shape[2]
    values = made[..., :colours].astype(np.float32) * np.float32(255 / full)
    strength = np.clip(SHARE * liveliness(values.mean(axis=2)), LEAST, MOST)
    height, width = strength.shape
    rows = (origin[1] + np.arange(height)) % TILE
    columns = (origin[0] + np.arange(width)) % TILE
    change = strength * pattern_of(key).astype(np.float32)[rows[:, None], columns[None]]
    marked = made.copy()
    added = (values + change[..., None]) * np.float32(full / 255)
    marked[..., :colours] = np.clip(np.round(added), 0, full).astype(made.dtype)
    return marked


def liveliness(grey: np.ndarray) -> np.ndarray:
    """Deviation of the picture (H, W) about each pixel, of what is about as coarse as the pattern."""
    field = torch.from_numpy(np.ascontiguousarray(grey))[None, None]
    band = local_mean(field, 5) - local_mean(field, 21)
    return local_mean(band.square(), 33).sqrt()[0, 0].numpy()


def local_mean(field: torch.Tensor, side: int) -> torch.Tensor:
    """Mean over squares of an odd side; the border is repeated outwards."""
    padded = F.pad(field, (side // 2,) * 4, mode="replicate")
    return F.avg_pool2d(padded, side, stride=1)


def too_small(box: tuple[int, int, int, int]) -> bool:
    """Whether a region (left, upper, right, lower) is too small for its mark to be found."""
    left, upper, right, lower = box
    return min(right - left, lower - upper) < SMALLEST

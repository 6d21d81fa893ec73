"""Low-frequency colour correction: a decode that is a shade off around the hole is as much off within it.

It also brings back what sRGB cannot hold of a wider profile's colours, as far as the ring shows it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

RING = 24
"""Pixels around the hole by which the shade is told."""
COARSE = 4
"""Pixels of a side that are told as one: the correction has no detail."""
SPREAD = 24.0
"""Pixels over which a place's shade reaches into the hole (a Gaussian's deviation)."""
MOST = 12.0
"""Levels of 255 that a colour is moved by: more is not a shade, but another thing."""
FAR = 1e-3
"""Weight of the whole ring's mean, which is what is left far from the ring."""


def match_colour(
    fill: NDArray[np.float32], shown: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """A fill (h, w, c) from 0 to 255, moved within the hole (h, w) by what it differs from `shown` around it."""
    reach = np.ones((2 * RING + 1, 2 * RING + 1), np.uint8)
    ring = (cv2.dilate(hole.astype(np.uint8), reach) > 0) & ~hole
    if not ring.any():
        return fill
    height, width = hole.shape
    size = (-(-width // COARSE), -(-height // COARSE))
    weight = ring.astype(np.float32)
    residual = (shown.astype(np.float32) - fill) * weight[..., None]
    mean = residual.sum(axis=(0, 1)) / weight.sum()
    total, share = (
        blurred(cv2.resize(part, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1))
        for part in (residual, weight)
    )
    shade = (total + FAR * mean) / (share + FAR)
    fine = cv2.resize(shade.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    moved = fill + fine.reshape(fill.shape).clip(-MOST, MOST)
    return np.where(hole[..., None], moved, fill)


def blurred(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Under a Gaussian; (h, w, c) stays so for one channel, too."""
    deviation = SPREAD / COARSE
    found = cv2.GaussianBlur(values, (0, 0), deviation, borderType=cv2.BORDER_CONSTANT)
    return found.reshape(values.shape)

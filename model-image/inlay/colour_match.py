"""Colour correction at the hole's edge: a fill that is a shade off from what is kept beside it is moved by that much.

From coarse to fine: a shade that the whole hole is off goes far into it, a shade of a few pixels stays at the edge. It
also brings back what sRGB cannot hold of a wider profile's colours, as far as the edge shows it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MOST = 24.0
"""Levels of 255 that one pass moves a colour by at most: more is not a shade, but another thing."""
COARSE = 4
"""Pixels of a side that are told as one where a pass spreads far."""
LEAST = 1e-3


@dataclass(frozen=True)
class Pass:
    """One scale: what is compared on either side of the edge, and how far the difference reaches."""

    rim: int
    """Pixels on either side."""
    along: float
    """Deviation, in pixels, of the Gaussian under which they are averaged along the edge."""
    reach: float
    """Deviation of that by which the difference is carried into the hole."""
    far: bool
    """Whether what lies deeper is moved by the whole edge's mean, or not at all."""


PASSES = (Pass(6, 6.0, 24.0, far=True), Pass(3, 3.0, 8.0, far=False), Pass(2, 1.5, 3.0, far=False))


FINE = PASSES[1:]
"""What is left to do at the picture's own resolution after a fill was enlarged."""


def match_colour(
    fill: NDArray[np.float32],
    shown: NDArray[np.uint8],
    hole: NDArray[np.bool_],
    passes: tuple[Pass, ...] = PASSES,
) -> NDArray[np.float32]:
    """A fill (h, w, c) from 0 to 255, moved within the hole (h, w) to meet `shown` at the hole's edge."""
    if hole.all() or not hole.any():
        return fill
    kept = shown.astype(np.float32)
    depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    for one in passes:
        fill = np.where(hole[..., None], fill + shade(fill, kept, hole, depth, one), fill)
    return fill


def shade(
    fill: NDArray[np.float32],
    kept: NDArray[np.float32],
    hole: NDArray[np.bool_],
    depth: NDArray[np.float32],
    one: Pass,
) -> NDArray[np.float32]:
    """By how much a fill is to be moved (h, w, c); `depth` is every pixel's distance from what is kept."""
    outside = cv2.distanceTransform((~hole).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    outer = ((outside <= one.rim) & ~hole).astype(np.float32)
    inner = (hole & (depth <= one.rim)).astype(np.float32)
    beyond, seen = local_mean(kept, outer, one.along)
    within, _ = local_mean(fill, inner, one.along)
    weight = inner * (seen > LEAST)
    step = (beyond - within).clip(-MOST, MOST) * weight[..., None]
    total, share = blurred(step, one.reach), blurred(weight, one.reach)[..., None]
    if not one.far:
        return total / (share + 1e-6) * np.exp(-depth / one.reach)[..., None]
    mean = step.sum(axis=(0, 1)) / max(float(weight.sum()), 1.0)
    return (total + LEAST * mean) / (share + LEAST)


def local_mean(
    values: NDArray[np.float32], weight: NDArray[np.float32], deviation: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Means (h, w, c) of what has a weight (h, w), under a Gaussian, and how much of it had."""
    share = blurred(weight, deviation)
    total = blurred(values * weight[..., None], deviation)
    return total / np.maximum(share, 1e-4)[..., None], share


def blurred(values: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
    """Under a Gaussian, nothing beyond the borders; a wide one is taken at a coarser scale."""
    height, width = values.shape[:2]
    coarse = COARSE if deviation > 2 * COARSE else 1
    small = cv2.resize(
        values, (-(-width // coarse), -(-height // coarse)), interpolation=cv2.INTER_AREA
    )
    soft = cv2.GaussianBlur(small, (0, 0), deviation / coarse, borderType=cv2.BORDER_CONSTANT)
    fine = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return fine.reshape(values.shape)

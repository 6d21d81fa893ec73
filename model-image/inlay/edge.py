"""The edge of the hole: how far it reaches beyond the mask, and how softly it begins (design section 5, rule 1)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inlay.crops import Box
from inlay.pixels.picture import BAND


def grown(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """A mask (H, W) with all that lies within a distance of what it marks; measured between pixels' centres."""
    if pixels == 0:
        return mask
    height = len(mask)
    reached = np.zeros_like(mask)
    for top in range(0, height, BAND):
        bottom = min(top + BAND, height)
        above = max(0, top - pixels)
        near = mask[above : min(height, bottom + pixels)]
        if near.any():
            reached[top:bottom] = distance(~near)[top - above : bottom - above] <= pixels
    return reached


def weights(mask: NDArray[np.bool_], box: Box, feather: int) -> NDArray[np.float32]:
    """How much of the fill each pixel of a box takes (h, w): 0 where the mask is False, and nowhere else.

    Without `feather` all that is masked takes 1. With it, the weight rises from the kept pixels inward, and is 1 beyond
    `feather` pixels: nothing outside the mask is blended.
    """
    if feather == 0:
        return mask[box.span].astype(np.float32)
    height, width = mask.shape
    reach = feather + 1
    top, left = max(0, box.top - reach), max(0, box.left - reach)
    around = mask[top : min(height, box.bottom + reach), left : min(width, box.right + reach)]
    if around.all():
        return np.ones((box.bottom - box.top, box.right - box.left), np.float32)
    inside = distance(around)[box.top - top :, box.left - left :]
    return np.minimum(inside[: box.bottom - box.top, : box.right - box.left] / reach, 1.0)


def distance(marked: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The Euclidean distance of every marked pixel to the nearest that is not; 0 for those that are not."""
    return cv2.distanceTransform(marked.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)

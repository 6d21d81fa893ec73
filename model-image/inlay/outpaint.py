"""Outpainting: a larger picture with the original inside, and what is around it as the mask."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inlay.outcome import EditError
from inlay.pixels import Picture
from inlay.pixels.limits import MAX_PIXELS


def extended(
    picture: Picture, left: int, right: int, up: int, down: int
) -> tuple[Picture, NDArray[np.bool_]]:
    """A picture with margins, in pixels, that repeat its edge, and the mask (H, W) of these; opaque where it has alpha.

    Raises EditError `output_too_large` for more pixels than can be edited.
    """
    height, width = picture.height + up + down, picture.width + left + right
    if height * width > MAX_PIXELS:
        raise EditError(
            "output_too_large",
            f"The result would have {width} x {height} pixels; at most {MAX_PIXELS} are allowed.",
        )
    samples = np.pad(picture.samples, ((up, down), (left, right), (0, 0)), mode="edge")
    mask = np.ones((height, width), bool)
    mask[up : up + picture.height, left : left + picture.width] = False
    if picture.has_alpha:
        samples[..., -1][mask] = np.iinfo(samples.dtype).max
    return replace(picture, samples=samples), mask

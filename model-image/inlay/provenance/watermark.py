"""Marks the pixels that an edit made, so that it can be told later what was made and where.

A keyed pattern is added to the brightness, more where the picture is lively and less where it is smooth (spread
spectrum with a visual mask: Cox, Kilian, Leighton and Shamoon 1997). It lies on a grid that begins at the picture's
upper left corner. Whoever has the key finds it (`inlay.provenance.search`); nobody sees it.
"""

import functools
import os
from collections.abc import Iterable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from inlay.crops import Box
from inlay.provenance.pattern import TILE, pattern_of

EVERYONES = "inlay"
"""The key of a deployment that has none of its own: whoever knows it finds the mark, and could set it."""

LEAST, MOST = 1.2, 2.5
"""Grey levels of 255 (deviation): what smooth places get, and what lively ones get at most. 2.5 is 40.2 dB."""

SHARE = 0.3
"""The pattern's deviation as a share of the picture's own in the same band."""

REACH = 32
"""Pixels around a place that decide how lively it is."""

SMALLEST = 192
"""Pixels of a side below which an edited region is too small for the mark to be found again."""


def watermark_key(environment: Mapping[str, str] = os.environ) -> bytes:
    """The key that an operator's `INLAY_WATERMARK_KEY` gives, or everyone's; none where `INLAY_WATERMARK` is `off`.

    Raises ValueError for any other value of that than `on`, which is the default.
    """
    wanted = environment.get("INLAY_WATERMARK") or "on"
    if wanted not in ("on", "off"):
        raise ValueError(f"INLAY_WATERMARK is {wanted!r}; set it to on or off")
    return (environment.get("INLAY_WATERMARK_KEY") or EVERYONES).encode() if wanted == "on" else b""


def change(values: NDArray[np.float32], origin: tuple[int, int], key: bytes) -> NDArray[np.float32]:
    """What the mark of `key` adds to every colour of a region (H, W, C), in grey levels (H, W, 1), as its values are.

    `origin` is the place (x, y) of the region's upper left corner in the picture.
    """
    strength = np.clip(SHARE * liveliness(values.mean(axis=2)), LEAST, MOST)
    height, width = strength.shape
    rows = (origin[1] + np.arange(height)) % TILE
    columns = (origin[0] + np.arange(width)) % TILE
    pattern = pattern_of(key).astype(np.float32)
    return (strength * pattern[rows[:, None], columns[None]])[..., None]


def liveliness(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Deviation of the picture (H, W) about each pixel, of what is about as coarse as the pattern."""
    band = local_mean(grey, 5) - local_mean(grey, 21)
    return np.sqrt(local_mean(band * band, 33).clip(0))


def local_mean(field: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Mean over squares of an odd side; the border is repeated outwards."""
    return cv2.blur(field, (side, side), borderType=cv2.BORDER_REPLICATE)


def too_small(holes: Iterable[Box]) -> bool:
    """Whether none of the regions that were painted is large enough for the mark to be found again.

    Holes within a tile of each other are one region: a large one is painted in parts.
    """
    regions: list[Box] = []
    for hole in holes:
        region = hole
        while near := [other for other in regions if region.gap(other) <= TILE]:
            regions = [other for other in regions if other not in near]
            region = functools.reduce(Box.union, near, region)
        regions.append(region)
    return all(min(box.right - box.left, box.bottom - box.top) < SMALLEST for box in regions)

"""Masks: whatever the customer's convention is, True = repaint from here on (design section 5, rules 1 and 5)."""

import numpy as np
from numpy.typing import NDArray

from inlay.outcome import EditError
from inlay.pixels.decode import decode_picture
from inlay.pixels.picture import BAND, Picture, eight_bits

MODES = ("white", "black", "alpha", "auto")
HALF = 128
WEIGHTS = np.array([19595, 38470, 7471], np.uint32)
"""Luminance in 65536ths, as Pillow has it."""


def decode_mask(
    data: bytes,
    width: int,
    height: int,
    mode: str = "white",
    resize: bool = False,
    turned: bool = False,
) -> NDArray[np.bool_]:
    """The mask (height, width) of a picture, True = repaint, in displayed orientation.

    `white` repaints where the luminance is 128 or more, `black` where it is 127 or less; both keep what is transparent.
    `alpha` repaints where the opacity is 127 or less. `auto` is `alpha` for a mask with a transparent pixel, and
    `white` for any other. `turned` says that the picture's file exchanges its sides.

    Raises EditError `mask_damaged`, `image_too_large`, `image_animated`, `mask_orientation_mismatch`,
    `mask_size_mismatch` or `mask_empty`.
    """
    picture = decode_picture(data, "mask", "mask_damaged")
    check_sides(picture, width, height, resize, turned)
    mask = marked(picture, mode)
    if mask.shape != (height, width):
        mask = resized(mask, height, width)
    if not mask.any():
        raise EditError("mask_empty", f"The mask marks no pixel. {REMEDY[mode]}")
    return mask


REMEDY = {
    "white": "Paint what should change in white.",
    "black": "Paint what should change in black.",
    "alpha": "Make transparent what should change.",
    "auto": "Paint what should change in white, or make it transparent.",
}


def check_sides(picture: Picture, width: int, height: int, resize: bool, turned: bool) -> None:
    """Raises EditError for a mask that does not lie on the picture."""
    given = (picture.width, picture.height)
    if given == (width, height):
        return
    sizes = f"{width} x {height} pixels; it has {picture.width} x {picture.height}"
    if turned and given == (height, width):
        raise EditError(
            "mask_orientation_mismatch",
            f"The mask fits the picture as it is stored, not as it is displayed. Send one of {sizes}.",
        )
    if not resize:
        raise EditError(
            "mask_size_mismatch", f"Send a mask of {sizes}. Or ask for it with mask_resize."
        )


def marked(picture: Picture, mode: str) -> NDArray[np.bool_]:
    """What a mask's picture marks, read band by band."""
    if mode == "auto":
        mode = "alpha" if is_clear_somewhere(picture) else "white"
    if mode == "alpha" and not picture.has_alpha:
        raise EditError("mask_empty", "The mask has no alpha. Make transparent what should change.")
    mask = np.empty(picture.samples.shape[:2], bool)
    for top in range(0, picture.height, BAND):
        band = eight_bits(picture.samples[top : top + BAND])
        mask[top : top + BAND] = marks(band, picture, mode)
    return mask


def marks(band: NDArray[np.uint8], picture: Picture, mode: str) -> NDArray[np.bool_]:
    """The same of some rows (h, w, c)."""
    if mode == "alpha":
        return band[..., -1] < HALF
    light = band[..., 0].astype(np.uint32)
    if not picture.is_grey:
        light = (band[..., :3] @ WEIGHTS + 0x8000) >> 16
    value = light if mode == "white" else 255 - light
    if picture.has_alpha:
        value = (value * band[..., -1] + 127) // 255
    return value >= HALF


def is_clear_somewhere(picture: Picture) -> bool:
    """Whether any pixel is not wholly opaque."""
    full = np.iinfo(picture.samples.dtype).max
    return picture.has_alpha and bool((picture.samples[..., -1] < full).any())


def resized(mask: NDArray[np.bool_], height: int, width: int) -> NDArray[np.bool_]:
    """A mask at another size: a pixel is marked as soon as any part of what it covers is."""
    return covered(covered(mask, height).T, width).T


def covered(mask: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """The same along the first axis alone: row i covers the rows from floor(i * s) up to ceil((i + 1) * s)."""
    rows, place = len(mask), np.arange(length)
    starts = place * rows // length
    lasts = -(-(place + 1) * rows // length) - 1
    return np.logical_or.reduceat(mask, starts, axis=0) | mask[lasts]

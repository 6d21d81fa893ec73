"""PNG, JPEG, WebP and AVIF of up to 8 bits a channel, read with Pillow."""

import io
from collections.abc import Callable

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

from inlay.pixels.colours import cmyk_to_srgb
from inlay.pixels.limits import check_still
from inlay.pixels.orientation import is_turned, orientation_of, stored
from inlay.pixels.picture import BAND, Picture

CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}

Convert = Callable[[Image.Image], Image.Image]


def read_eight_bits(data: bytes, image: Image.Image, what: str) -> Picture:
    """An opened picture, decoded band by band into its displayed place. Raises ValueError for modes that are no
    picture's.
    """
    source = (image.format or "").lower()
    source = "jpeg" if source == "mpo" else source
    if source != "jpeg":
        # A JPEG's further pictures are depth maps and previews: the first one is the photograph.
        check_still(getattr(image, "n_frames", 1), what)
    image.load()
    profile = image.info.get("icc_profile") or None
    mode, convert, notices = conversion(image, profile)
    if convert is not None and image.mode == "CMYK":
        profile = None
    if source == "avif" and avif_depth(data) > 8:
        notices = (*notices, "depth_reduced")
    orientation = orientation_of(image.info.get("exif"))
    samples = read_bands(image, mode, convert, orientation)
    return Picture(mode, samples, profile, source, is_turned(orientation), notices)


def conversion(
    image: Image.Image, profile: bytes | None
) -> tuple[str, Convert | None, tuple[str, ...]]:
    """The mode that a picture is edited in, how a band of it gets there, and what is lost on the way."""
    mode = image.mode
    if mode == "CMYK":
        return "RGB", cmyk_to_srgb(profile), ("cmyk_converted",)
    clear = "transparency" in image.info
    wanted = {
        "1": "LA" if clear else "L",
        "L": "LA" if clear else "L",
        "P": "RGBA" if clear else "RGB",
        "RGB": "RGBA" if clear else "RGB",
        "LA": "LA",
        "PA": "RGBA",
        "RGBX": "RGB",
        "RGBA": "RGBA",
    }.get(mode)
    if wanted is None:
        raise ValueError(f"pixels of the kind {mode} are not supported")
    return wanted, None if wanted == mode else lambda band: band.convert(wanted), ()


def read_bands(
    image: Image.Image, mode: str, convert: Convert | None, orientation: int
) -> NDArray[np.uint8]:
    """The samples of a loaded image as they are displayed."""
    width, height = image.size
    size = (width, height) if is_turned(orientation) else (height, width)
    samples = np.empty((*size, CHANNELS[mode]), np.uint8)
    target = stored(samples, orientation)
    for top in range(0, height, BAND):
        bottom = min(top + BAND, height)
        band = image.crop((0, top, width, bottom))
        read = np.asarray(band if convert is None else convert(band))
        target[top:bottom] = read.reshape(bottom - top, width, -1)
    return samples


def avif_depth(data: bytes) -> int:
    """The bits a channel that an AVIF file declares; Pillow reads 8 of them."""
    return int(pillow_heif.open_heif(io.BytesIO(data)).info.get("bit_depth", 8))

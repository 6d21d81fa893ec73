"""The reference decode: what a picture's pixels are, before anything is done to them (design section 5, rule 2)."""

import io
import warnings
from dataclasses import replace

from PIL import Image

from inlay.outcome import EditError
from inlay.pixels.colours import fits
from inlay.pixels.deep_png import is_deep_png, read_deep_png
from inlay.pixels.eight_bits import read_eight_bits
from inlay.pixels.heif import is_heif, read_heif
from inlay.pixels.limits import MAX_PROFILE_BYTES, check_size
from inlay.pixels.picture import Picture

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")


def decode_picture(data: bytes, what: str = "image", code: str = "image_damaged") -> Picture:
    """The reference decode of a PNG, JPEG, WebP, AVIF or HEIC file; `what` it is, errors say.

    Orientation is applied and the metadata dropped, the ICC profile and alpha kept. Palettes become RGB or RGBA, CMYK
    becomes sRGB; grey stays grey, and 16 bits stay 16. Raises EditError `image_too_large`, `image_animated`, or `code`
    for whatever cannot be decoded: nothing that a file holds raises anything else.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns of much that it then decodes; what it cannot decode, it raises.
            warnings.simplefilter("ignore")
            picture = read(data, what)
    except (EditError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise EditError("image_too_large", f"The {what} has too many pixels.") from error
    except Exception as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise EditError(code, f"The {what} cannot be decoded ({reason}). Send it again.") from error
    return with_fitting_profile(picture)


def read(data: bytes, what: str) -> Picture:
    """Reads a file by what its first bytes say it is."""
    if is_heif(data):
        return read_heif(data, what)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        check_size(*image.size, what)
        if is_deep_png(data):
            return read_deep_png(data, image, what)
        return read_eight_bits(data, image, what)


def with_fitting_profile(picture: Picture) -> Picture:
    """Without a profile that no one can read, or that is of other channels than the picture's."""
    profile = picture.icc_profile
    if profile is None or (len(profile) <= MAX_PROFILE_BYTES and fits(profile, picture.is_grey)):
        return picture
    return replace(picture, icc_profile=None, notices=(*picture.notices, "profile_dropped"))

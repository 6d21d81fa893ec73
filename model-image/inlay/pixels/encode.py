"""From samples to a file: the decode's inverse. Nothing but pixels and the ICC profile goes into it."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inlay.outcome import EditError
from inlay.pixels.deep_png import write_deep_png
from inlay.pixels.picture import BAND, Picture, Samples, eight_bits

OUTPUT_FORMATS = ("png", "webp", "jpeg", "same")
JPEG_QUALITY = 95
LONGEST = {"webp": 16_383, "jpeg": 65_500}
"""Pixels of a side that a format can hold."""


def file_format(output_format: str, source: str) -> str:
    """What `same` comes to: the format of the picture's file; HEIC and AVIF, which are not written, become PNG."""
    if output_format != "same":
        return output_format
    return source if source in ("png", "jpeg", "webp") else "png"


def encode_picture(
    picture: Picture, samples: Samples, output_format: str, quality: int | None = None
) -> tuple[bytes, str]:
    """A file of these samples in a picture's mode and profile, and its content type.

    PNG is lossless, of the samples' depth. WebP is lossless unless a quality is given, JPEG never; both have 8 bits.
    JPEG lays what is transparent on white. Raises EditError `output_too_large` for sides that a format cannot hold.
    """
    chosen = file_format(output_format, picture.source)
    longest = max(samples.shape[:2])
    if longest > LONGEST.get(chosen, longest):
        raise EditError(
            "output_too_large", f"{chosen} holds {LONGEST[chosen]} pixels a side. Ask for png."
        )
    profile, content_type = picture.icc_profile, f"image/{chosen}"
    if chosen == "png" and samples.dtype == np.uint16:
        return write_deep_png(samples, picture.mode, profile), content_type
    mode = picture.mode
    if chosen == "jpeg" and picture.has_alpha:
        samples, mode = on_white(samples), mode[:-1]
    plain = eight_bits(samples)
    image = Image.fromarray(plain[..., 0] if plain.shape[2] == 1 else plain, mode)
    buffer = io.BytesIO()
    if chosen == "png":
        image.save(buffer, "PNG", compress_level=4, icc_profile=profile)
    elif chosen == "webp":
        lossless = {"lossless": True, "method": 2, "quality": 50}
        how = lossless if quality is None else {"quality": quality, "method": 4}
        image.save(buffer, "WEBP", exact=True, icc_profile=profile, **how)
    else:
        image.save(
            buffer, "JPEG", quality=quality or JPEG_QUALITY, subsampling=0, icc_profile=profile
        )
    return buffer.getvalue(), content_type


def on_white(samples: Samples) -> NDArray[np.uint8]:
    """8-bit samples without alpha, laid on white."""
    flat = np.empty((*samples.shape[:2], samples.shape[2] - 1), np.uint8)
    for top in range(0, len(samples), BAND):
        band = eight_bits(samples[top : top + BAND]).astype(np.uint16)
        colour, alpha = band[..., :-1], band[..., -1:]
        flat[top : top + BAND] = (colour * alpha + 255 * (255 - alpha) + 127) // 255
    return flat

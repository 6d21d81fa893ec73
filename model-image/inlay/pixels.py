"""The reference decode: what a picture's pixels are, before anything is done to them (design section 5, rule 2)."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from inlay.outcome import EditError

MAX_PIXELS = 24_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError)

Samples = NDArray[np.uint8]
"""Height x width x channels."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture in displayed orientation.

    `mode` is L, LA, RGB or RGBA; `samples` (H, W, 1 to 4) are the reference decode that kept pixels are measured by.
    """

    mode: str
    samples: Samples
    icc_profile: bytes | None
    converted_from: str | None = None

    @property
    def width(self) -> int:
        return int(self.samples.shape[1])

    @property
    def height(self) -> int:
        return int(self.samples.shape[0])

    def colour(self) -> Samples:
        """The picture as RGB (H, W, 3), grey repeated, without alpha."""
        channels = self.samples[..., :1] if self.mode in ("L", "LA") else self.samples[..., :3]
        return np.repeat(channels, 3, axis=2) if channels.shape[2] == 1 else channels

    def with_colour(self, rgb: Samples) -> Samples:
        """These samples with their colour channels replaced: alpha stays, and grey stays grey."""
        if self.mode in ("L", "LA"):
            rgb = np.asarray(Image.fromarray(rgb).convert("L"))[..., None]
        return np.concatenate([rgb, self.samples[..., rgb.shape[2] :]], axis=2)


def decode_picture(data: bytes, what: str = "image") -> Picture:
    """The reference decode of a PNG, JPEG or WebP file; `what` it is, errors say.

    EXIF orientation is applied and the metadata dropped, the ICC profile kept. Palettes become RGB or RGBA, CMYK
    becomes RGB; 8-bit grey, RGB and alpha stay as they are. Raises EditError `image_damaged` or `image_too_large`.
    """
    image = open_image(data, "image_damaged", what)
    source = image.mode
    mode = {"1": "L", "CMYK": "RGB", "YCbCr": "RGB"}.get(source, source)
    if source == "P" or "transparency" in image.info:
        mode = "RGBA" if "transparency" in image.info else "RGB"
    if mode not in ("L", "LA", "RGB", "RGBA"):
        raise EditError(
            "image_damaged",
            f"Pixels of the kind {source} are not supported. Send 8 bits a channel.",
        )
    profile = None if source in ("CMYK", "P") else image.info.get("icc_profile")
    decoded = image if image.mode == mode else image.convert(mode)
    samples = np.asarray(decoded, dtype=np.uint8)
    return Picture(
        mode=mode,
        samples=samples[..., None] if samples.ndim == 2 else samples,
        icc_profile=profile,
        converted_from=source if source == "CMYK" else None,
    )


def decode_mask(data: bytes, width: int, height: int) -> NDArray[np.bool_]:
    """The mask (H, W) of a picture, True = repaint: where its luminance is 128 or more, in displayed orientation.

    Raises EditError `mask_damaged`, `mask_size_mismatch` or `mask_empty`.
    """
    image = open_image(data, "mask_damaged", "mask")
    if image.size != (width, height):
        raise EditError(
            "mask_size_mismatch",
            f"Send a mask of {width} x {height} pixels; it has {image.width} x {image.height}.",
        )
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        # White where transparent would depend on hidden samples: a mask's transparent pixels are kept.
        flat = Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = Image.alpha_composite(flat, image.convert("RGBA"))
    mask = np.asarray(image.convert("L")) >= 128
    if not mask.any():
        raise EditError("mask_empty", "The mask marks no pixel. Paint what should change in white.")
    return mask


def open_image(data: bytes, code: str, what: str) -> Image.Image:
    """Opens and fully decodes a picture, upright; whatever fails is an EditError of this code."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise EditError(
                "image_too_large",
                f"The {what} has {image.width} x {image.height} pixels; at most {MAX_PIXELS} are allowed.",
            )
        if png_bit_depth(data) == 16:
            raise EditError(code, f"The {what} has 16 bits a channel. Send 8 bits a channel.")
        image.load()
        return ImageOps.exif_transpose(image)
    except DAMAGE as error:
        raise EditError(code, f"The {what} cannot be decoded ({error}). Send it again.") from error


def png_bit_depth(data: bytes) -> int | None:
    """A PNG's bits a channel, from its header: Pillow would cut 16 to 8 without a word."""
    return data[24] if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) > 24 else None


def encode_picture(picture: Picture, samples: Samples, output_format: str) -> tuple[bytes, str]:
    """A file of these samples and its content type. PNG and WebP are lossless; JPEG drops alpha onto white."""
    image = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples, picture.mode)
    buffer = io.BytesIO()
    profile = picture.icc_profile
    if output_format == "png":
        image.save(buffer, "PNG", compress_level=4, icc_profile=profile)
    elif output_format == "webp":
        image.save(
            buffer, "WEBP", lossless=True, exact=True, method=2, quality=50, icc_profile=profile
        )
    else:
        if picture.mode in ("LA", "RGBA"):
            flat = Image.new("RGBA", image.size, (255, 255, 255, 255))
            opaque = "L" if picture.mode == "LA" else "RGB"
            image = Image.alpha_composite(flat, image.convert("RGBA")).convert(opaque)
        image.save(buffer, "JPEG", quality=95, subsampling=0, icc_profile=profile)
    return buffer.getvalue(), f"image/{output_format}"

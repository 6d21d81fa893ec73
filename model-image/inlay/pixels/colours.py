"""Between a picture's own colours and sRGB, the model's: conversions of a crop, never of what is kept."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""ITU-R BT.601: what Pillow makes grey by."""

RELATIVE = ImageCms.Intent.RELATIVE_COLORIMETRIC
FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


class Colours:
    """A picture's own colour space, as its mode and profile have it; without a profile it is sRGB."""

    def __init__(self, grey: bool, profile: bytes | None) -> None:
        """`profile` has passed `fits`."""
        self._grey = grey
        self._to_srgb = self._from_srgb = None
        if profile is None:
            return
        own, srgb = open_profile(profile), ImageCms.createProfile("sRGB")
        mode = "L" if grey else "RGB"
        to_srgb = ImageCms.buildTransform(own, srgb, mode, "RGB", RELATIVE, FLAGS)
        if not is_identity(to_srgb, mode):
            self._to_srgb = to_srgb
            self._from_srgb = ImageCms.buildTransform(srgb, own, "RGB", mode, RELATIVE, FLAGS)

    def shown(self, samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Own samples (h, w, 1 or 3) as sRGB (h, w, 3)."""
        if self._to_srgb is not None:
            return np.asarray(ImageCms.applyTransform(as_image(samples), self._to_srgb))
        return np.repeat(samples, 3, axis=2) if samples.shape[2] == 1 else samples

    def own(self, srgb: NDArray[np.float32]) -> NDArray[np.float32]:
        """sRGB (h, w, 3) from 0 to 255 as own samples (h, w, 1 or 3), unrounded where no profile is in between."""
        if self._from_srgb is not None:
            rounded = Image.fromarray(srgb.round().clip(0, 255).astype(np.uint8))
            converted = np.asarray(ImageCms.applyTransform(rounded, self._from_srgb))
            return converted.reshape(*srgb.shape[:2], -1).astype(np.float32)
        return (srgb @ LUMA)[..., None] if self._grey else srgb


def as_image(samples: NDArray[np.uint8]) -> Image.Image:
    """Samples (h, w, c) for Pillow."""
    return Image.fromarray(
        np.ascontiguousarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    )


def open_profile(profile: bytes) -> ImageCms.ImageCmsProfile:
    """Raises ImageCms.PyCMSError or OSError for what is none."""
    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


def fits(profile: bytes, grey: bool) -> bool:
    """Whether a profile can be read, and converted both ways, for a picture of grey or of RGB."""
    try:
        Colours(grey, profile)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False
    return True


def is_identity(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether a transform to sRGB changes no colour by more than a rounding."""
    values = np.random.default_rng(0).integers(0, 256, (64, 64, len(mode)), np.uint8)
    changed = np.asarray(ImageCms.applyTransform(as_image(values), transform))
    return int(np.abs(changed.astype(int) - values).max()) <= 1


def cmyk_to_srgb(profile: bytes | None) -> Callable[[Image.Image], Image.Image]:
    """What makes CMYK sRGB: by its profile, or by the plain complement where it has none that can be read."""
    if profile is not None:
        try:
            transform = ImageCms.buildTransform(
                open_profile(profile),
                ImageCms.createProfile("sRGB"),
                "CMYK",
                "RGB",
                RELATIVE,
                FLAGS,
            )
        except (ImageCms.PyCMSError, OSError):
            pass
        else:
            return lambda band: ImageCms.applyTransform(band, transform)
    return lambda band: band.convert("RGB")

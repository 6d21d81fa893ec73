"""A decoded picture."""

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8] | NDArray[np.uint16]
"""Height x width x channels, of 8 or 16 bits."""

BAND = 256
"""Rows that are worked on at a time, so that no step needs a second whole picture of a wider kind."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture in displayed orientation.

    `mode` is L, LA, RGB or RGBA; `samples` (H, W, 1 to 4) are the reference decode that kept pixels are measured by.
    """

    mode: str
    samples: Samples
    icc_profile: bytes | None
    source: str = "png"
    """The format of its file."""
    turned: bool = False
    """Whether the file stores it with width and height exchanged."""
    notices: tuple[str, ...] = ()
    """Codes of what the decode could not keep: `cmyk_converted`, `depth_reduced`, `profile_dropped`."""

    @property
    def width(self) -> int:
        return int(self.samples.shape[1])

    @property
    def height(self) -> int:
        return int(self.samples.shape[0])

    @property
    def is_grey(self) -> bool:
        return self.mode in ("L", "LA")

    @property
    def has_alpha(self) -> bool:
        return self.mode in ("LA", "RGBA")

    @property
    def is_deep(self) -> bool:
        """Whether a sample has 16 bits."""
        return self.samples.dtype == np.uint16

    @property
    def colours(self) -> int:
        """Channels that are no alpha."""
        return 1 if self.is_grey else 3

    def colour(self) -> NDArray[np.uint8]:
        """The picture as 8-bit RGB (H, W, 3), grey repeated, without alpha; in its own profile."""
        channels = eight_bits(self.samples[..., : self.colours])
        return np.repeat(channels, 3, axis=2) if self.is_grey else channels


def eight_bits(samples: Samples) -> NDArray[np.uint8]:
    """The upper 8 bits of 16; 8-bit samples are returned as they are."""
    if samples.dtype == np.uint8:
        return samples
    upper = 1 if sys.byteorder == "little" else 0
    return np.ascontiguousarray(samples.view(np.uint8)[..., upper::2])

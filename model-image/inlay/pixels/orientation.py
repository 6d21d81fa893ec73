"""EXIF's eight orientations: how what is stored is to be displayed."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ORIENTATION = 0x0112
INVERSE = {6: 8, 8: 6}


def orientation_of(exif: bytes | None) -> int:
    """The orientation, 1 to 8, of EXIF's bytes; 1 where there are none or they say nothing that can be meant."""
    if not exif:
        return 1
    block = Image.Exif()
    try:
        block.load(exif)
        found = block.get(ORIENTATION)
    except Exception:
        # EXIF is written by everyone: of what cannot be read, nothing is believed.
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def displayed(stored: NDArray[np.generic], orientation: int) -> NDArray[np.generic]:
    """A view of stored samples (H, W, ...) as they are displayed."""
    if orientation in (3, 7):
        stored = stored[::-1, ::-1]
    elif orientation == 2:
        stored = stored[:, ::-1]
    elif orientation == 4:
        stored = stored[::-1]
    elif orientation in (6, 8):
        return np.rot90(stored, -1 if orientation == 6 else 1)
    return stored.swapaxes(0, 1) if orientation in (5, 7) else stored


def stored(shown: NDArray[np.generic], orientation: int) -> NDArray[np.generic]:
    """A view of displayed samples as the file stores them; writing to it writes to them."""
    return displayed(shown, INVERSE.get(orientation, orientation))


def is_turned(orientation: int) -> bool:
    """Whether width and height change places."""
    return orientation >= 5

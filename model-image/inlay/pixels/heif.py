"""HEIC, read with libheif: phones' own format."""

import io

import numpy as np
import pillow_heif

from inlay.pixels.limits import check_size
from inlay.pixels.picture import Picture

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
AVIF = (b"avif", b"avis")
MODES = {"L": "L", "LA": "LA", "RGB": "RGB", "RGBA": "RGBA"}

# Thumbnails, depth maps and the like are never looked at.
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False


def is_heif(data: bytes) -> bool:
    """Whether a file says that it is HEIC, and not AVIF in the same container."""
    if data[4:8] != b"ftyp":
        return False
    size = min(int.from_bytes(data[:4], "big"), len(data), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, size - 3, 4))]
    return not any(b in AVIF for b in brands) and any(b in BRANDS for b in brands)


def read_heif(data: bytes, what: str) -> Picture:
    """The primary picture, of 8 bits, or 16 where the file has more. libheif applies its rotation and mirroring;
    orientation in EXIF repeats them and is not read.
    """
    file = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    if not file.info.get("primary"):
        raise ValueError("it has no primary picture")
    check_size(*file.size, what)
    mode = MODES[file.mode.split(";")[0]]
    samples = np.asarray(file)
    if samples.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"samples of the kind {samples.dtype} are not supported")
    samples = samples.reshape(*samples.shape[:2], -1)
    return Picture(mode, samples, file.info.get("icc_profile") or None, "heic")

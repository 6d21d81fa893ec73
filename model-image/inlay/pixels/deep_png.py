"""PNG of 16 bits a channel: read with OpenCV, since Pillow cuts colour to 8; written here, since OpenCV writes neither
grey with alpha nor a colour profile.
"""

import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inlay.pixels.limits import check_still
from inlay.pixels.orientation import displayed, is_turned, orientation_of
from inlay.pixels.picture import BAND, Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}
HEADER = struct.Struct(">IIBBBBB")
UP = 2
"""The filter that keeps each byte's difference to the one above it (PNG 1.2, section 6.4)."""


def is_deep_png(data: bytes) -> bool:
    """Whether a file is a PNG whose header names 16 bits."""
    return data[:8] == SIGNATURE and len(data) > 24 and data[24] == 16


def read_deep_png(data: bytes, image: Image.Image, what: str) -> Picture:
    """All 16 bits; `image` is the same file, opened by Pillow, for what lies beside the pixels."""
    check_still(getattr(image, "n_frames", 1), what)
    width, height, _, colour_type, _, _, interlaced = HEADER.unpack_from(data, 16)
    check_whole(data, width, height, colour_type, bool(interlaced))
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if read is None or read.dtype != np.uint16 or read.shape[:2] != (height, width):
        raise ValueError("it holds no 16-bit picture")
    mode = next(mode for mode, number in COLOUR_TYPES.items() if number == colour_type)
    channels = in_order(read.reshape(height, width, -1), mode)
    if "transparency" in image.info and mode in ("L", "RGB"):
        channels = with_clear_colour(channels, image.info["transparency"])
        mode += "A"
    orientation = orientation_of(image.info.get("exif"))
    samples = np.ascontiguousarray(displayed(channels, orientation))
    profile = image.info.get("icc_profile") or None
    return Picture(mode, samples, profile, "png", is_turned(orientation))


def in_order(read: NDArray[np.uint16], mode: str) -> NDArray[np.uint16]:
    """OpenCV's channels (blue first, grey with alpha as four) in the mode's own order, exchanged band by band."""
    if mode == "LA":
        return read[..., [0, 3]]
    if mode != "L":
        for top in range(0, len(read), BAND):
            band = read[top : top + BAND]
            band[..., [0, 2]] = band[..., [2, 0]]
    return read[..., : {"L": 1, "RGB": 3, "RGBA": 4}[mode]]


def with_clear_colour(channels: NDArray[np.uint16], colour: object) -> NDArray[np.uint16]:
    """With an alpha channel: nothing where a pixel has the colour that the file names as transparent."""
    clear = (channels == np.asarray(colour, np.uint16)).all(axis=2, keepdims=True)
    return np.concatenate([channels, np.where(clear, 0, 65535).astype(np.uint16)], axis=2)


def check_whole(data: bytes, width: int, height: int, colour_type: int, interlaced: bool) -> None:
    """Raises ValueError unless the pixels' stream is whole, sound, and as long as the header says: OpenCV delivers
    what it could read of a broken one without a word.
    """
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour_type]
    expected = stream_length(width, height, 2 * channels, interlaced)
    inflater, found = zlib.decompressobj(), 0
    for body in image_data(data):
        while body and not inflater.eof:
            found += len(inflater.decompress(body, 1 << 20))
            if found > expected:
                raise ValueError("its pixels are more than its header says")
            body = inflater.unconsumed_tail
    if not inflater.eof or found != expected:
        raise ValueError("image file is truncated")


def stream_length(width: int, height: int, pixel_bytes: int, interlaced: bool) -> int:
    """Bytes of the inflated stream: a filter's byte before every row, of every pass (PNG 1.2, section 8.2)."""
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)]
        passes += [(0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        total += rows * (1 + columns * pixel_bytes) if columns > 0 and rows > 0 else 0
    return total


def image_data(data: bytes) -> Iterator[bytes]:
    """The bodies of the chunks that hold pixels; ValueError for one whose checksum is wrong, or that breaks off."""
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise ValueError("image file is truncated")
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind == b"IDAT":
            if struct.pack(">I", zlib.crc32(kind + body)) != data[at + 8 + length :][:4]:
                raise ValueError("broken PNG file (bad checksum)")
            yield body
        at += 12 + length


def write_deep_png(samples: NDArray[np.uint16], mode: str, profile: bytes | None) -> bytes:
    """A PNG of all 16 bits, compressed band by band."""
    height, width = samples.shape[:2]
    parts = [SIGNATURE]
    parts.append(chunk(b"IHDR", HEADER.pack(width, height, 16, COLOUR_TYPES[mode], 0, 0, 0)))
    if profile is not None:
        parts.append(chunk(b"iCCP", b"icc\0\0" + zlib.compress(profile)))
    packer = zlib.compressobj(4)
    above = np.zeros((1, width * samples.shape[2] * 2), np.uint8)
    for top in range(0, height, BAND):
        rows = samples[top : top + BAND].astype(">u2").view(np.uint8).reshape(-1, above.shape[1])
        filtered = np.full((len(rows), above.shape[1] + 1), UP, np.uint8)
        filtered[:, 1:] = rows - np.concatenate([above, rows[:-1]])
        above = rows[-1:]
        if packed := packer.compress(filtered.tobytes()):
            parts.append(chunk(b"IDAT", packed))
    parts += [chunk(b"IDAT", packer.flush()), chunk(b"IEND", b"")]
    return b"".join(parts)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

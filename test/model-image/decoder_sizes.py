"""The displayed sizes of pictures as the decoders tell them, one after the other, for whoever compares.

Reads files from standard input, each after its length (4 bytes, big-endian), and answers `width height` or `-`, a line
each.
"""

import io
import struct
import sys
import warnings

import pillow_heif
from PIL import Image

FORMATS = ["PNG", "JPEG", "WEBP", "HEIF", "AVIF"]
TURNED = (5, 6, 7, 8)


def displayed_size(data: bytes) -> tuple[int, int] | None:
    """Width and height after the picture's own orientation; None where no decoder opens it."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if image.format == "HEIF":
                # Turned already by the properties of the item, whatever EXIF says. Where the primary picture cannot be
                # read, the plugin opens another one of the file.
                return image.size if image.info.get("primary", False) else None
            turned = image.getexif().get(0x0112, 1) in TURNED
    except Exception:  # noqa: BLE001  whatever a decoder says of a damaged file
        return None
    return (height, width) if turned else (width, height)


def main() -> None:
    pillow_heif.register_heif_opener()
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None
    source, answers = sys.stdin.buffer, sys.stdout
    while len(head := source.read(4)) == 4:
        data = source.read(struct.unpack(">L", head)[0])
        size = displayed_size(data)
        answers.write("-\n" if size is None else f"{size[0]} {size[1]}\n")
        answers.flush()


if __name__ == "__main__":
    main()

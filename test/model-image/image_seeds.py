"""Small pictures of every kind that the edge reads headers of, with their displayed sizes as decoders tell them.

`python ../test/model-image/image_seeds.py ../test/pure/images/seeds.json`, from model-image, writes them.
"""

import base64
import io
import json
import struct
import sys
from pathlib import Path

import numpy as np
import pillow_heif
from decoder_sizes import displayed_size
from PIL import Image

SIZE = (46, 30)
Seeds = dict[str, bytes]


def picture(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture of smooth colours."""
    across, down = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    rgb = np.stack([across, down, 255 - across], axis=2).astype(np.uint8)
    return Image.fromarray(rgb).convert(mode)


def saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def exif(orientation: int, byte_order: str = ">", entry_type: int = 3) -> bytes:
    """EXIF data with some entries, the orientation among them."""
    mark = b"MM" if byte_order == ">" else b"II"
    value = "HH" if entry_type == 3 else "L"
    numbers = (orientation, 0) if entry_type == 3 else (orientation,)
    entries = [
        struct.pack(byte_order + "HHLHH", 0x0100, 3, 1, 46, 0),
        struct.pack(byte_order + "HHL" + value, 0x0112, entry_type, 1, *numbers),
        struct.pack(byte_order + "HHLL", 0x0201, 4, 1, 0),
    ]
    head = mark + struct.pack(byte_order + "HLH", 42, 8, len(entries))
    return b"Exif\0\0" + head + b"".join(entries) + b"\0\0\0\0"


def png16(colour_type: int) -> bytes:
    """A PNG of 16 bits a channel: grey, RGB or RGBA (colour types 0, 2, 6)."""
    import cv2

    channels = {0: 1, 2: 3, 6: 4}[colour_type]
    samples = np.arange(SIZE[0] * SIZE[1] * channels, dtype=np.uint16) * 17
    return cv2.imencode(".png", samples.reshape(SIZE[1], SIZE[0], channels))[1].tobytes()


def jpegs() -> Seeds:
    seeds = {
        f"jpeg orientation {turn}": saved(picture("RGB"), "JPEG", exif=exif(turn))
        for turn in range(1, 9)
    }
    return seeds | {
        "jpeg": saved(picture("RGB"), "JPEG"),
        "jpeg grey": saved(picture("L"), "JPEG"),
        "jpeg cmyk": saved(picture("CMYK"), "JPEG"),
        "jpeg progressive": saved(picture("RGB"), "JPEG", progressive=True),
        "jpeg little-endian exif": saved(picture("RGB"), "JPEG", exif=exif(6, "<")),
        "jpeg long orientation": saved(picture("RGB"), "JPEG", exif=exif(8, "<", 4)),
        "jpeg profile": saved(picture("RGB"), "JPEG", icc_profile=b"p" * 900),
        "jpeg comment": saved(picture("RGB"), "JPEG", comment=b"c" * 300),
    }


def pngs() -> Seeds:
    seeds = {
        f"png {mode}": saved(picture("RGB").convert(mode), "PNG")
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA")
    }
    seeds |= {f"png 16 bits, colour type {kind}": png16(kind) for kind in (0, 2, 6)}
    return seeds | {
        "png turned": saved(picture("RGB"), "PNG", exif=exif(6)[6:]),
        "png profile": saved(picture("RGB"), "PNG", icc_profile=b"p" * 900),
    }


def webps() -> Seeds:
    return {
        "webp lossy": saved(picture("RGB"), "WEBP"),
        "webp lossless": saved(picture("RGB"), "WEBP", lossless=True),
        "webp alpha": saved(picture("RGBA"), "WEBP", lossless=True),
        "webp extended": saved(picture("RGB"), "WEBP", icc_profile=b"p" * 300),
        "webp turned": saved(picture("RGB"), "WEBP", exif=exif(8)),
    }


def heics() -> Seeds:
    def heic(image: Image.Image, **options: object) -> bytes:
        return saved(image, "HEIF", quality=30, **options)

    big = picture("RGB", (96, 64))
    tile = heic(picture("RGB", (64, 64)))
    seeds = {f"heic turned {turn}": heic(picture("RGB"), exif=exif(turn)) for turn in range(1, 9)}
    return seeds | {
        "heic": heic(big),
        "heic alpha": heic(picture("RGBA", (96, 64))),
        "heic odd size": heic(picture("RGB", (47, 31))),
        "heic grid": grid(tile, (120, 100)),
        "heic grid turned": grid(tile, (120, 100), 3),
        "heic thumbnail": heic(big, thumbnails=[32]),
        "heic two pictures": heic(big, save_all=True, append_images=[picture("RGB", (64, 48))]),
    }


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">L", 8 + len(body)) + kind + body


def full_box(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return box(kind, struct.pack(">L", version << 24 | flags), *content)


def found_box(data: bytes, kind: bytes) -> bytes:
    """The first box of a type, wherever it is nested."""
    at = data.index(kind) - 4
    return data[at : at + struct.unpack(">L", data[at : at + 4])[0]]


def grid(tile: bytes, size: tuple[int, int], turn: int | None = None) -> bytes:
    """A HEIC as phones write large pictures: a grid of 2 x 2 tiles, here four times the same, turned by quarters."""
    width, height = size
    coded = found_box(tile, b"mdat")[8:]
    side = struct.unpack(">LL", found_box(tile, b"ispe")[12:20])
    turns = [] if turn is None else [box(b"irot", bytes([turn]))]
    properties = [
        found_box(tile, b"hvcC"),
        full_box(b"ispe", 0, 0, struct.pack(">LL", *side)),
        full_box(b"ispe", 0, 0, struct.pack(">LL", width, height)),
        *turns,
    ]
    of_grid = [3] if turn is None else [3, 0x80 | 4]
    items = [(number, b"hvc1") for number in (1, 2, 3, 4)] + [(5, b"grid")]
    layout = struct.pack(">BBBBHH", 0, 0, 1, 1, width, height)

    def meta(data_at: int) -> bytes:
        places = [(n, 0, data_at, len(coded)) for n in (1, 2, 3, 4)] + [(5, 1, 0, len(layout))]
        return full_box(
            b"meta",
            0,
            0,
            full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
            full_box(b"pitm", 0, 0, struct.pack(">H", 5)),
            full_box(
                b"iinf",
                0,
                0,
                struct.pack(">H", len(items)),
                *[
                    full_box(b"infe", 2, 0, struct.pack(">HH", number, 0), kind, b"\0")
                    for number, kind in items
                ],
            ),
            full_box(b"iref", 0, 0, box(b"dimg", struct.pack(">HH4H", 5, 4, 1, 2, 3, 4))),
            box(
                b"iprp",
                box(b"ipco", *properties),
                full_box(
                    b"ipma",
                    0,
                    0,
                    struct.pack(">L", len(items)),
                    *[struct.pack(">HBBB", n, 2, 0x81, 2) for n in (1, 2, 3, 4)],
                    struct.pack(">HB", 5, len(of_grid)) + bytes(of_grid),
                ),
            ),
            box(b"idat", layout),
            full_box(
                b"iloc",
                1,
                0,
                struct.pack(">BBH", 0x44, 0, len(places)),
                *[struct.pack(">HHHHLL", n, how, 0, 1, at, size) for n, how, at, size in places],
            ),
        )

    head = box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", coded)


def avifs() -> Seeds:
    seeds = {
        f"avif turned {turn}": saved(picture("RGB"), "AVIF", exif=exif(turn))
        for turn in range(1, 9)
    }
    return seeds | {
        "avif": saved(picture("RGB"), "AVIF"),
        "avif alpha": saved(picture("RGBA"), "AVIF"),
    }


def main(path: str) -> None:
    pillow_heif.register_heif_opener()
    seeds = jpegs() | pngs() | webps() | heics() | avifs()
    listed = []
    for name, data in seeds.items():
        size = displayed_size(data)
        with Image.open(io.BytesIO(data)) as image:
            image.load()
        if size is None:
            raise ValueError(f"no decoder reads {name}")
        listed.append({"name": name, "size": size, "base64": base64.b64encode(data).decode()})
    Path(path).write_text(json.dumps(listed, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])

"""Pictures as people have them, made by the tests: every format, depth, orientation, alpha, profile and odd size."""

import io
from dataclasses import dataclass

import numpy as np
import pillow_heif
from PIL import Image
from profiles import grey_profile, rgb_profile

from inlay.pixels import Picture, encode_picture

MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
SIZES = [(16, 16), (17, 16), (16, 61), (100, 37), (63, 64), (129, 31)]
LOSSLESS = ("png", "png16", "webp", "palette")


@dataclass(frozen=True)
class Case:
    """One file, and what is to be true of the picture in it."""

    kind: str
    mode: str
    size: tuple[int, int]
    orientation: int = 1
    profile: str = ""

    def __str__(self) -> str:
        width, height = self.size
        return (
            f"{self.kind}-{self.mode}-{width}x{height}-o{self.orientation}-{self.profile or 'none'}"
        )

    @property
    def displayed(self) -> tuple[int, int]:
        return self.size if self.orientation < 5 else self.size[::-1]

    @property
    def decoded_mode(self) -> str:
        """What it is edited in."""
        return {"palette": "RGBA" if self.mode == "RGBA" else "RGB", "cmyk": "RGB"}.get(
            self.kind, self.mode
        )

    def icc(self) -> bytes | None:
        if self.profile == "":
            return None
        return grey_profile() if self.profile == "grey" else rgb_profile(self.profile)


def cases() -> list[Case]:
    """At least 200."""
    kinds = {
        "png": ("L", "LA", "RGB", "RGBA"),
        "png16": ("L", "LA", "RGB", "RGBA"),
        "jpeg": ("L", "RGB"),
        "webp": ("RGB", "RGBA"),
        "webp-lossy": ("RGB", "RGBA"),
        "avif": ("RGB", "RGBA"),
        "heic": ("RGB", "RGBA"),
        "palette": ("RGB", "RGBA"),
        "cmyk": ("CMYK",),
    }
    made = []
    number = 0
    for kind, modes in kinds.items():
        for mode in modes:
            profiles = ["", "grey"] if mode[0] == "L" else ["", "display-p3", "adobe-rgb"]
            for profile in profiles if kind != "cmyk" else [""]:
                for _ in range(3):
                    made.append(Case(kind, mode, SIZES[number % len(SIZES)], 1, profile))
                    number += 1
            # HEIC turns by a box of its own, which libheif writes for a picture's EXIF.
            made += [Case(kind, mode, SIZES[(number + o) % len(SIZES)], o) for o in range(2, 9)]
    return made


def samples_of(case: Case) -> np.ndarray:
    """The samples that a file is made of, as stored."""
    width, height = case.size
    channels = {"CMYK": 4}.get(case.mode) or MODES[case.mode]
    random = np.random.default_rng(width * 1000 + height + channels)
    kind = np.uint16 if case.kind == "png16" else np.uint8
    return random.integers(0, np.iinfo(kind).max + 1, (height, width, channels), kind)


def file_of(case: Case) -> bytes:
    """The file, with the orientation and a place on earth in its EXIF."""
    samples = samples_of(case)
    exif = Image.Exif()
    exif[0x0112] = case.orientation
    exif[0x010F] = "maker"
    exif.get_ifd(0x8825)[1] = "N"
    icc, buffer = case.icc(), io.BytesIO()
    if case.kind == "png16":
        return with_exif(encode_picture(Picture(case.mode, samples, icc), samples, "png")[0], exif)
    image = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples, case.mode)
    if case.kind == "palette":
        image = image.convert("RGB").quantize(16)
        clear = {"transparency": 3} if case.mode == "RGBA" else {}
        image.save(buffer, "PNG", exif=exif, icc_profile=icc, **clear)
    elif case.kind == "heic":
        image.info["icc_profile"] = icc
        pillow_heif.from_pillow(image).save(buffer, quality=90, exif=exif.tobytes())
    else:
        name, _, lossy = case.kind.partition("-")
        how = {"lossless": True, "exact": True} if name == "webp" and not lossy else {}
        name = "jpeg" if name == "cmyk" else name
        image.save(buffer, name.upper(), exif=exif, icc_profile=icc, **how)
    return buffer.getvalue()


def with_exif(png: bytes, exif: Image.Exif) -> bytes:
    """A PNG with an eXIf chunk before its pixels."""
    from inlay.pixels.deep_png import chunk

    at = png.index(b"IDAT") - 4
    return png[:at] + chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")) + png[at:]

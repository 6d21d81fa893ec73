"""Looks for the watermark of a key in a picture: whether it is there, and where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inlay.provenance.pattern import HIGH, LOW, TILE, frequencies, pattern_of
from inlay.provenance.watermark import local_mean

SCALES = (1.0, 2.0)
"""Enlargements at which a picture is looked through: as it is, and as a copy of half the size."""

WINDOWS = (3, 6)
"""Tiles of a window's side; smaller windows find small regions, larger ones weaker marks."""

IN_PLACE, ANYWHERE = 5.5, 7.0
"""Deviations above chance that count: on the grid of an uncut picture, and on any grid, as a cut one has."""

STRIP = 32
"""Pixels by which the box around a mark grows or shrinks at a time."""

ROUNDS = 200
"""Times at most that each edge moves: 6,400 pixels."""

MOST_PIXELS = 48 * 1024 * 1024
"""A picture that would be larger is not looked through enlarged: no result of an edit is that large."""

HALO = 64
"""Pixels around a part of a picture that its filter sees."""

PART = 1024
"""Pixels of a part's side."""


@dataclass(frozen=True)
class Mark:
    """A mark that was found."""

    box: tuple[int, int, int, int]
    """Left, upper, right and lower in pixels of the picture as it was given, to about half a tile."""
    certainty: float
    """Deviations above chance of its clearest window."""


def search(picture: Image.Image, key: bytes) -> Mark | None:
    """The mark of `key` in a picture of any mode and size, at the scale where it is clearest; None without one."""
    pixels = picture.width * picture.height
    scales = [scale for scale in SCALES if scale == 1 or pixels * scale**2 <= MOST_PIXELS]
    found = [mark for scale in scales if (mark := search_at(picture, key, scale)) is not None]
    return max(found, key=lambda mark: mark.certainty, default=None)


def search_at(picture: Image.Image, key: bytes, scale: float) -> Mark | None:
    """As `search`, for a picture that is enlarged by `scale` first."""
    grey = picture.convert("L")
    if scale != 1:
        size = (round(grey.width * scale), round(grey.height * scale))
        grey = grey.resize(size, Image.Resampling.BICUBIC)
    field = whitened(np.asarray(grey, dtype=np.float32))
    spectra = tile_spectra(field, key)
    hits = [hit for side in WINDOWS for hit in windows(spectra, side)]
    if not hits:
        return None
    clearest = max(hits, key=lambda hit: hit.certainty)
    box = marked_box(field, key, clearest)
    return Mark(tuple(round(edge / scale) for edge in box), clearest.certainty)


@dataclass(frozen=True)
class Hit:
    """A window that holds the mark: its place and size in tiles, and where in them the pattern begins (row, column)."""

    certainty: float
    row: int
    column: int
    side: int
    shift: tuple[int, int]


def windows(spectra: np.ndarray, side: int) -> list[Hit]:
    """The windows of so many tiles a side, or as many as there are, that hold the mark."""
    rows, columns = spectra.shape[:2]
    high, wide = min(side, rows), min(side, columns)
    if min(high, wide) < 2:
        return []
    sums = np.zeros((rows + 1, columns + 1, *spectra.shape[2:]), dtype=spectra.dtype)
    sums[1:, 1:] = spectra.cumsum(0).cumsum(1)
    hits = []
    for row in range(rows - high + 1):
        for column in range(columns - wide + 1):
            below, right = row + high, column + wide
            total = sums[below, right] - sums[row, right] - sums[below, column] + sums[row, column]
            matches = np.fft.irfft2(total, s=(TILE, TILE))
            matches /= matches.std() + 1e-9
            place = np.unravel_index(matches.argmax(), matches.shape)
            if matches[0, 0] >= IN_PLACE:
                place = (0, 0)
            elif matches[place] < ANYWHERE:
                continue
            shift = (int(place[0]), int(place[1]))
            hits.append(Hit(float(matches[place]), row, column, max(high, wide), shift))
    return hits


def marked_box(field: np.ndarray, key: bytes, hit: Hit) -> tuple[int, int, int, int]:
    """What of the whitened picture (H, W) is marked on the grid of a hit: left, upper, right, lower."""
    pattern = np.fft.irfft2(pattern_spectrum(key), s=(TILE, TILE))
    pattern = np.roll(pattern / pattern.std(), hit.shift, axis=(0, 1)).astype(np.float32)
    height, width = field.shape
    tiled = pattern[np.arange(height)[:, None] % TILE, np.arange(width)[None] % TILE]
    sums = np.zeros((height + 1, width + 1))
    sums[1:, 1:] = (field * tiled).cumsum(0, dtype=np.float64).cumsum(1)

    def share(left: int, top: int, right: int, bottom: int) -> float:
        """How much of a box's texture is the mark; none where the box is empty or reaches beyond the picture."""
        if not (0 <= left < right <= width and 0 <= top < bottom <= height):
            return 0.0
        total = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return float(total / ((right - left) * (bottom - top)))

    side = hit.side * TILE
    left, top = hit.column * TILE, hit.row * TILE
    box = [left, top, min(left + side, width), min(top + side, height)]
    for _ in range(ROUNDS):
        half = share(*box) / 2
        for edge, outwards in ((0, -1), (1, -1), (2, 1), (3, 1)):
            inside, outside = list(box), list(box)
            inside[(edge + 2) % 4] = box[edge] - outwards * STRIP
            outside[edge] = box[edge] + outwards * STRIP
            outside[(edge + 2) % 4] = box[edge]
            if share(*outside) > half:
                box[edge] = outside[edge]
            elif share(*inside) < half and abs(box[edge] - box[(edge + 2) % 4]) > 3 * STRIP:
                box[edge] = inside[(edge + 2) % 4]
    return box[0], box[1], box[2], box[3]


def tile_spectra(field: np.ndarray, key: bytes) -> np.ndarray:
    """Each whole tile's spectrum times the pattern's conjugate (rows, columns, 64, 33): their sum matches a window."""
    rows, columns = field.shape[0] // TILE, field.shape[1] // TILE
    tiles = field[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    pattern = np.conj(pattern_spectrum(key)).astype(np.complex64)
    return np.fft.rfft2(tiles.transpose(0, 2, 1, 3)) * pattern


def pattern_spectrum(key: bytes) -> np.ndarray:
    """The spectrum of a key's pattern (64, 33) in the band that is looked at."""
    return np.fft.rfft2(pattern_of(key)) * emphasis(frequencies(TILE, TILE))


def emphasis(f: np.ndarray) -> np.ndarray:
    """The band, with its upper end lifted: photographs hold the less the finer (about 1/f), so all weigh the same."""
    return np.where((f >= LOW) & (f <= HIGH), f / HIGH, 0)


def whitened(grey: np.ndarray) -> np.ndarray:
    """The picture's band (H, W) with every place equally lively; part by part, so that memory does not grow with it."""
    result = np.empty_like(grey)
    padded = np.pad(grey, HALO, mode="symmetric" if min(grey.shape) >= HALO else "edge")
    for top in range(0, grey.shape[0], PART):
        for left in range(0, grey.shape[1], PART):
            part = padded[top : top + PART + 2 * HALO, left : left + PART + 2 * HALO]
            band = np.fft.irfft2(
                np.fft.rfft2(part) * emphasis(frequencies(*part.shape)), s=part.shape
            )
            even = evened(band.astype(np.float32))[HALO:-HALO, HALO:-HALO]
            result[top : top + PART, left : left + PART] = even
    return result


def evened(band: NDArray[np.float32]) -> NDArray[np.float32]:
    """A field divided by its own deviation about each pixel; nearly smooth places count for less."""
    return band / np.sqrt(local_mean(band * band, 33).clip(0)).clip(min=0.3)

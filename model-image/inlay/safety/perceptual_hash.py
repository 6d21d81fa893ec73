"""PDQ, the perceptual hash that lists of known pictures are exchanged in.

Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019.

256 bits that survive another size, format or compression. By the paper, hashes at most 31 bits apart are the same
picture, and those of pictures with a quality under 50, such as a clear sky, say nothing.
"""

from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 64
"""Pixels a side of the picture that is transformed."""

FREQUENCIES = 16
LONGEST = 512
"""A larger picture is made smaller first, as the paper has it."""

LEAST_QUALITY = 50
LUMA = np.array([0.299, 0.587, 0.114])

Hash = NDArray[np.uint64]
"""Four words of 64 bits, the highest first."""


def perceptual_hash(colour: NDArray[np.uint8]) -> tuple[Hash, int]:
    """The PDQ hash of RGB samples (H, W, 3), and its quality from 0 to 100."""
    image = Image.fromarray(colour)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.BILINEAR)
    luma = np.asarray(image, np.float64) @ LUMA
    for _ in range(2):
        luma = box_mean(box_mean(luma, 1), 0)
    small = luma[np.ix_(centres(luma.shape[0]), centres(luma.shape[1]))]
    frequencies = (transform() @ small @ transform().T).ravel()
    lower_median = np.partition(frequencies, frequencies.size // 2 - 1)[frequencies.size // 2 - 1]
    # The first frequency is the lowest bit.
    bits = (frequencies > lower_median)[::-1]
    return np.packbits(bits).view(">u8").astype(np.uint64), quality(small)


def quality(small: NDArray[np.float64]) -> int:
    """How much there is to tell a picture (64, 64) by: its steps from sample to sample, in hundredths of full range."""
    steps = sum(np.abs(np.diff(small, axis=axis) * 100 / 255).astype(int).sum() for axis in (0, 1))
    return min(100, int(steps) // 90)


def parse_hash(text: str) -> Hash:
    """A hash from its 64 hex digits; ValueError for anything else."""
    data = bytes.fromhex(text)
    if len(data) != 32:
        raise ValueError("a perceptual hash has 64 hex digits")
    return np.frombuffer(data, ">u8").astype(np.uint64)


def format_hash(value: Hash) -> str:
    """A hash as its 64 hex digits."""
    return "".join(f"{int(word):016x}" for word in value)


def distances(known: NDArray[np.uint64], value: Hash) -> NDArray[np.intp]:
    """The bits in which hashes (N, 4) differ from one."""
    return np.bitwise_count(known ^ value).sum(axis=1, dtype=np.intp)


def transform() -> NDArray[np.float64]:
    """The first frequencies of the discrete cosine transform but the mean, (16, 64)."""
    rows, columns = np.arange(1, FREQUENCIES + 1)[:, None], 2 * np.arange(SIDE)[None] + 1
    return sqrt(2 / SIDE) * np.cos(pi / (2 * SIDE) * rows * columns)


def centres(length: int) -> NDArray[np.intp]:
    """Where the 64 samples of a side are taken."""
    return ((np.arange(SIDE) + 0.5) * length / SIDE).astype(np.intp)


def box_mean(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """The mean of a window of a 128th of the side around each sample, as far as it lies within the picture."""
    length = values.shape[axis]
    window = -(-length // (2 * SIDE))
    ahead = (window + 2) // 2
    sums = np.insert(np.cumsum(values, axis=axis), 0, 0, axis=axis)
    positions = np.arange(length)
    first = np.clip(positions - (window - ahead), 0, length)
    last = np.clip(positions + ahead, 0, length)
    counts = np.expand_dims(last - first, 1 - axis)
    return (np.take(sums, last, axis) - np.take(sums, first, axis)) / counts

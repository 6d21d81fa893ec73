"""The watermark's pattern: noise that a key decides, of the frequencies that a JPEG and a half-size copy keep."""

import hashlib

import numpy as np

TILE = 64
"""Pixels of the pattern's side; it repeats from the picture's upper left corner on."""

LOW, HIGH = 0.05, 0.2
"""The pattern's band in cycles a pixel. A half-size copy holds up to 0.25; below it is mostly the picture's own."""


def frequencies(height: int, width: int) -> np.ndarray:
    """Cycles a pixel of each bin of `numpy.fft.rfft2` over a field of this size."""
    return np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])


def pattern_of(key: bytes) -> np.ndarray:
    """The key's pattern (64, 64), of mean 0 and deviation 1: every frequency of the band equally strong."""
    seed = np.frombuffer(hashlib.sha256(key).digest(), dtype=np.uint32)
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal((TILE, TILE))
    spectrum = np.fft.rfft2(noise)
    f = frequencies(TILE, TILE)
    spectrum = np.where((f >= LOW) & (f <= HIGH), spectrum / np.abs(spectrum), 0)
    pattern = np.fft.irfft2(spectrum, s=(TILE, TILE))
    return pattern / pattern.std()

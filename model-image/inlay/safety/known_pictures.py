"""Pictures that no edit may start from: files by their SHA-256, and what looks like them by its perceptual hash."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from inlay.safety.perceptual_hash import LEAST_QUALITY, distances, parse_hash, perceptual_hash
from inlay.safety.policy import Policy


class KnownPictures:
    """The policy's lists of hashes, made ready."""

    def __init__(self, policy: Policy) -> None:
        self._files = policy.sha256
        self._hashes = (
            np.stack([parse_hash(line) for line in policy.pictures]) if policy.pictures else None
        )
        self._radius = policy.radius

    def has_file(self, data: bytes) -> bool:
        """Whether these very bytes are listed."""
        return bool(self._files) and hashlib.sha256(data).hexdigest() in self._files

    def has_picture(self, colour: NDArray[np.uint8]) -> bool:
        """Whether RGB samples (H, W, 3) look like a listed picture; one without features looks like none."""
        if self._hashes is None:
            return False
        value, quality = perceptual_hash(colour)
        near = distances(self._hashes, value).min() <= self._radius
        return bool(near) and quality >= LEAST_QUALITY

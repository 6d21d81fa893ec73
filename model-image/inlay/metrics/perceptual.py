"""Distances as networks see them; the networks are given."""

from collections.abc import Callable
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor

from inlay.checkpoint import load_weights

Features = Callable[[Tensor], list[Tensor]]
"""Pictures (B, 3, H, W) on [-1, 1] to feature maps by layer, each (B, c, h, w)."""


def load_layer_weights(path: Path, sha256: str | None = None) -> list[Tensor]:
    """LPIPS's weights of a file, one (c,) a layer, in the order of their names; CheckpointError as `load_weights`."""
    weights = load_weights(path, sha256)
    return [weights[name] for name in sorted(weights)]


def lpips(a: Tensor, b: Tensor, features: Features, weights: list[Tensor]) -> Tensor:
    """LPIPS (Zhang et al. 2018) per picture (B,): weighted squared distances of unit features, averaged over places.

    `weights` has one (c,) for each layer of `features`.
    """
    total = a.new_zeros(len(a))
    for left, right, weight in zip(features(a), features(b), weights, strict=True):
        difference = (
            F.normalize(left, dim=1, eps=1e-10) - F.normalize(right, dim=1, eps=1e-10)
        ) ** 2
        total = total + (difference * weight[:, None, None]).sum(1).mean((1, 2))
    return total


def clip_score(a: Tensor, b: Tensor) -> Tensor:
    """CLIP score per pair (B,): 100 times the cosine of embeddings (B, d), as the paper's tables 4 and 5 print it."""
    return 100 * F.cosine_similarity(a, b, dim=1)

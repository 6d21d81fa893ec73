"""Weights of a hole's pixels by how near they are to its edge: where a seam shows first."""

import torch.nn.functional as F
from torch import Tensor

REACHES = (1, 2, 4)
"""Pixels; what lies within all of them weighs the full addition, within the widest alone a third of it."""


def edge_weights(mask: Tensor, addition: float) -> Tensor:
    """1 everywhere, and in a hole up to `addition` more next to what is kept, (B, 1, H, W) like the mask.

    A mask of ones has no edge.
    """
    kept = 1 - mask
    near = sum(F.max_pool2d(kept, 2 * reach + 1, 1, reach) for reach in REACHES) / len(REACHES)
    return 1 + addition * mask * near

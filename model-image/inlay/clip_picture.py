"""Pictures as CLIP's vision models read them (Radford et al. 2021)."""

import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 224
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def clip_picture(pictures: Tensor, side: int = SIDE) -> Tensor:
    """Pictures (B, 3, H, W) in [-1, 1] of any size as squares (B, 3, side, side), normalised."""
    size = (side, side)
    square = F.interpolate(pictures, size=size, mode="bicubic", antialias=True).clamp(-1, 1)
    mean, deviation = (torch.tensor(v).to(square)[:, None, None] for v in (MEAN, DEVIATION))
    return ((square + 1) / 2 - mean) / deviation

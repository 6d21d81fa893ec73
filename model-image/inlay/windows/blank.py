"""Room for what is computed in pieces."""

import torch
from torch import Tensor


def blank(x: Tensor, channels: int, height: int, width: int) -> Tensor:
    """A tensor (n, channels, height, width) of anything, laid out in memory as another (n, c, h, w) is."""
    # A part of a larger tensor is contiguous in neither way; its strides still tell.
    last = x.shape[1] > 1 and x.stride(1) == 1
    return torch.empty(
        (len(x), channels, height, width),
        dtype=x.dtype,
        device=x.device,
        memory_format=torch.channels_last if last else torch.contiguous_format,
    )

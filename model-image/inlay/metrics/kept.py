"""What happened to the pixels that should have been kept."""

import torch
from torch import Tensor


def pre_error(decoded: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """The paper's Pre_error, per picture (B,): mean squared difference on [-1, 1] over kept pixels and channels.

    Of the raw decode (B, 3, H, W), before anything is pasted back; `mask` (B, 1, H, W), 1 = repaint. Pictures with
    nothing kept have none (NaN).
    """
    return pre_error_sum(decoded, image, mask) / ((1 - mask).flatten(1).sum(1) * image.shape[1])


def pre_error_sum(decoded: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """The same as a sum, per picture (B,): the unit of the paper's tables 4 and 5."""
    return ((decoded - image) ** 2 * (1 - mask)).flatten(1).sum(1)


def psnr(a: Tensor, b: Tensor, span: float = 2.0) -> Tensor:
    """Peak signal-to-noise ratio in dB, per picture (B,); `span` is the range of the values."""
    error = ((a - b) ** 2).flatten(1).mean(1)
    return 10 * torch.log10(span**2 / error)

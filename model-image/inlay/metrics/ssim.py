"""Structural similarity (Wang et al. 2004)."""

import torch
import torch.nn.functional as F
from torch import Tensor

WINDOW = 11
SIGMA = 1.5


def ssim(a: Tensor, b: Tensor, span: float = 2.0) -> Tensor:
    """SSIM per picture (B,) of pictures (B, C, H, W) at least 11 pixels a side, in a Gaussian window of 11 pixels.

    `span` is the range of the values; constants 0.01 and 0.03 as published; windows lie whole within the picture.
    """
    channels = a.shape[1]
    x = torch.arange(WINDOW, dtype=a.dtype, device=a.device) - WINDOW // 2
    line = torch.exp(-(x**2) / (2 * SIGMA**2))
    line = line / line.sum()
    kernel = torch.outer(line, line).expand(channels, 1, WINDOW, WINDOW)

    def mean(values: Tensor) -> Tensor:
        return F.conv2d(values, kernel, groups=channels)

    mean_a, mean_b = mean(a), mean(b)
    variance_a = mean(a * a) - mean_a**2
    variance_b = mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    structure = (2 * covariance + c2) / (variance_a + variance_b + c2)
    return (luminance * structure).flatten(1).mean(1)

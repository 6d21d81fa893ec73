"""A rough picture from latents without a decoder: colours as a linear map of them, fitted to the picture at hand."""

import torch
import torch.nn.functional as F
from torch import Tensor

from inlay.autoencoder import FACTOR


def fit_colours(latents: Tensor, image: Tensor) -> Tensor:
    """The linear map (c + 1, 3) from a picture's latents (1, c, h, w) to its mean colours (1, 3, 8h, 8w), by least
    squares.
    """
    colours = F.avg_pool2d(image, FACTOR)
    return torch.linalg.lstsq(with_one(latents), rows(colours)).solution


def rough_colours(latents: Tensor, fitted: Tensor) -> Tensor:
    """A picture (3, h, w) in [-1, 1] of latents (1, c, h, w), an eighth of the size."""
    colours = with_one(latents) @ fitted
    return colours.T.reshape(3, *latents.shape[-2:]).clamp(-1, 1)


def rows(values: Tensor) -> Tensor:
    """(1, c, h, w) as (h * w, c), in fp32 on the CPU, where least squares is cheap and always there."""
    return values[0].float().cpu().flatten(1).T


def with_one(latents: Tensor) -> Tensor:
    """Latents as rows, with a one for the map's constant."""
    return F.pad(rows(latents), (0, 1), value=1.0)

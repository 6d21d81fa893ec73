"""Between 8-bit RGB samples and the tensors that networks read."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor


def to_tensor(rgb: NDArray[np.generic]) -> Tensor:
    """RGB samples (H, W, 3) from 0 to 255 as (1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.array(rgb)).permute(2, 0, 1)[None].float() / 127.5 - 1


def to_samples(picture: Tensor) -> NDArray[np.uint8]:
    """A picture (3, H, W) in [-1, 1] as RGB samples (H, W, 3)."""
    samples = (picture.permute(1, 2, 0).float().cpu().numpy() + 1) * 127.5
    return samples.round().clip(0, 255).astype(np.uint8)


def to_image(picture: Tensor) -> Image.Image:
    """A picture (1, 3, H, W) in [-1, 1] as an image."""
    return Image.fromarray(to_samples(picture[0]))

"""The example of paint-by-example, brought to what CLIP's vision model was trained on."""

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from inlay.pixels import Picture

SIDE = 224
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
"""Of CLIP's training pictures, by channel (Radford et al. 2021)."""


def clip_picture(picture: Picture) -> Tensor:
    """The middle square of a picture (1, 3, 224, 224), normalised; what is transparent lies on white."""
    image = Image.fromarray(picture.colour())
    if picture.mode in ("LA", "RGBA"):
        alpha = Image.fromarray(picture.samples[..., -1])
        image = Image.composite(image, Image.new("RGB", image.size, "white"), alpha)
    fitted = ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.BICUBIC)
    pixels = torch.from_numpy(np.array(fitted)).float() / 255
    return ((pixels - torch.tensor(MEAN)) / torch.tensor(DEVIATION)).permute(2, 0, 1)[None]

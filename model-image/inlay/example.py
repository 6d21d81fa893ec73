"""The example of paint-by-example, brought to what CLIP's vision model was trained on."""

import numpy as np
from PIL import Image, ImageOps
from torch import Tensor

from inlay.clip_picture import SIDE, clip_picture
from inlay.pixels import Picture
from inlay.samples import to_tensor


def example_picture(picture: Picture) -> Tensor:
    """The middle square of a picture (1, 3, 224, 224), normalised; what is transparent lies on white."""
    image = Image.fromarray(picture.colour())
    if picture.mode in ("LA", "RGBA"):
        alpha = Image.fromarray(picture.samples[..., -1])
        image = Image.composite(image, Image.new("RGB", image.size, "white"), alpha)
    fitted = ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.BICUBIC)
    return clip_picture(to_tensor(np.array(fitted)))

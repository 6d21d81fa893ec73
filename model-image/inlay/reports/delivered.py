"""A fill as an edit brings it."""

import numpy as np
from torch import Tensor

from inlay.canvas import Canvas
from inlay.crops import Box, Crop, tightened
from inlay.inpainter import Inpainter
from inlay.pipeline import paste
from inlay.pixels import Picture
from inlay.samples import to_samples, to_tensor
from inlay.settings import FillSettings


def delivered(inpainter: Inpainter, fill: Tensor, image: Tensor, mask: Tensor, seed: int) -> Tensor:
    """The picture (1, 3, S, S) in [-1, 1] that comes of a fill of the hole (1, 1, S, S) in a picture; all of a size."""
    hole = mask[0, 0].numpy() > 0
    box = tightened(hole, Box(0, 0, *reversed(hole.shape)))
    canvas = Canvas(Picture("RGB", to_samples(image[0]), None), hole)
    if box is not None:
        crop = Crop(0, 0, len(hole), box)
        paste(canvas, crop, fill[0], mask, FillSettings([seed]), seed, inpainter.borrows)
    return to_tensor(np.asarray(canvas.picture.samples))

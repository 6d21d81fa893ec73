"""A picture from a prompt alone, of any size."""

from dataclasses import replace

import numpy as np
import torch

from inlay.autoencoder import FACTOR
from inlay.canvas import Canvas
from inlay.pipeline import Filled, Filler
from inlay.pixels import Picture
from inlay.previews import Previews, show_whole
from inlay.samples import to_samples
from inlay.settings import FillSettings, OnStep


def draw_picture(
    filler: Filler,
    picture: Picture,
    settings: FillSettings,
    on_step: OnStep,
    previews: Previews | None = None,
) -> Filled:
    """Paints pictures of a picture's size (H, W), one a seed, which keep nothing of it.

    They are painted at the next multiples of 8, in which latents count, and cut to their middle.
    """
    height, width = picture.height, picture.width
    below, beside = -height % FACTOR, -width % FACTOR
    size = (height + below, width + beside)
    image, mask = torch.zeros(1, 3, *size), torch.ones(1, 1, *size)
    painted = filler.fill(image, mask, settings, on_step, previews and previews.of(show_whole))
    top, left = below // 2, beside // 2
    cut = painted[..., top : top + height, left : left + width]
    pictures = [replace(picture, samples=to_samples(output)) for output in cut]
    if settings.watermark:
        pictures = [marked(each, settings.watermark) for each in pictures]
    return Filled(pictures, kept_pixels=0, crops=(), merged=False)


def marked(picture: Picture, key: bytes) -> Picture:
    """A picture with the watermark of a key all over."""
    canvas = Canvas(picture, np.ones((picture.height, picture.width), bool))
    canvas.mark(key)
    return canvas.picture

"""The holes of LaMa (Suvorov et al. 2021) in its three published strengths, which the paper trains and measures with.

The numbers are those of LaMa's `random_{thin,medium,thick}_256` settings, in pixels at 256 and scaled to other sizes.
A mask is either strokes or boxes; one that marks more than half of the picture is drawn again.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from inlay.masks import integer, uniform

REFERENCE_SIZE = 256
LARGEST_SHARE = 0.5
TRIES = 2_000


@dataclass(frozen=True)
class Boxes:
    """Upright boxes: their number, side and distance from the border."""

    count: tuple[int, int]
    side: tuple[int, int]
    margin: int
    odds: float = 0.3
    """Against strokes, whose odds are 1."""


@dataclass(frozen=True)
class MaskStyle:
    """Strokes of a few straight pieces, and perhaps boxes."""

    strokes: tuple[int, int]
    width: int
    length: int
    boxes: Boxes | None = None


STYLES: dict[str, MaskStyle] = {
    "thin": MaskStyle((4, 50), 10, 40),
    "medium": MaskStyle((4, 5), 50, 100, Boxes((1, 5), (10, 50), 0)),
    "thick": MaskStyle((1, 5), 100, 200, Boxes((1, 3), (30, 150), 10)),
}


def lama_mask(style: MaskStyle, size: int, generator: torch.Generator) -> Tensor:
    """A mask (1, size, size) in {0, 1}, 1 = repaint, that marks something and at most half of the picture."""
    return mask_of_share(style, size, generator, (0.0, LARGEST_SHARE))


def mask_of_share(
    style: MaskStyle, size: int, generator: torch.Generator, share: tuple[float, float]
) -> Tensor:
    """A mask that marks more than `share[0]` and at most `share[1]` of the picture: (0.4, 0.5) for the paper's table 1.

    Raises ValueError where the style does not reach that share.
    """
    for _ in range(TRIES):
        mask = draw(style, size, generator)
        if share[0] < mask.mean().item() <= share[1]:
            return mask
    raise ValueError(f"no mask of this style marks between {share[0]} and {share[1]} of a picture")


def draw(style: MaskStyle, size: int, generator: torch.Generator) -> Tensor:
    """One mask (1, size, size), whatever its share."""
    canvas = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(canvas)
    scale = size / REFERENCE_SIZE
    boxes = style.boxes
    if boxes is not None and uniform(generator) < boxes.odds / (1 + boxes.odds):
        for _ in range(between(boxes.count, generator)):
            draw_box(pen, boxes, size, scale, generator)
    else:
        for number in range(between(style.strokes, generator)):
            draw_stroke(pen, style, size, scale, number, generator)
    return torch.from_numpy(np.array(canvas)).float()[None] / 255


def draw_stroke(
    pen: ImageDraw.ImageDraw,
    style: MaskStyle,
    size: int,
    scale: float,
    number: int,
    generator: torch.Generator,
) -> None:
    """One to five pieces; every other stroke turns the other way."""
    x, y = size * uniform(generator), size * uniform(generator)
    for _ in range(1 + integer(generator, 5)):
        angle = 0.01 + integer(generator, 4)
        angle = 2 * math.pi - angle if number % 2 == 0 else angle
        length = scale * (10 + integer(generator, style.length))
        width = max(1, round(scale * (5 + integer(generator, style.width))))
        to_x = min(max(x + length * math.sin(angle), 0), size)
        to_y = min(max(y + length * math.cos(angle), 0), size)
        pen.line([(x, y), (to_x, to_y)], fill=255, width=width)
        radius = width / 2
        for cx, cy in ((x, y), (to_x, to_y)):
            pen.ellipse([cx - radius, cy - radius, cx + radius, cy + radius], fill=255)
        x, y = to_x, to_y


def draw_box(
    pen: ImageDraw.ImageDraw, boxes: Boxes, size: int, scale: float, generator: torch.Generator
) -> None:
    """One upright box inside the margin."""
    width, height = (round(scale * between(boxes.side, generator)) for _ in range(2))
    margin = round(scale * boxes.margin)
    x = margin + integer(generator, max(size - 2 * margin - width, 0) + 1)
    y = margin + integer(generator, max(size - 2 * margin - height, 0) + 1)
    pen.rectangle([x, y, x + width - 1, y + height - 1], fill=255)


def between(bounds: tuple[int, int], generator: torch.Generator) -> int:
    """A whole number from the first bound to the second, both included."""
    return bounds[0] + integer(generator, bounds[1] - bounds[0] + 1)

"""Random holes to train on, in the manner of LaMa (Suvorov et al. 2021): brush strokes and boxes."""

import math

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor


def random_mask(size: int, generator: torch.Generator, full: float = 0.0) -> Tensor:
    """A mask (1, size, size) in {0, 1}, 1 = repaint: strokes, boxes or both; with probability `full` all ones."""
    if uniform(generator) < full:
        return torch.ones(1, size, size)
    canvas = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(canvas)
    kind = uniform(generator)
    if kind < 0.7:
        for _ in range(1 + integer(generator, 3)):
            draw_stroke(draw, size, generator)
    if kind > 0.5:
        for _ in range(1 + integer(generator, 2)):
            draw_box(draw, size, generator)
    return torch.from_numpy(np.array(canvas)).float()[None] / 255


def draw_stroke(draw: ImageDraw.ImageDraw, size: int, generator: torch.Generator) -> None:
    """A brush stroke of a few straight pieces with round joints."""
    width = max(2, round(size * (0.06 + 0.2 * uniform(generator))))
    x, y = size * uniform(generator), size * uniform(generator)
    angle = 2 * math.pi * uniform(generator)
    for _ in range(1 + integer(generator, 4)):
        angle += 2 * (uniform(generator) - 0.5) * math.pi / 2
        length = size * (0.1 + 0.4 * uniform(generator))
        to_x, to_y = x + length * math.cos(angle), y + length * math.sin(angle)
        draw.line([(x, y), (to_x, to_y)], fill=255, width=width)
        r = width / 2
        draw.ellipse([to_x - r, to_y - r, to_x + r, to_y + r], fill=255)
        x, y = to_x, to_y


def draw_box(draw: ImageDraw.ImageDraw, size: int, generator: torch.Generator) -> None:
    """An upright box of 12 to 60 % of the side."""
    w = size * (0.12 + 0.48 * uniform(generator))
    h = size * (0.12 + 0.48 * uniform(generator))
    x, y = (size - w) * uniform(generator), (size - h) * uniform(generator)
    draw.rectangle([x, y, x + w, y + h], fill=255)


def uniform(generator: torch.Generator) -> float:
    """A number in [0, 1)."""
    return torch.rand((), generator=generator).item()


def integer(generator: torch.Generator, below: int) -> int:
    """A whole number from 0 up to, not including, `below`."""
    return int(torch.randint(below, (), generator=generator).item())

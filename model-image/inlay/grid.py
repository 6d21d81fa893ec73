"""Pictures in rows and columns, to be looked at."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from torch import Tensor

GAP = 4
TITLE = 16


def save_grid(path: Path, rows: Sequence[Sequence[Tensor]], titles: Sequence[str]) -> None:
    """Writes a PNG of rows of pictures (1, 3, S, S) in [-1, 1], all of one size, with a title over each column."""
    side = rows[0][0].shape[-1]
    width, height = len(titles) * (side + GAP) - GAP, TITLE + len(rows) * (side + GAP) - GAP
    canvas = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(canvas)
    for column, title in enumerate(titles):
        draw.text((column * (side + GAP) + 2, 2), title, fill="black")
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            place = (column * (side + GAP), TITLE + row * (side + GAP))
            canvas.paste(to_image(picture), place)
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.save(path, optimize=True)


def to_image(picture: Tensor) -> Image.Image:
    """A picture (1, 3, H, W) in [-1, 1] as an image."""
    samples = ((picture[0].permute(1, 2, 0).float().cpu().numpy() + 1) * 127.5).round().clip(0, 255)
    return Image.fromarray(samples.astype(np.uint8))

"""Pictures in rows and columns, to be looked at."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw
from torch import Tensor

from inlay.samples import to_image

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

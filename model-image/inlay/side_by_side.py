"""Puts pictures of one height beside each other: `python -m inlay.side_by_side A B C OUT`."""

import argparse
from pathlib import Path

from PIL import Image

GAP = 8


def main() -> None:
    """Reads the pictures and writes one PNG."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    join([Image.open(path).convert("RGB") for path in arguments.pictures]).save(arguments.out)


def join(pictures: list[Image.Image]) -> Image.Image:
    """The pictures in a row on white."""
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) - 1)
    row = Image.new("RGB", (width, max(picture.height for picture in pictures)), "white")
    left = 0
    for picture in pictures:
        row.paste(picture, (left, 0))
        left += picture.width + GAP
    return row


if __name__ == "__main__":
    main()

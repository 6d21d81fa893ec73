"""Packs a folder of pictures for another machine: `python -m inlay.pack data/pictures --out data/pictures.tar`.

Crops of 256 to 384 pixels as JPEG in one shard of webdataset's layout, which `--pictures` of `inlay.train` takes like
a folder. Larger pictures give more crops, each picture at least one, until the shard is full.
"""

import argparse
import io
import tarfile
from pathlib import Path

import torch
from PIL import Image
from tqdm import tqdm

from inlay.masks import integer, uniform
from inlay.pictures import FolderPictures

SMALLEST, LARGEST = 256, 384
QUALITY = 90


def main() -> None:
    """Reads the command line and packs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--megabytes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    count = pack(arguments.pictures, arguments.out, arguments.megabytes, arguments.seed)
    print(f"{arguments.out}: {count} crops, {arguments.out.stat().st_size / 1e6:.1f} MB")


def pack(source: Path, target: Path, megabytes: float, seed: int = 0) -> int:
    """Writes a shard of at most so many megabytes, whole or not at all; returns its number of crops."""
    generator = torch.Generator().manual_seed(seed)
    pictures = FolderPictures(source, generator)
    part = target.with_name(f"{target.name}.part")
    # A tar file ends in blocks of nought, up to 10,240 bytes in all.
    left = megabytes * 1e6 - tarfile.RECORDSIZE
    count = 0
    bar = tqdm(total=round(left), desc="packed", unit="B", unit_scale=True)
    with tarfile.open(part, "w") as shard:
        while True:
            every = count < len(pictures.pictures)
            picture = Image.fromarray(pictures.pictures[count] if every else pictures.draw())
            data = encode(crop(picture, generator))
            size = tarfile.BLOCKSIZE * (1 - (-len(data) // tarfile.BLOCKSIZE))
            if size > left:
                break
            entry = tarfile.TarInfo(f"{count:06d}.jpg")
            entry.size = len(data)
            shard.addfile(entry, io.BytesIO(data))
            left -= size
            bar.update(size)
            count += 1
    part.replace(target)
    return count


def crop(picture: Image.Image, generator: torch.Generator) -> Image.Image:
    """A square of a picture, taken at up to three times its size and brought down to 256 to 384 pixels."""
    largest = min(picture.size)
    side = min(largest, round(LARGEST * (1 + 2 * uniform(generator) ** 2)))
    left = integer(generator, picture.width - side + 1)
    top = integer(generator, picture.height - side + 1)
    square = picture.crop((left, top, left + side, top + side))
    size = min(max(side, SMALLEST), LARGEST)
    return square.resize((size, size), Image.Resampling.LANCZOS)


def encode(picture: Image.Image) -> bytes:
    """A picture as JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


if __name__ == "__main__":
    main()

"""`phone_photo.py PHOTO MASK FOLDER`: a photograph as a phone writes it, `photo.jpg`, and its mask, `mask.png`.

The photograph is enlarged and grained to several mebibytes, and lies on its side with an EXIF orientation; the mask is
upright.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (3200, 1800)
ORIENTATION = 6


def main(photo: str, mask: str, folder: str) -> None:
    enlarged = np.asarray(Image.open(photo).convert("RGB").resize(SIZE, Image.Resampling.BICUBIC))
    grain = np.random.default_rng(7).normal(0, 14, enlarged.shape)
    upright = Image.fromarray(np.clip(enlarged + grain, 0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = ORIENTATION
    on_its_side = upright.transpose(Image.Transpose.ROTATE_90)
    on_its_side.save(Path(folder) / "photo.jpg", quality=95, subsampling=0, exif=exif)
    Image.open(mask).convert("L").resize(SIZE, Image.Resampling.NEAREST).save(
        Path(folder) / "mask.png"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The photograph and its mask as peers take them: `derive.py IMAGE MASK FOLDER` writes five files.

`alpha.png` is the mask as OpenAI has it, transparent where it is white. `small.png` is the mask at half its size, and
`marked.png` what that marks of the photograph. `wide.png` is the photograph with 64 pixels more on its left and 32
below, and `margins.png` marks those.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

photo, mask = Image.open(sys.argv[1]).convert("RGB"), Image.open(sys.argv[2]).convert("L")
folder = Path(sys.argv[3])

transparent = Image.new("RGBA", mask.size, (90, 90, 90, 255))
transparent.putalpha(ImageOps.invert(mask))
transparent.save(folder / "alpha.png")

half = np.asarray(mask).reshape(mask.height // 2, 2, mask.width // 2, 2).max(axis=(1, 3))
Image.fromarray(half).save(folder / "small.png")
Image.fromarray(half.repeat(2, axis=0).repeat(2, axis=1)).save(folder / "marked.png")

wide = Image.new("RGB", (photo.width + 64, photo.height + 32))
margins = Image.new("L", wide.size, 255)
wide.paste(photo, (64, 0))
margins.paste(0, (64, 0, wide.width, photo.height))
wide.save(folder / "wide.png")
margins.save(folder / "margins.png")

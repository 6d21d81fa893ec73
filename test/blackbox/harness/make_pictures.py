"""Writes pictures as people have them into a folder: `make_pictures.py FOLDER` prints a line of JSON for each.

A line has the file, the mask that lies on it as it is displayed, and what is to be true of the result.
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "model-image"))
from picture_files import Case, file_of

CASES = [
    Case("png", "RGB", (129, 31)),
    Case("png", "L", (100, 37), 8),
    Case("png", "RGBA", (63, 64), 5, "display-p3"),
    Case("png16", "RGB", (129, 31), 1, "adobe-rgb"),
    Case("jpeg", "RGB", (129, 80), 6, "display-p3"),
    Case("jpeg", "L", (100, 37), 3),
    Case("webp", "RGBA", (63, 64), 7),
    Case("palette", "RGBA", (63, 64)),
    Case("cmyk", "CMYK", (129, 80)),
    Case("avif", "RGB", (129, 80), 6, "adobe-rgb"),
    Case("heic", "RGB", (129, 80), 8, "display-p3"),
]

folder = Path(sys.argv[1])
for number, case in enumerate(CASES):
    width, height = case.displayed
    image, mask = folder / f"{number}.bin", folder / f"{number}.mask.png"
    image.write_bytes(file_of(case))
    marked = np.zeros((height, width), np.uint8)
    marked[height // 4 : height // 2, width // 3 : width // 2] = 255
    Image.fromarray(marked).save(mask)
    row = {
        "name": str(case),
        "kind": case.kind,
        "image": str(image),
        "mask": str(mask),
        "size": [width, height],
        "mode": case.decoded_mode,
        "profile": case.profile != "",
    }
    print(json.dumps(row))

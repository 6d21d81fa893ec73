"""How a result differs from its input: `compare.py INPUT MASK RESULT` prints one line of JSON.

Decodes with Pillow alone, nothing of the product: sizes as displayed, how many pixels outside the mask differ, and the
share of those inside it that do.
"""

import json
import sys

import numpy as np
from PIL import Image, ImageOps


def pixels(path: str, mode: str) -> np.ndarray:
    return np.asarray(ImageOps.exif_transpose(Image.open(path)).convert(mode)).astype(int)


image, result = pixels(sys.argv[1], "RGB"), pixels(sys.argv[3], "RGB")
inside = pixels(sys.argv[2], "L") > 127
report = {"input_size": image.shape[1::-1], "result_size": result.shape[1::-1]}
if image.shape == result.shape:
    differs = (image != result).any(axis=2)
    report["kept_changed"] = int(differs[~inside].sum())
    report["kept"] = int((~inside).sum())
    report["masked_changed_share"] = float(differs[inside].mean())
print(json.dumps(report))

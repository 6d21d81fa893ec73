"""How a result differs from its input: `compare.py INPUT MASK RESULT` prints one line of JSON.

Decodes with Pillow and libheif alone, nothing of the product: sizes as displayed, how many pixels outside the mask
differ, alpha among them, and the share of those inside it that do; and the result's mode, depth, profile and metadata.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()


def pixels(image: Image.Image, mode: str) -> np.ndarray:
    # Pillow reads grey of 16 bits as such, and cuts colour to 8.
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return np.asarray(ImageOps.exif_transpose(image).convert(mode)).astype(int)


before, after = Image.open(sys.argv[1]), Image.open(sys.argv[3])
image, result = pixels(before, "RGBA"), pixels(after, "RGBA")
inside = pixels(Image.open(sys.argv[2]), "L") > 127
file = Path(sys.argv[3]).read_bytes()
report = {
    "input_size": image.shape[1::-1],
    "result_size": result.shape[1::-1],
    "mode": after.mode,
    "depth": file[24] if file[1:4] == b"PNG" else 8,
    "profile_kept": after.info.get("icc_profile") == before.info.get("icc_profile"),
    "metadata": len(after.getexif()),
}
if image.shape == result.shape:
    differs = (image != result).any(axis=2)
    report["kept_changed"] = int(differs[~inside].sum())
    report["kept"] = int((~inside).sum())
    report["masked_changed_share"] = float(differs[inside].mean())
print(json.dumps(report))

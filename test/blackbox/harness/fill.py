"""A stand-in for a model: `fill.py IMAGE MASK OUT` fills what the mask marks with one colour and keeps the rest."""

import sys

from PIL import Image, ImageOps

image = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("RGB")
mask = Image.open(sys.argv[2]).convert("L").point(lambda value: 255 if value > 127 else 0)
image.paste((255, 0, 255), mask=mask)
image.save(sys.argv[3], "PNG")

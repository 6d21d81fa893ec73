"""Times whole edits, from file to file, and their memory: `python -m inlay.evaluate speed --picture P`."""

import argparse
import io
import resource
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from inlay.inpainter import Inpainter
from inlay.pipeline import fill_picture
from inlay.pixels import decode_picture, encode_picture
from inlay.reports.report import write_report
from inlay.settings import FillSettings


def main(given: list[str]) -> None:
    """Edits one picture at the profile's native size several times, after one to warm up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", type=Path, default=Path("weights/tiny"))
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("results"))
    arguments = parser.parse_args(given)
    before = peak_megabytes()
    inpainter = Inpainter.load(arguments.profile, torch.device("cpu"))
    size = inpainter.native_size
    photograph = square(arguments.picture, size)
    mask = np.zeros((size, size), bool)
    mask[size // 4 : -size // 4, size // 4 : -size // 4] = True
    settings = FillSettings(seeds=[1], steps=arguments.steps)
    seconds = []
    for _ in range(arguments.runs + 1):
        started = time.perf_counter()
        picture = decode_picture(photograph)
        filled = fill_picture(inpainter, picture, mask, settings, lambda _done, _total: None)
        encode_picture(picture, filled.samples[0], "png")
        seconds.append(time.perf_counter() - started)
    figures = {
        "seconds an edit, median": statistics.median(seconds[1:]),
        "seconds an edit, slowest": max(seconds[1:]),
        "seconds of the first": seconds[0],
        "peak memory of the process (MB)": peak_megabytes(),
        "of that before the weights (MB)": before,
    }
    weights = list(arguments.profile.glob("*.safetensors"))
    write_report(arguments.out / "speed.json", ["speed", *given], weights, figures)


def square(path: Path, size: int) -> bytes:
    """The middle of a picture at the profile's native size, as PNG."""
    buffer = io.BytesIO()
    with Image.open(path) as image:
        ImageOps.fit(image.convert("RGB"), (size, size)).save(buffer, "PNG")
    return buffer.getvalue()


def peak_megabytes() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000

"""Measures the watermark: `python -m inlay.evaluate marks`.

Regions of held-out photographs are filled and marked, then looked for in a PNG, in a JPEG of quality 80 and in a copy
of half the size. Crops that nobody marked are looked through for false alarms. Writes `results/marks.json`, and a grid
of fills without and with the mark and of their difference, sixteen times as strong.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from inlay.canvas import Canvas
from inlay.grid import save_grid
from inlay.inpainter import Inpainter
from inlay.pictures import ENDINGS
from inlay.pipeline import fill_picture
from inlay.pixels import Picture, Samples
from inlay.provenance.search import search
from inlay.provenance.watermark import EVERYONES
from inlay.reports.report import report_parser, write_report
from inlay.samples import to_tensor
from inlay.settings import FillSettings

SIDES = (192, 280, 400)
"""Sides of the regions in pixels."""
COPIES = ("png", "jpeg 80", "half")
KEY = EVERYONES.encode()
GRID_ROWS = 6


def main(given: list[str]) -> None:
    """Reads the command line, measures, and prints the table."""
    parser = report_parser(__doc__)
    parser.add_argument("--untouched", type=int, default=2000, help="crops that nobody marked")
    parser.add_argument("--training", type=Path, default=Path("data/pictures"))
    arguments = parser.parse_args(given)
    inpainter = Inpainter.load(arguments.profile, torch.device("cpu"))
    random = np.random.default_rng(arguments.seed)
    rows: dict[str, dict[str, float]] = {}
    shown: list[list[Tensor]] = []
    photographs = files(arguments.pictures)
    for path in tqdm(photographs, desc="marked"):
        samples = np.asarray(Image.open(path).convert("RGB"))
        for side in (side for side in SIDES if side <= min(samples.shape[:2])):
            mask = region(samples.shape[:2], side, random)
            picture = Picture("RGB", samples, None)
            settings = FillSettings([arguments.seed])
            [filled] = fill_picture(inpainter, picture, mask, settings, quiet).samples
            marked = marked_samples(filled, mask)
            rows[f"{path.stem}, {side}"] = figures_of(samples, filled, marked, mask)
            if side == SIDES[0]:
                shown.append(views(filled, marked, mask))
    alarms = [
        place
        for place, crop in tqdm(
            untouched([*photographs, *files(arguments.training)], random, arguments.untouched)
        )
        if search(crop, KEY) is not None
    ]
    weights = list(arguments.profile.glob("*.safetensors"))
    figures = summary(rows) | {
        "crops without a mark": arguments.untouched,
        "false alarms": len(alarms),
    }
    write_report(
        arguments.out / "marks.json",
        ["marks", *given],
        weights,
        figures,
        regions=rows,
        alarms=alarms,
    )
    titles = ("filled", "marked", "difference x 16")
    save_grid(
        arguments.out / "marks.png", shown[:: max(1, len(shown) // GRID_ROWS)][:GRID_ROWS], titles
    )


def files(folder: Path) -> list[Path]:
    """The pictures of a folder."""
    return sorted(p for p in folder.iterdir() if p.suffix in ENDINGS)


def region(shape: tuple[int, ...], side: int, random: np.random.Generator) -> np.ndarray:
    """A mask (H, W) with one square at a place that is drawn."""
    mask = np.zeros(shape, bool)
    top, left = (int(random.integers(0, length - side + 1)) for length in shape)
    mask[top : top + side, left : left + side] = True
    return mask


def marked_samples(filled: Samples, mask: np.ndarray) -> Samples:
    """A filled picture with the mark in its mask."""
    canvas = Canvas(Picture("RGB", filled, None), mask)
    canvas.mark(KEY)
    return canvas.picture.samples


def copies(samples: Samples) -> dict[str, Image.Image]:
    """What becomes of a result on its way."""
    image = Image.fromarray(samples)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=80)
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    return dict(zip(COPIES, (image, Image.open(jpeg), half), strict=True))


def figures_of(
    samples: Samples, filled: Samples, marked: Samples, mask: np.ndarray
) -> dict[str, float]:
    """Whether the mark is found in each copy, how much it changed, and that it changed nothing else."""
    error = (marked[mask].astype(float) - filled[mask]) ** 2
    figures = {
        f"found in {name}": float(search(copy, KEY) is not None)
        for name, copy in copies(marked).items()
    }
    figures["PSNR of the mark (dB)"] = float(10 * np.log10(255**2 / error.mean()))
    figures["kept samples changed"] = int((marked[~mask] != samples[~mask]).sum())
    figures["found before it was marked"] = float(search(Image.fromarray(filled), KEY) is not None)
    return figures


def untouched(
    paths: list[Path], random: np.random.Generator, count: int
) -> Iterator[tuple[str, Image.Image]]:
    """Crops of pictures that nobody marked, of 192 to 512 pixels a side, with their places."""
    for _ in range(count):
        path = paths[int(random.integers(len(paths)))]
        with Image.open(path) as image:
            width, height = (min(length, int(random.integers(192, 513))) for length in image.size)
            left = int(random.integers(0, image.width - width + 1))
            top = int(random.integers(0, image.height - height + 1))
            box = (left, top, left + width, top + height)
            yield f"{path.name} {box}", image.convert("RGB").crop(box)


def views(filled: Samples, marked: Samples, mask: np.ndarray) -> list[Tensor]:
    """The region without and with the mark, and what the mark is."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    span = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    difference = (marked[span].astype(int) - filled[span]) * 16 + 128
    strong = difference.clip(0, 255).astype(np.uint8)
    return [to_tensor(part) for part in (filled[span], marked[span], strong)]


def summary(rows: dict[str, dict[str, float]]) -> dict[str, float]:
    """Shares and the worst over all regions."""
    names = [f"found in {name}" for name in COPIES]
    figures = {name: float(np.mean([row[name] for row in rows.values()])) for name in names}
    figures["regions"] = len(rows)
    figures["least PSNR of a mark (dB)"] = min(
        row["PSNR of the mark (dB)"] for row in rows.values()
    )
    for name in ("kept samples changed", "found before it was marked"):
        figures[name] = sum(row[name] for row in rows.values())
    return figures


def quiet(_done: int, _total: int) -> None:
    """Takes no notice of progress."""

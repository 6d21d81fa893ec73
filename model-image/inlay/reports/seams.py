"""Measures the hole's edge in whole pictures: `python -m inlay.evaluate seams`.

Each held-out photograph is edited at its own size with a small hole and with a large one, whose crop is shrunk for the
model, in three ways that share their latents: the vanilla decode in the place of the crop, the vanilla decode pasted
through the mask, and the pipeline as it delivers. Once with latents that the model samples, and once with the
photograph's own, so that it is seen what is the edge's and what the model's. Writes `results/seams.json` and two grids
of edges at twice their size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from inlay.autoencoder import Autoencoder
from inlay.canvas import Canvas
from inlay.crops import Box, plan_crops
from inlay.grid import save_grid
from inlay.inpainter import Inpainter
from inlay.metrics.seam import seam
from inlay.pictures import ENDINGS
from inlay.pipeline import fill_picture
from inlay.pixels import Picture, Samples
from inlay.reports.decoder import load_vanilla
from inlay.reports.report import report_parser, write_report
from inlay.samples import to_tensor
from inlay.settings import FillSettings, OnRough, OnStep
from inlay.zoom import zoom_on_edge

HOLES = {"small": 96, "large": 280}
"""Sides in pixels of the photograph: of crops that the model sees at their size, and of such as are shrunk by 1.75."""
WAYS = ("vanilla", "pasting", "ours")
TITLES = ("photograph", *WAYS)
SOURCES = {"sampled": "seams.png", "true": "seams-true.png"}
"""Where latents come from, and the grid's file."""
WINDOW = 256
GRID_ROWS = 8


Paint = Callable[[Tensor, Tensor, Tensor, list[int]], Tensor]
"""Latents, a picture, a mask and seeds to painted pictures."""


@dataclass
class Painting:
    """Fills with the model's latents, or with the picture's own, decoded in a way."""

    inpainter: Inpainter
    paint: Paint
    true_latents: bool

    @property
    def native_size(self) -> int:
        return self.inpainter.native_size

    @property
    def borrows(self) -> bool:
        return self.inpainter.borrows

    @torch.inference_mode()
    def fill(
        self,
        image: Tensor,
        mask: Tensor,
        settings: FillSettings,
        on_step: OnStep,
        _on_rough: OnRough | None = None,
    ) -> Tensor:
        if self.true_latents:
            latents = self.inpainter.autoencoder.encode(image).mean
        else:
            latents = self.inpainter.sample(
                image, mask, settings.seeds, settings.steps, settings.strength, on_step
            )
        return self.paint(latents, image, mask, settings.seeds)


def without_a_look(decoder: Autoencoder) -> Paint:
    """The vanilla decode."""
    return lambda latents, _image, _mask, _seeds: decoder.decode(latents).float().clamp(-1, 1)


def main(given: list[str]) -> None:
    """Reads the command line, measures, and prints the table."""
    parser = report_parser(__doc__)
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args(given)
    inpainter = Inpainter.load(arguments.profile, torch.device("cpu"))
    vanilla = without_a_look(load_vanilla(arguments.profile))
    rows: dict[str, dict[str, float]] = {}
    settings = FillSettings([arguments.seed], arguments.steps)
    photographs = list(cases(arguments.pictures, arguments.seed))
    for source, grid in SOURCES.items():
        fillers = [Painting(inpainter, p, source == "true") for p in (inpainter.painted, vanilla)]
        shown: list[list[Tensor]] = []
        for name, picture, mask in tqdm(photographs, desc=f"{source} latents"):
            edited = edit(*fillers, picture, mask, settings)
            pictures = [to_tensor(samples) for samples in (picture.samples, *edited)]
            hole = torch.from_numpy(mask).float()[None, None]
            rows[f"{name}, {source} latents"] = figures_of(pictures, hole)
            shown.append(edge_views(pictures, hole))
        step = max(1, len(shown) // GRID_ROWS)
        save_grid(arguments.out / grid, shown[::step][:GRID_ROWS], TITLES)
    weights = list(arguments.profile.glob("*.safetensors"))
    report = arguments.out / "seams.json"
    write_report(report, ["seams", *given], weights, summary(rows), photographs=rows)


def cases(folder: Path, seed: int) -> Iterator[tuple[str, Picture, np.ndarray]]:
    """Every photograph with one hole of each size, at a place that the seed draws."""
    random = np.random.default_rng(seed)
    for path in sorted(p for p in folder.iterdir() if p.suffix in ENDINGS):
        samples = np.asarray(Image.open(path).convert("RGB"))
        for size, side in HOLES.items():
            mask = np.zeros(samples.shape[:2], bool)
            top, left = (int(random.integers(0, length - side)) for length in mask.shape)
            mask[top : top + side, left : left + side] = True
            yield f"{path.stem}, {size}", Picture("RGB", samples, None), mask


def edit(
    ours: Painting,
    vanilla: Painting,
    picture: Picture,
    mask: np.ndarray,
    settings: FillSettings,
) -> list[Samples]:
    """The picture edited in all WAYS."""
    plain = replace(settings, match_ring=False)
    [pasted] = fill_picture(vanilla, picture, mask, plain, quiet).samples
    [delivered] = fill_picture(ours, picture, mask, settings, quiet).samples
    # The whole crop is taken from the decode: as if all of it were the hole, with the latents of this one.
    [crop], _ = plan_crops(mask, vanilla.native_size)
    height, width = mask.shape
    whole = crop.box.intersection(Box(0, 0, width, height))
    everywhere = np.zeros_like(mask)
    everywhere[whole.span] = True
    decoded: list[Tensor] = []
    fill_picture(Keeping(vanilla, decoded), picture, mask, plain, quiet)
    canvas = Canvas(picture, everywhere)
    square = (decoded[0][0].permute(1, 2, 0).numpy() + 1) * 127.5
    canvas.blend(square, replace(crop, hole=whole), None)
    return [canvas.picture.samples, pasted, delivered]


@dataclass
class Keeping:
    """Fills as another does, and keeps what it painted."""

    filler: Painting
    kept: list[Tensor]

    @property
    def native_size(self) -> int:
        return self.filler.native_size

    @property
    def borrows(self) -> bool:
        return self.filler.borrows

    def fill(
        self,
        image: Tensor,
        mask: Tensor,
        settings: FillSettings,
        on_step: OnStep,
        on_rough: OnRough | None = None,
    ) -> Tensor:
        self.kept.append(self.filler.fill(image, mask, settings, on_step, on_rough))
        return self.kept[-1]


def quiet(_done: int, _total: int) -> None:
    """Takes no notice of progress."""


def figures_of(pictures: list[Tensor], hole: Tensor) -> dict[str, float]:
    """The seam of the photograph and of every way, and the mean change of kept pixels in levels of 255."""
    photograph, *edited = pictures
    figures = {"seam photograph": seam(photograph, hole).item()}
    for way, picture in zip(WAYS, edited, strict=True):
        figures[f"seam {way}"] = seam(picture, hole).item()
        changed = (picture - photograph).abs().mean(1, keepdim=True) * (1 - hole)
        figures[f"kept pixels changed {way}"] = int((changed > 0).sum())
    return figures


def edge_views(pictures: list[Tensor], hole: Tensor) -> list[Tensor]:
    """The hole's left edge at twice its size, of every picture."""
    square = slice(None, None)
    height, width = hole.shape[-2:]
    rows, columns = hole[0, 0].any(1).nonzero(), hole[0, 0].any(0).nonzero()
    side = min(WINDOW, height, width)
    top = int(min(max((rows[0] + rows[-1]).item() // 2 - side // 2, 0), height - side))
    left = int(min(max(columns[0].item() - side // 2, 0), width - side))
    window = (square, square, slice(top, top + side), slice(left, left + side))
    return zoom_on_edge([picture[window] for picture in pictures], hole[window])


def summary(rows: dict[str, dict[str, float]]) -> dict[str, float]:
    """Means over the photographs, by the size of the hole and where latents come from."""
    figures: dict[str, float] = {}
    for size, source in product(HOLES, SOURCES):
        kind = f"{size} hole, {source} latents"
        chosen = [row for name, row in rows.items() if name.endswith(f"{size}, {source} latents")]
        for key in chosen[0]:
            figures[f"{key}, {kind}"] = float(np.mean([row[key] for row in chosen]))
        smaller = [row["seam ours"] < row["seam pasting"] for row in chosen]
        figures[f"share with a smaller seam than pasting, {kind}"] = float(np.mean(smaller))
    return figures

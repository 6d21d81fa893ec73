"""Measures fills among texture on held-out photographs, beside OpenCV's: `python -m inlay.evaluate fills`.

One place a photograph, chosen by the photograph alone: the first of a seed's crops whose own pixels in the hole are as
rough as, and of the colour of, those around it. There a good fill has to be so, too. Writes `results/fills.json` and a
grid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from inlay.data import CropStream
from inlay.grid import save_grid
from inlay.inpainter import Inpainter
from inlay.metrics.texture import colour_distance, ring_energy, roughness_ratio
from inlay.pictures import ENDINGS
from inlay.reports.delivered import delivered
from inlay.reports.report import report_parser, write_report
from inlay.samples import to_image, to_tensor
from inlay.settings import FillSettings

TRIES = 60
HOLE = 0.3
"""The hole's side, to the crop's."""
LEAST_ENERGY = (1 / 127.5) ** 2
"""Below one grey level in the mean there is no texture to be as rough as."""
RADIUS = 5
"""Pixels around each that OpenCV's fill looks at."""


@dataclass(frozen=True)
class Place:
    """A crop (1, 3, S, S) in [-1, 1] of one photograph, and the hole (1, 1, S, S) in its middle."""

    name: str
    image: Tensor
    mask: Tensor


def main(given: list[str]) -> None:
    """Reads the command line, measures, and prints one line a photograph."""
    parser = report_parser(__doc__)
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args(given)
    inpainter = Inpainter.load(arguments.profile, torch.device("cpu"))
    places = list(find_places(arguments.pictures, inpainter.native_size, arguments.seed))
    rows, pictures = measure(inpainter, places, arguments.steps, arguments.seed)
    for name, row in rows.items():
        print(f"{name:34}", *(f"{key} {value:7.2f}" for key, value in row.items()))
    weights = list(arguments.profile.glob("*.safetensors"))
    report = arguments.out / "fills.json"
    write_report(report, ["fills", *given], weights, summary(rows), photographs=rows)
    save_grid(arguments.out / "fills.png", pictures, ("photograph", "mask", "Telea", "Inlay"))


def find_places(folder: Path, size: int, seed: int) -> Iterator[Place]:
    """The place of every photograph that has one."""
    mask = torch.zeros(1, 1, size, size)
    edge = round(size * (1 - HOLE) / 2)
    mask[..., edge : size - edge, edge : size - edge] = 1
    for path in sorted(p for p in folder.iterdir() if p.suffix in ENDINGS):
        stream = CropStream(path, size, torch.Generator().manual_seed(seed))
        crops = (stream.batch(1) for _ in range(TRIES))
        found = next((image for image in crops if is_texture(image, mask)), None)
        if found is not None:
            yield Place(path.stem, found, mask)


def is_texture(image: Tensor, mask: Tensor) -> bool:
    """Whether a photograph goes on through the hole as it is around it."""
    ratio = roughness_ratio(image, mask).item()
    rough = ring_energy(image, mask).item() >= LEAST_ENERGY
    return rough and 0.7 <= ratio <= 1.4 and colour_distance(image, mask).item() < 5


def measure(
    inpainter: Inpainter, places: list[Place], steps: int, seed: int
) -> tuple[dict[str, dict[str, float]], list[list[Tensor]]]:
    """Figures and pictures of every place: photograph, masked, OpenCV's fill, ours."""
    rows, pictures = {}, []
    for place in tqdm(places, desc="photographs"):
        image, mask = place.image, place.mask
        settings = FillSettings(seeds=[seed], steps=steps)
        filled = inpainter.fill(image, mask, settings, lambda _done, _total: None)
        ours = delivered(inpainter, filled, image, mask, seed)
        classical = telea(image, mask)
        rows[place.name] = {
            "roughness": roughness_ratio(ours, mask).item(),
            "roughness Telea": roughness_ratio(classical, mask).item(),
            "colour": colour_distance(ours, mask).item(),
            "colour Telea": colour_distance(classical, mask).item(),
        }
        pictures.append([image, image * (1 - mask) + mask, classical, ours])
    return rows, pictures


def summary(rows: dict[str, dict[str, float]]) -> dict[str, float]:
    """The shares that hold, over the photographs."""

    def share(holds: list[bool]) -> float:
        return sum(holds) / max(len(holds), 1)

    values = list(rows.values())
    off = [[abs(np.log(row[key])) for row in values] for key in ("roughness", "roughness Telea")]
    return {
        "photographs": float(len(values)),
        "share of fills with roughness 0.5 to 2": share(
            [0.5 <= row["roughness"] <= 2 for row in values]
        ),
        "share of fills within 8 of the ring's colour": share(
            [row["colour"] < 8 for row in values]
        ),
        "share of fills whose roughness is nearer to the ring's than Telea's": share(
            [ours < other for ours, other in zip(*off, strict=True)]
        ),
    }


def telea(image: Tensor, mask: Tensor) -> Tensor:
    """OpenCV's fill (Telea 2004) of a picture (1, 3, H, W) in [-1, 1]; ImportError with the remedy without OpenCV."""
    try:
        import cv2
    except ImportError as error:
        raise ImportError(
            "The comparison needs OpenCV: pip install opencv-python-headless"
        ) from error
    pixels = np.asarray(to_image(image))
    hole = (mask[0, 0].numpy() * 255).astype(np.uint8)
    filled = cv2.inpaint(pixels, hole, RADIUS, cv2.INPAINT_TELEA)
    return to_tensor(filled)

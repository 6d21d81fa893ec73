"""Compares decoding around the hole with decoding in full: `python -m inlay.evaluate windows`.

Crops of held-out photographs with holes of any kind and with one box of 15 %, sampled and decoded in every way from the
same latents. Counts the work at Stable Diffusion's size. Writes `results/windows.json`, and a grid of the edited region
decoded in full, around the hole, and of their difference, twenty times as strong.
"""

import statistics
import time
from collections.abc import Iterator

import torch
from torch import Tensor
from tqdm import tqdm

from inlay.bench.flops import count_tflop, windowed_tflop
from inlay.bench.holes import middle_hole
from inlay.bench.sizes import SIZES
from inlay.decode_way import DECODE_WAYS
from inlay.grid import save_grid
from inlay.inpainter import Inpainter
from inlay.metrics.seam import seam
from inlay.reports.examples import Example, draw
from inlay.reports.report import report_parser, write_report

SHARE = 0.15
LEVEL = 127.5
"""Levels of 255 to one on [-1, 1]."""
GRID_ROWS = 6


def main(given: list[str]) -> None:
    """Reads the command line, measures, and prints the table."""
    parser = report_parser(__doc__)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args(given)
    inpainter = Inpainter.load(arguments.profile, torch.device("cpu"))
    rows: list[dict[str, object]] = []
    shown: list[list[Tensor]] = []
    examples = draw(arguments.pictures, inpainter.native_size, arguments.count, arguments.seed)
    for kind, image, mask, seed in tqdm(list(cases(examples, arguments.seed)), desc="crops"):
        row, full, trimmed = measure(inpainter, image, mask, seed, arguments.steps)
        rows.append({"holes": kind, **row})
        if kind == "box":
            difference = ((trimmed - full) * mask * 20).clamp(-1, 1)
            shown.append([joined(one, image, mask) for one in (full, trimmed)] + [difference])
    figures = work() | summary(rows)
    weights = list(arguments.profile.glob("*.safetensors"))
    write_report(arguments.out / "windows.json", ["windows", *given], weights, figures, crops=rows)
    titles = ("in full", "around the hole", "difference x 20")
    step = max(1, len(shown) // GRID_ROWS)
    save_grid(arguments.out / "windows.png", shown[::step][:GRID_ROWS], titles)


def cases(examples: list[Example], seed: int) -> Iterator[tuple[str, Tensor, Tensor, int]]:
    """Every crop with its own hole, and with one box at a place that is drawn."""
    generator = torch.Generator().manual_seed(seed)
    for example in examples:
        size = example.mask.shape[-1]
        side = round(size * SHARE**0.5)
        yield "any", example.image, example.mask, example.seed
        box = torch.zeros_like(example.mask)
        top, left = torch.randint(0, size - side + 1, (2,), generator=generator).tolist()
        box[..., top : top + side, left : left + side] = 1
        yield "box", example.image, box, example.seed


@torch.inference_mode()
def measure(
    inpainter: Inpainter, image: Tensor, mask: Tensor, seed: int, steps: int
) -> tuple[dict[str, float], Tensor, Tensor]:
    """Figures of one crop by way, and its decodes in full and trimmed."""
    latents = inpainter.sample(image, mask, [seed], steps)
    figures: dict[str, float] = {"share": mask.mean().item()}
    decodes: dict[str, Tensor] = {}
    for way in DECODE_WAYS:
        started = time.process_time()
        decoded = inpainter.autoencoder.decode(latents, image, mask, way=way).clamp(-1, 1)
        figures[f"seconds, {way}"] = time.process_time() - started
        figures[f"seam, {way}"] = seam(joined(decoded, image, mask), mask).item()
        decodes[way] = decoded
        if way != "exact":
            apart = ((decoded - decodes["exact"]).abs() * mask).sum() / (3 * mask.sum())
            figures[f"levels from exact, {way}"] = LEVEL * apart.item()
    return figures, decodes["exact"], decodes["trimmed"]


def joined(decoded: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """The picture as it is delivered: what is kept, and what was decoded in the hole."""
    return torch.where(mask.bool(), decoded, image)


def work() -> dict[str, float]:
    """TFLOP of a decode of 512 px at Stable Diffusion's size, with a box of 15 %."""
    size = SIZES["full"]
    counted, hole = count_tflop(size), middle_hole(size.side, SHARE)
    return {
        "TFLOP of x1.5, exact": counted["decode x1.5"],
        "TFLOP of x1.5, trimmed": windowed_tflop(size, hole, "trimmed"),
        "TFLOP of x1.5, bucketed": windowed_tflop(size, hole, "bucketed"),
        "TFLOP of the plain decoder": counted["decode plain"],
    }


def summary(rows: list[dict[str, object]]) -> dict[str, float]:
    """Means over the crops, by kind of holes; of seconds the median."""
    figures: dict[str, float] = {}
    for kind in ("any", "box"):
        chosen = [row for row in rows if row["holes"] == kind]
        for name in (name for name in chosen[0] if name not in ("holes", "share")):
            values = [row[name] for row in chosen if row[name] == row[name]]
            middle = statistics.median if name.startswith("seconds") else statistics.fmean
            figures[f"{name}, {kind} holes"] = middle(values)
            if name.startswith("levels"):
                figures[f"{name}, {kind} holes, the most"] = max(values)
    return figures

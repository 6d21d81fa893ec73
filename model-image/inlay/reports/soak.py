"""Watches the container's memory over many edits: `python -m inlay.evaluate soak`.

The real coglet serves the profile to an edge on loopback; after each edit the resident memory of server and worker is
read. With `--slots` so many edits run side by side. Writes `results/soak.json` and `results/soak.png`.
"""

import argparse
import io
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from inlay.loss_plot import plot_rows
from inlay.reports.coglet import Coglet, serve_coglet
from inlay.reports.loopback import LoopbackEdge, serve_edge
from inlay.reports.report import write_report

OUTCOME_SECONDS = 120


def main(given: list[str]) -> None:
    """Runs the edits, so many at a time as there are slots."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--profile", type=Path, default=Path("weights/tiny"))
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument(
        "--side",
        type=int,
        default=256,
        help="pixels of the pictures' sides: from half to twice this",
    )
    parser.add_argument("--slots", type=int, default=1, help="edits that run side by side")
    parser.add_argument("--out", type=Path, default=Path("results"))
    arguments = parser.parse_args(given)
    room = {"COG_MAX_CONCURRENCY": str(arguments.slots)}
    with (
        serve_edge() as edge,
        serve_coglet(edge.origin, str(arguments.profile.resolve()), **room) as server,
        ThreadPoolExecutor(arguments.slots) as threads,
    ):
        megabytes = [server.megabytes()]

        def run_next(number: int) -> float:
            run_one(edge, server, number, arguments.steps, arguments.side)
            return server.megabytes()

        done = threads.map(run_next, range(arguments.edits))
        megabytes += list(tqdm(done, total=arguments.edits, desc="edits"))
    weights = list(arguments.profile.glob("*.safetensors"))
    report = arguments.out / "soak.json"
    write_report(report, ["soak", *given], weights, growth(megabytes), megabytes=megabytes)
    rows = list(enumerate(megabytes))
    plot_rows(rows, report.with_suffix(".png"), "resident memory (MB) by edit")


def run_one(edge: LoopbackEdge, server: Coglet, number: int, steps: int, side: int) -> None:
    """One edit of a picture of its own size, with one to four outputs; RuntimeError if it fails."""
    random = np.random.default_rng(number)
    width, height = (int(length) for length in random.integers(side // 2, 2 * side, 2))
    mask = np.zeros((height, width), np.uint8)
    mask[height // 3 : height // 2, width // 4 : width // 2] = 255
    own = f"/{number}"
    edge.files[f"{own}/image"] = png(random.integers(0, 256, (height, width, 3), np.uint8))
    edge.files[f"{own}/mask"] = png(mask)
    n = 1 + number % 4
    values = {
        "image_url": edge.url(f"{own}/image"),
        "mask_url": edge.url(f"{own}/mask"),
        "output_urls": [edge.url(f"{own}/out/{index}") for index in range(n)],
        "manifest_url": edge.url(f"{own}/manifest"),
        "preview_url": edge.url(f"{own}/preview"),
        "edit": f"edit_{number}",
        "attempt": 1,
        "seed": number,
        "n": n,
        "steps": steps,
        "output_format": ("png", "webp", "jpeg")[number % 3],
    }
    body = {
        "input": values,
        "webhook": edge.url("/callback"),
        "webhook_events_filter": ["completed"],
    }
    deadline = time.monotonic() + OUTCOME_SECONDS
    # The room of the edit before is free a moment after its callback.
    while (status := server.ask("PUT", f"/predictions/soak-{number}", body)[0]) == 409:
        time.sleep(0.02)
    ends: list[dict[str, object]] = []
    while status == 202 and not ends and time.monotonic() < deadline:
        time.sleep(0.02)
        ends = [call for call in list(edge.callbacks) if call["id"] == f"soak-{number}"]
    if not ends or ends[0].get("output") != "succeeded":
        raise RuntimeError(f"edit {number} was answered {status} and ended as {ends}")
    for path in [path for path in (*edge.files, *edge.stored) if path.startswith(f"{own}/")]:
        edge.files.pop(path, None)
        edge.stored.pop(path, None)


def png(samples: np.ndarray) -> bytes:
    """A picture's file."""
    buffer = io.BytesIO()
    Image.fromarray(samples).save(buffer, "PNG")
    return buffer.getvalue()


def growth(megabytes: list[float]) -> dict[str, float]:
    """What memory does once the first quarter of the edits has warmed it up; the first reading is before any edit."""
    settled = megabytes[max(1, len(megabytes) // 4) :]
    tenth = max(1, len(settled) // 10)
    slope = np.polyfit(range(len(settled)), settled, 1)[0] if len(settled) > 1 else 0.0
    return {
        "resident memory before the first edit (MB)": megabytes[0],
        "after a quarter of the edits, median of a tenth (MB)": statistics.median(settled[:tenth]),
        "at the end, median of a tenth (MB)": statistics.median(settled[-tenth:]),
        "the most (MB)": max(megabytes),
        "growth after the first quarter (MB per 100 edits)": float(100 * slope),
    }

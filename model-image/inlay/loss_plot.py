"""A run's losses as a picture, or another quantity that is read at every step."""

import csv
import itertools
from pathlib import Path

from inlay.chart import Chart


def plot_losses(log: Path, target: Path) -> None:
    """Draws a loss log (step, loss) as a PNG."""
    with log.open(newline="") as file:
        rows = [(int(step), float(loss)) for step, loss in csv.reader(file)]
    if len(rows) > 1:
        plot_rows(rows, target)


def plot_rows(rows: list[tuple[int, float]], target: Path, name: str = "loss") -> None:
    """Draws (step, value) as a PNG: every step faint, a running mean over a fiftieth of the run on top."""
    steps, losses = zip(*rows, strict=True)
    window = max(1, len(losses) // 50)
    sums = [0.0, *itertools.accumulate(losses)]
    smooth = [
        (sums[end] - sums[max(0, end - window)]) / min(end, window) for end in range(1, len(sums))
    ]
    top = sorted(losses)[int(0.99 * (len(losses) - 1))] * 1.05 or 1.0
    span = max(steps[-1] - steps[0], 1)
    chart = Chart()

    def place(step: int, loss: float) -> tuple[float, float]:
        return chart.place((step - steps[0]) / span, min(loss / top, 1.0))

    chart.draw.line([place(*row) for row in rows], fill="#cfd8e6")
    chart.draw.line(
        [place(*row) for row in zip(steps, smooth, strict=True)], fill="#1f4e9c", width=2
    )
    chart.above(f"{name}, last {smooth[-1]:.4f}")
    chart.beside(f"{top:.3g}", 1.0)
    chart.below(f"step {steps[0]} to {steps[-1]}")
    chart.image.save(target)

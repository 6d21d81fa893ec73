"""What 1,000 edits cost, at the prices of `data/gpu_prices.json`."""

import json
from dataclasses import dataclass
from pathlib import Path

PRICES = Path(__file__).parent.parent.parent / "data" / "gpu_prices.json"
EDITS = 1000


@dataclass(frozen=True)
class GpuPrice:
    """What a second of a GPU costs, and what it could do in one at best."""

    name: str
    matches: str
    """A part of the name by which CUDA calls it."""
    dollars_per_second: float
    peak_tflops: float
    """Dense half precision, by the maker's data sheet."""


def read_prices() -> list[GpuPrice]:
    """The table."""
    return [GpuPrice(**row) for row in json.loads(PRICES.read_text())["gpus"]]


def cost_rows(tflop: float, seconds: float | None, device_name: str) -> list[dict[str, object]]:
    """Dollars for 1,000 edits, by GPU: the floor, at its peak throughput, and what was measured, if it was on that GPU.

    `tflop` is an edit's work; `seconds` its measured time on `device_name`.
    """
    return [
        {
            "gpu": price.name,
            "dollars per second": price.dollars_per_second,
            "floor": EDITS * tflop / price.peak_tflops * price.dollars_per_second,
            "measured": None
            if seconds is None or price.matches not in device_name
            else EDITS * seconds * price.dollars_per_second,
        }
        for price in read_prices()
    ]

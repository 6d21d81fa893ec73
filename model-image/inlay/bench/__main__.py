"""Times whole edits beside diffusers' pipeline, with the same random weights: `python -m inlay.bench`.

The clock runs from the decoded picture in host memory to the composite in host memory, warm. Writes NAME.json and
NAME.png.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from inlay.bench.clock import take_turns
from inlay.bench.contender import Contender, contenders, make_edit
from inlay.bench.cost import cost_rows
from inlay.bench.flops import count_tflop
from inlay.bench.networks import make_networks
from inlay.bench.parts import measure_parts
from inlay.bench.plot import plot_bench
from inlay.bench.report import compare, describe_machine, device_name, print_report
from inlay.bench.sizes import SIZES, BenchSize

SHARES = (0.05, 0.15, 0.3, 0.6, 1.0)
BATCHES = (1, 4, 8)
USUAL = 0.3
"""The mask's share where it is not what is varied."""


def main(given: list[str] | None = None) -> None:
    """Reads the command line, measures, prints and writes."""
    on_gpu = torch.cuda.is_available()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", choices=sorted(SIZES), default="full" if on_gpu else "small")
    parser.add_argument("--device", default="cuda" if on_gpu else "cpu")
    parser.add_argument("--dtype", choices=["float16", "bfloat16", "float32"], default=None)
    parser.add_argument("--rounds", type=int, default=7, help="of each mask and each batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("results"))
    parser.add_argument("--name", default=None, help="of the files; bench-DEVICE-SIZE else")
    arguments = parser.parse_args(given)
    device = torch.device(arguments.device)
    dtype = getattr(torch, arguments.dtype or ("float16" if device.type == "cuda" else "float32"))
    size = SIZES[arguments.size]
    networks = make_networks(size, arguments.seed).to(device, dtype)
    sides = contenders(networks, size)
    report = {
        "machine": describe_machine(device, dtype),
        "size": arguments.size,
        **measure(sides, size, device, arguments.rounds),
    }
    seconds = report["batches"][0]["seconds"][sides[0].name]
    tflop = report["tflop"] = count_tflop(size)
    whole = next(value for name, value in tflop.items() if name.startswith("edit x1.5"))
    report["cost"] = cost_rows(whole, seconds, device_name(device))
    print_report(report)
    name = arguments.name or f"bench-{device.type}-{arguments.size}"
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
    # A processor is shared with other work; a GPU's clock is its own.
    kind = "ratios" if device.type == "cuda" else "processor ratios"
    plot_bench(report, kind, arguments.out / f"{name}.png")
    print(f"\n{arguments.out / name}.json and .png")


def measure(
    sides: list[Contender], size: BenchSize, device: torch.device, rounds: int
) -> dict[str, Any]:
    """Times by mask, by batch and by part."""
    total = len(sides) * (1 + (len(SHARES) + 1 + len(BATCHES)) * rounds)
    numbers = iter(range(1, total + 1))

    def edits(share: float, count: int, repeats: int) -> list:
        return [make_edit(size, share, count, next(numbers)) for _ in range(repeats)]

    with tqdm(total=total, desc="edits", unit="edit") as bar:
        take_turns(sides, edits(USUAL, 1, 1), device, bar.update)
        masks = [
            {"share": share}
            | compare(take_turns(sides, edits(share, 1, rounds), device, bar.update), sides[0].name)
            for share in SHARES
        ]
        # Before the batches: what they leave in the allocator would show as every part's memory.
        parts = measure_parts(sides, edits(USUAL, 1, rounds), device, bar.update)
        batches = [
            {"count": count}
            | compare(
                take_turns(sides, edits(USUAL, count, rounds), device, bar.update), sides[0].name
            )
            for count in BATCHES
        ]
    return {"masks": masks, "batches": batches, "parts": parts}


if __name__ == "__main__":
    main()

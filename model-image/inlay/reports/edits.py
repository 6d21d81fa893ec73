"""Times whole edits with a box of 15 % beside diffusers' pipeline: `python -m inlay.evaluate edits --size full`.

Random weights, shared by all: ours with the decoder x1.5 around the hole alone, diffusers' with x1.5, and diffusers'
with the plain autoencoder. Once with 20 steps and guidance, once with 4 and none, as the distilled mode samples. In
turns, the clock from the decoded picture in memory to the composite. Writes `results/edits-DEVICE-SIZE.json`.
"""

import argparse
import json
import statistics
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from inlay.bench.clock import take_turns
from inlay.bench.contender import Contender, Edit, contenders, make_edit
from inlay.bench.networks import make_networks
from inlay.bench.report import compare, describe_machine, ratio_line
from inlay.bench.sizes import SIZES, BenchSize

SHARE = 0.15


@dataclass(frozen=True)
class Sampling:
    """How an edit is sampled, and how many rounds of it are taken in one of the longest."""

    name: str
    steps: int
    guidance: float
    rounds: int


SAMPLINGS = (
    Sampling("20 steps with guidance", 20, 7.5, 1),
    Sampling("4 steps without", 4, 1.0, 3),
)


def main(given: list[str]) -> None:
    """Reads the command line, measures, prints and writes."""
    on_gpu = torch.cuda.is_available()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", choices=sorted(SIZES), default="full" if on_gpu else "small")
    parser.add_argument("--side", type=int, default=None, help="of the picture in pixels")
    parser.add_argument("--device", default="cuda" if on_gpu else "cpu")
    parser.add_argument("--dtype", choices=["float16", "bfloat16", "float32"], default=None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("results"))
    arguments = parser.parse_args(given)
    device = torch.device(arguments.device)
    dtype = getattr(torch, arguments.dtype or ("float16" if device.type == "cuda" else "float32"))
    size = SIZES[arguments.size]
    size = replace(size, side=arguments.side or size.side)
    networks = make_networks(size, arguments.seed).to(device, dtype)
    report = {
        "machine": describe_machine(device, dtype),
        "size": arguments.size,
        "side": size.side,
        "share": SHARE,
        "edits": measure(contenders(networks, size), size, device, arguments.rounds),
    }
    for row in report["edits"]:
        for kind in ("ratios", "processor ratios"):
            print(f"{row['name']}, {kind}: {ratio_line(row, kind)}")
    target = arguments.out / f"edits-{device.type}-{arguments.size}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n")


def measure(
    sides: list[Contender], size: BenchSize, device: torch.device, rounds: int
) -> list[dict[str, Any]]:
    """Seconds and ratios by sampling; each edit has a prompt of its own, and one of a single step goes before."""
    total = 1 + rounds * sum(sampling.rounds for sampling in SAMPLINGS)
    numbers = iter(range(1, total + 1))

    def edits(steps: int, guidance: float, count: int) -> list[Edit]:
        made = [make_edit(size, SHARE, 1, next(numbers)) for _ in range(count)]
        return [
            replace(one, settings=replace(one.settings, steps=steps, guidance=guidance))
            for one in made
        ]

    rows = []
    with tqdm(total=len(sides) * total, unit="edit") as bar:
        take_turns(sides, edits(1, 1.0, 1), device, bar.update)
        for sampling in SAMPLINGS:
            given = edits(sampling.steps, sampling.guidance, rounds * sampling.rounds)
            timed = take_turns(sides, given, device, bar.update)
            processor = {n: statistics.median(s) for n, s in timed.processor.items()}
            rows.append(
                asdict(sampling) | compare(timed, sides[0].name) | {"processor seconds": processor}
            )
    return rows

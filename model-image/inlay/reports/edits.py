"""Times whole edits with a box of 15 % beside diffusers' pipeline: `python -m inlay.evaluate edits --size full`.

Random weights, shared by all: ours with the decoder x1.5 around the hole alone, diffusers' with x1.5, and with the plain
autoencoder. Once with 20 steps and guidance, once with 4 and none, as the distilled mode samples. In turns, the clock
from the decoded picture in memory to the composite. Writes `results/edits-DEVICE-SIZE.json`.
"""

import argparse
import json
from dataclasses import replace
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
SAMPLINGS = {"20 steps with guidance": (20, 7.5), "4 steps without": (4, 1.0)}
"""Steps and guidance."""


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
            print(f"{row['sampling']}, {kind}: {ratio_line(row, kind)}")
    target = arguments.out / f"edits-{device.type}-{arguments.size}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n")


def measure(
    sides: list[Contender], size: BenchSize, device: torch.device, rounds: int
) -> list[dict[str, Any]]:
    """Seconds and ratios by sampling; each edit has a prompt of its own, and one of a single step goes before."""
    numbers = iter(range(1, 2 + len(SAMPLINGS) * rounds))

    def edit(steps: int, guidance: float) -> Edit:
        made = make_edit(size, SHARE, 1, next(numbers))
        return replace(made, settings=replace(made.settings, steps=steps, guidance=guidance))

    with tqdm(total=len(sides) * (1 + len(SAMPLINGS) * rounds), unit="edit") as bar:
        take_turns(sides, [edit(1, 1.0)], device, bar.update)
        return [
            {"sampling": name, "steps": steps, "guidance": guidance}
            | compare(
                take_turns(
                    sides, [edit(steps, guidance) for _ in range(rounds)], device, bar.update
                ),
                sides[0].name,
            )
            for name, (steps, guidance) in SAMPLINGS.items()
        ]

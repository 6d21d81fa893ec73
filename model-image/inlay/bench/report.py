"""A benchmark's figures as they are printed and written."""

import platform
import statistics
from pathlib import Path
from typing import Any

import diffusers
import torch

from inlay.bench.clock import Rounds, Timed, ratio
from inlay.reports.report import commit

CPU_INFO = Path("/proc/cpuinfo")


def describe_machine(device: torch.device, dtype: torch.dtype) -> dict[str, str]:
    """What the figures belong to."""
    return {
        "device": device_name(device),
        "threads": str(torch.get_num_threads()),
        "dtype": str(dtype).removeprefix("torch."),
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
        "commit": commit(),
    }


def device_name(device: torch.device) -> str:
    """The GPU's name, or the processor's."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    lines = CPU_INFO.read_text().splitlines() if CPU_INFO.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def compare(timed: Timed, ours: str) -> dict[str, Any]:
    """Median seconds of all, and our seconds over each other's."""

    def over_theirs(rounds: Rounds) -> dict[str, dict[str, float]]:
        return {name: ratio(rounds, ours, name) for name in rounds if name != ours}

    return {
        "seconds": {name: statistics.median(rounds) for name, rounds in timed.wall.items()},
        "ratios": over_theirs(timed.wall),
        "processor ratios": over_theirs(timed.processor),
        "rounds": len(timed.wall[ours]),
    }


def print_report(report: dict[str, Any]) -> None:
    """The tables of a benchmark."""
    print(", ".join(report["machine"].values()))
    for kind, what in (("ratios", "seconds"), ("processor ratios", "processor's seconds")):
        print(f"\nour {what} over theirs, median of rounds (least to most); below 1 we are faster")
        for row in report["masks"]:
            print(f"  mask {row['share']:4.0%}  {ratio_line(row, kind)}")
        for row in report["batches"]:
            print(f"  batch {row['count']:2}   {ratio_line(row, kind)}")
    print("\nmilliseconds (peak MB) by part, one edit, mask 30 %")
    names = list(next(iter(report["parts"].values())))
    for part in names:
        cells = (
            f"{name} {1000 * side[part]['seconds']:8.1f} ({side[part]['megabytes']:.0f})"
            for name, side in report["parts"].items()
        )
        print(f"  {part:12} {'   '.join(cells)}")
    print("\nTFLOP, counted")
    for name, tflop in report["tflop"].items():
        print(f"  {name:36} {tflop:.4f}")
    print("\ndollars for 1,000 edits: the floor at the GPU's peak, and what was measured on it")
    for row in report["cost"]:
        measured = "not run on it" if row["measured"] is None else f"{row['measured']:.3f}"
        print(f"  {row['gpu']:12} floor {row['floor']:.4f}   measured {measured}")


def ratio_line(row: dict[str, Any], kind: str) -> str:
    """One comparison with every rival."""
    cells = (
        f"{name} {over['median']:.3f} ({over['least']:.2f} to {over['most']:.2f})"
        for name, over in row[kind].items()
    )
    if kind != "ratios":
        return "   ".join(cells)
    seconds = ", ".join(f"{name} {value:.3f} s" for name, value in row["seconds"].items())
    return f"{'   '.join(cells)}   [{seconds}]"

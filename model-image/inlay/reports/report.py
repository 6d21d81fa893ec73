"""A report on disk: what was run, on which weights, and what it measured."""

import argparse
import json
import platform
import shlex
import subprocess
from pathlib import Path
from typing import Any

import torch

from inlay.checkpoint import sha256_of


def report_parser(doc: str | None) -> argparse.ArgumentParser:
    """The arguments of every report on held-out pictures; `doc` is its module's docstring."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0] if doc else None)
    parser.add_argument("--profile", type=Path, default=Path("weights/tiny"))
    parser.add_argument("--pictures", type=Path, default=Path("data/held_out"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("results"))
    return parser


def write_report(
    path: Path, command: list[str], weights: list[Path], figures: dict[str, float], **more: Any
) -> None:
    """Writes a report as JSON and prints its figures; `command` is what follows `python -m inlay.evaluate`."""
    report = {
        "command": shlex.join(["python", "-m", "inlay.evaluate", *command]),
        "commit": commit(),
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "weights": {weight.name: sha256_of(weight) for weight in sorted(weights)},
        "figures": figures,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report | more, indent=2, default=str) + "\n")
    for name, value in figures.items():
        print(f"{name:64} {value:.6g}")


def commit() -> str:
    """The commit that is checked out, with a mark where files differ from it; empty outside a repository."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return described.stdout.strip()

"""Seconds of edits, taken in turns: a machine that slows down slows all down alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from inlay.bench.contender import Contender, Edit

Rounds = dict[str, list[float]]
"""Seconds of each round, by contender; round i of all was run one after the other."""


@dataclass(frozen=True)
class Timed:
    """What the clock on the wall says, and how long this process had a processor meanwhile.

    Where other work shares the machine, the second is the steadier; on a GPU it is the time that Python takes.
    """

    wall: Rounds
    processor: Rounds


def ratio(rounds: Rounds, name: str, other: str) -> dict[str, float]:
    """How many times as long one takes as the other: median, least and most of the rounds' ratios."""
    ratios = [a / b for a, b in zip(rounds[name], rounds[other], strict=True)]
    return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}


def take_turns(
    sides: list[Contender],
    edits: list[Edit],
    device: torch.device,
    on_edit: Callable[[], None],
) -> Timed:
    """Every contender does each of the edits; in every other round they go in the opposite order."""
    timed = Timed({side.name: [] for side in sides}, {side.name: [] for side in sides})
    for number, edit in enumerate(edits):
        for side in sides if number % 2 == 0 else reversed(sides):
            synchronise(device)
            wall, processor = time.perf_counter(), time.process_time()
            side.edit(edit)
            synchronise(device)
            timed.wall[side.name].append(time.perf_counter() - wall)
            timed.processor[side.name].append(time.process_time() - processor)
            on_edit()
    return timed


def synchronise(device: torch.device) -> None:
    """Waits for what was given to a GPU."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)

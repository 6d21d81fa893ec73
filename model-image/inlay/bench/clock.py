"""Seconds of edits, taken in turns: a machine that slows down slows all down alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from inlay.bench.contender import Contender, Edit


@dataclass(frozen=True)
class Timed:
    """Seconds of each round, by contender; round i of all was run one after the other."""

    seconds: dict[str, list[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, other: str) -> dict[str, float]:
        """How many times as long one takes as the other: median, least and most of the rounds' ratios."""
        ratios = [a / b for a, b in zip(self.seconds[name], self.seconds[other], strict=True)]
        return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}


def take_turns(
    sides: list[Contender],
    edits: list[Edit],
    device: torch.device,
    on_edit: Callable[[], None],
) -> Timed:
    """Every contender does each of the edits; in every other round they go in the opposite order."""
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    for number, edit in enumerate(edits):
        for side in sides if number % 2 == 0 else reversed(sides):
            seconds[side.name].append(
                seconds_of(lambda side=side, edit=edit: side.edit(edit), device)
            )
            on_edit()
    return Timed(seconds)


def seconds_of(work: Callable[[], object], device: torch.device) -> float:
    """Seconds until the work is done, on the device too."""
    synchronise(device)
    started = time.perf_counter()
    work()
    synchronise(device)
    return time.perf_counter() - started


def synchronise(device: torch.device) -> None:
    """Waits for what was given to a GPU."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)

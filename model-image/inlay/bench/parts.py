"""Where an edit's time and memory go, part by part."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn

from inlay.bench.clock import synchronise
from inlay.bench.contender import Contender, Edit
from inlay.bench.loopback import Loopback
from inlay.bench.memory import forget_peak, peak_megabytes
from inlay.pixels import encode_picture

PARTS = ("text", "encode", "UNet", "decode", "paste", "other", "encode file", "upload")
"""`paste` is what follows the decode, up to the composite; `other` is what lies between the parts."""


@dataclass
class PartMeter:
    """Seconds and peak memory by part."""

    device: torch.device
    seconds: dict[str, float] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    ended: float = 0.0
    """When the last part ended, in seconds of the clock."""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Books what is done within on a part."""
        forget_peak(self.device)
        synchronise(self.device)
        started = time.perf_counter()
        yield
        synchronise(self.device)
        self.ended = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + self.ended - started
        self.megabytes[name] = max(self.megabytes.get(name, 0.0), peak_megabytes(self.device))
        self.calls[name] = self.calls.get(name, 0) + 1

    @contextmanager
    def watch(self, modules: dict[str, nn.Module]) -> Iterator[None]:
        """Books every run through one of the modules on its part."""
        hooks = []
        for name, module in modules.items():
            open_parts: list[object] = []

            def before(*_: object, name: str = name, open_parts: list = open_parts) -> None:
                entered = self.part(name)
                entered.__enter__()
                open_parts.append(entered)

            def after(*_: object, open_parts: list = open_parts) -> None:
                open_parts.pop().__exit__(None, None, None)

            hooks += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()


def measure_parts(
    sides: list[Contender], edits: list[Edit], device: torch.device, on_edit: Callable[[], None]
) -> dict[str, dict[str, dict[str, float]]]:
    """Seconds, MB and calls by side and part, taken in turns: the median of the edits' seconds, the most of the rest.

    The file is a PNG, and it is uploaded to a server on loopback.
    """
    meters: dict[str, list[PartMeter]] = {side.name: [] for side in sides}
    with Loopback() as server:
        for edit in edits:
            for side in sides:
                meters[side.name].append(measure_edit(side, edit, device, server))
                on_edit()
    return {
        name: {part: summarise(measured, part) for part in PARTS}
        for name, measured in meters.items()
    }


def measure_edit(side: Contender, edit: Edit, device: torch.device, server: Loopback) -> PartMeter:
    """One edit and what becomes of its pictures."""
    meter = PartMeter(device)
    synchronise(device)
    started = time.perf_counter()
    with meter.watch(side.parts()):
        pictures = side.edit(edit)
    synchronise(device)
    done = time.perf_counter()
    meter.seconds["paste"] = done - meter.ended
    meter.seconds["other"] = done - started - sum(meter.seconds.values())
    with meter.part("encode file"):
        files = [encode_picture(edit.picture, one, "png") for one in pictures]
    with meter.part("upload"):
        for body, content_type in files:
            server.take(body, content_type)
    return meter


def summarise(meters: list[PartMeter], name: str) -> dict[str, float]:
    """One part over all edits."""
    return {
        "seconds": statistics.median(meter.seconds.get(name, 0.0) for meter in meters),
        "megabytes": max(meter.megabytes.get(name, 0.0) for meter in meters),
        "calls": max(meter.calls.get(name, 0) for meter in meters),
    }

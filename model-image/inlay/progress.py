"""Progress as coglet can carry it: lines on standard output, from the edit's own thread."""

import sys
import time
from collections.abc import Callable


class StepProgress:
    """Prints a line a step in tqdm's form, which Replicate's `parseProgressFromLogs` reads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()

    def __call__(self, done: int, total: int) -> None:
        elapsed = max(self._clock() - self._started, 1e-6)
        rate = done / elapsed
        left = (total - done) / rate
        filled = 10 * done // total
        bar = "#" * filled + " " * (10 - filled)
        print(
            f"{100 * done // total:3d}%|{bar}| {done}/{total} "
            f"[{span(elapsed)}<{span(left)}, {rate:.2f}it/s]",
            flush=True,
            file=sys.stdout,
        )


def span(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"

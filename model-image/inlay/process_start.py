"""When a process began, by the clock that this one measures with."""

import os
import time
from pathlib import Path

STARTED = 19
"""Which of the fields after its name holds a process's start (proc(5): `starttime`, the 22nd), in ticks since boot."""


def process_start(pid: int) -> float:
    """The seconds of `time.monotonic` at which a process began, to a hundredth; now where the system does not say."""
    now = time.monotonic()
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[STARTED])
    except OSError:
        return now
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return now - max(0.0, age)

"""How long a container takes until its first edit is done, by part: two JSON lines in its log."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from inlay.process_start import process_start

Milliseconds = dict[str, float]


class SetupLog:
    """Milliseconds by component and part. Parts of components that load side by side overlap; the total does not."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, started: float | None = None
    ) -> None:
        """The total counts from `started`, a time of the clock; from now without one."""
        self._clock = clock
        self._started = clock() if started is None else started
        self._total = 0.0
        self._edited = False
        self.parts: dict[str, Milliseconds] = {}

    @classmethod
    def of_worker(cls) -> "SetupLog":
        """From the start of the server, whose worker this process is.

        What came before now is booked: `server` until it started the worker, `import` until the worker's code is there.
        """
        server, worker = process_start(os.getppid()), process_start(os.getpid())
        log = cls(started=server)
        log.book("server", "start_ms", worker - server)
        log.book("import", "worker_ms", time.monotonic() - worker)
        return log

    @contextmanager
    def part(self, component: str, part: str) -> Iterator[None]:
        """Books what happens inside."""
        started = self._clock()
        yield
        self.book(component, part, self._clock() - started)

    def book(self, component: str, part: str, seconds: float) -> None:
        """Adds seconds to a part."""
        booked = self.parts.setdefault(component, {})
        booked[part] = round(booked.get(part, 0.0) + 1000 * seconds, 1)

    def line(self, **facts: object) -> str:
        """The first line: facts about what was set up, the parts, and the total."""
        self._total = round(1000 * (self._clock() - self._started), 1)
        return json.dumps({"event": "setup", **facts, "total_ms": self._total, "parts": self.parts})

    def first_edit(self, timings: Milliseconds) -> str | None:
        """The second line: the first edit's own timings, and with the set-up's their total, the wait between left out.

        None for every edit after it.
        """
        if self._edited:
            return None
        self._edited = True
        total = round(self._total + timings["total_ms"], 1)
        said = {"setup_ms": self._total, "edit": timings, "total_ms": total}
        return json.dumps({"event": "first_edit", **said})

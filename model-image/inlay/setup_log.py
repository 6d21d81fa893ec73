"""How long a container takes until it can serve, by part: one JSON line in its log."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class SetupLog:
    """Milliseconds by component and part. Parts of components that load side by side overlap; the total does not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self.parts: dict[str, dict[str, float]] = {}

    @contextmanager
    def part(self, component: str, part: str) -> Iterator[None]:
        """Books what happens inside."""
        started = self._clock()
        yield
        spent = round(1000 * (self._clock() - started), 1)
        booked = self.parts.setdefault(component, {})
        booked[part] = round(booked.get(part, 0.0) + spent, 1)

    def line(self, **facts: object) -> str:
        """The line: facts about what was set up, the parts, and the total."""
        total = round(1000 * (self._clock() - self._started), 1)
        return json.dumps({"event": "setup", **facts, "total_ms": total, "parts": self.parts})

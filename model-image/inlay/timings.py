"""Where an edit's time goes, by part."""

import time
from collections.abc import Callable


class Timings:
    """Milliseconds by part, as the manifest reports them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = self._last = clock()
        self.parts: dict[str, float] = {}

    def mark(self, part: str) -> None:
        """Books the time since the last mark on a part."""
        now = self._clock()
        self.parts[part] = self.parts.get(part, 0.0) + round(1000 * (now - self._last), 1)
        self._last = now

    def total(self) -> dict[str, float]:
        """All parts, and their total."""
        return {**self.parts, "total_ms": round(1000 * (self._clock() - self._started), 1)}

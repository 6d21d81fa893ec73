"""Work on the side of which only the newest counts."""

import sys
import threading
from collections.abc import Callable


class LatestJob:
    """Runs jobs on a thread of its own, one at a time; one that waits when the next is offered is dropped.

    A job that fails is told on standard error and forgotten. The thread starts with the first job.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: Callable[[], None] | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def offer(self, job: Callable[[], None]) -> None:
        """Takes a job in the place of the one that waits."""
        with self._changed:
            self._waiting = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Drops the job that waits, and ends the thread after the one that runs."""
        with self._changed:
            self._closed = True
            self._waiting = None
            self._changed.notify()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception as error:
                print(f"preview: {type(error).__name__}: {error}", file=sys.stderr, flush=True)

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while self._waiting is None and not self._closed:
                self._changed.wait()
            job, self._waiting = self._waiting, None
            return job

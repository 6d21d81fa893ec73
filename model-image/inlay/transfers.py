"""Downloads and uploads beside the work: pictures come together, and one is encoded while another goes out."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import TypeVar

from inlay.beside import Stop, never
from inlay.transport import EdgeClient

T = TypeVar("T")

THREADS = 4
LOOK_UP = 0.05
"""Seconds after which waiting looks up. Cancelling is an exception that the waiting thread meets between two of its
instructions: it must not wait in one of them for long."""


class Transfers:
    """The traffic of one edit; a context manager. Whoever leaves it by an outcome has nothing under way any more.

    Whoever leaves it because the edit is cancelled does not wait: what has not begun is dropped, and what has is left
    to end without anyone knowing of it, since no manifest follows.
    """

    def __init__(self, edge: EdgeClient, stop: Stop = never) -> None:
        self._edge = edge
        self._stop = stop
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="transfer")
        self._under_way: list[Future[object]] = []

    def __enter__(self) -> "Transfers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        if kind is None or issubclass(kind, Exception):
            self._settle()

    def download(self, url: str, max_bytes: int) -> Future[bytes]:
        """Begins a download, as `EdgeClient.download`."""
        return self._begin(lambda: self._edge.download(url, max_bytes))

    def result(self, future: Future[T]) -> T:
        """What came of it; raises what went wrong, or that the edit is cancelled."""
        while not future.done():
            self._stop()
            wait([future], LOOK_UP)
        return future.result()

    def finish(self) -> None:
        """Waits for everything; raises what went wrong first."""
        for future in self._under_way:
            self.result(future)

    def begin(self, work: Callable[[EdgeClient], T]) -> Future[T]:
        """Begins something that needs the edge; whether it goes well, `result` or `finish` says."""
        return self._begin(lambda: work(self._edge))

    def _begin(self, work: Callable[[], T]) -> Future[T]:
        future = self._pool.submit(work)
        self._under_way.append(future)
        return future

    def _settle(self) -> None:
        for future in self._under_way:
            while not future.done():
                wait([future], LOOK_UP)

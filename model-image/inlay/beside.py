"""An edit on a thread of its own, beside others: its task alone prints, and cancelling the task ends it."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from inlay.settings import OnStep

T = TypeVar("T")

Stop = Callable[[], None]
"""Raises asyncio.CancelledError once the edit is cancelled, and does nothing before."""


def never() -> None:
    """A Stop of what is not cancelled."""


async def beside(executor: Executor, work: Callable[[OnStep, Stop], T], progress: OnStep) -> T:
    """What `work` returns, run on a thread. It gets a function to call after each step, and one that stops it.

    Steps are told to `progress` by this task, in whose name coglet takes what is printed. When the task is cancelled
    `work` goes on until it next calls one of both.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[tuple[int, int] | None] = asyncio.Queue()
    cancelled = threading.Event()

    def stop() -> None:
        if cancelled.is_set():
            raise asyncio.CancelledError

    def on_step(done: int, total: int) -> None:
        stop()
        loop.call_soon_threadsafe(told.put_nowait, (done, total))

    context = contextvars.copy_context()
    running = loop.run_in_executor(executor, context.run, work, on_step, stop)
    running.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (step := await told.get()) is not None:
            progress(*step)
        return await running
    except asyncio.CancelledError:
        cancelled.set()
        raise

"""An edit on a thread of its own: its task hears of each step, and ends it."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from inlay.beside import beside

NAME = contextvars.ContextVar("name", default="nobody")


def run(work, progress=lambda *_: None):
    with ThreadPoolExecutor(2) as threads:
        return asyncio.run(beside(threads, work, progress))


def test_steps_are_told_by_the_task_in_order_and_the_result_is_returned():
    told: list[tuple[int, int, str]] = []

    async def edit(name: str) -> str:
        NAME.set(name)

        def work(on_step, _stop) -> str:
            for step in range(1, 4):
                on_step(step, 3)
            return NAME.get()

        with ThreadPoolExecutor(1) as threads:
            return await beside(threads, work, lambda *step: told.append((*step, NAME.get())))

    async def both() -> list[str]:
        return await asyncio.gather(edit("a"), edit("b"))

    assert asyncio.run(both()) == ["a", "b"]
    for name in "ab":
        assert [step for *step, who in told if who == name] == [[1, 3], [2, 3], [3, 3]]


def test_what_goes_wrong_is_raised_after_the_steps_before_it():
    told: list[int] = []

    def work(on_step, _stop):
        on_step(1, 2)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run(work, lambda done, _: told.append(done))
    assert told == [1]


@pytest.mark.parametrize("where", ["a step", "a wait"])
def test_a_cancelled_task_ends_its_work_where_it_next_looks(where):
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()

    def work(on_step, stop):
        begun.set()
        go.wait()
        try:
            on_step(1, 2) if where == "a step" else stop()
        except asyncio.CancelledError:
            ended.set()
            raise

    async def cancel() -> None:
        with ThreadPoolExecutor(1) as threads:
            task = asyncio.create_task(beside(threads, work, lambda *_: None))
            await asyncio.to_thread(begun.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            # The task has ended at once; the work ends when it looks.
            assert not ended.is_set()
            go.set()

    asyncio.run(cancel())
    assert ended.is_set()

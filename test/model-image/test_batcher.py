"""Edits that sample side by side: one call of the network for all, and to each what it would get alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from conftest import box_mask, noise_picture
from hypothesis import given
from hypothesis import strategies as st

from inlay.batcher import Batcher, Call, together_with
from inlay.pipeline import fill_picture
from inlay.pixels import Picture
from inlay.settings import FillSettings

FOR_EVER = 60.0


class Doubler:
    """Doubles, and remembers how many samples each call had."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        self.calls.append(len(x))
        return 2 * x


def side_by_side(batcher: Batcher, *inputs: torch.Tensor) -> list[torch.Tensor]:
    """The answers to calls of edits that all sample before the first one calls."""
    ready = threading.Barrier(len(inputs))

    def edit(x: torch.Tensor) -> torch.Tensor:
        with batcher.sampling():
            ready.wait()
            return batcher(x)

    with ThreadPoolExecutor(len(inputs)) as threads:
        return list(threads.map(edit, inputs))


def test_calls_that_come_together_are_one_and_each_gets_its_own():
    network = Doubler()
    inputs = [torch.full((count, 3), float(count)) for count in (1, 2, 4)]
    answers = side_by_side(Batcher(network, patience=FOR_EVER), *inputs)
    assert all(torch.equal(a, 2 * x) for a, x in zip(answers, inputs, strict=True))
    assert network.calls == [7]


def test_an_edit_that_samples_alone_does_not_wait():
    network = Doubler()
    batcher = Batcher(network, patience=FOR_EVER)
    with batcher.sampling():
        for _ in range(3):
            batcher(torch.ones(2, 3))
    assert network.calls == [2, 2, 2]


def test_nobody_waits_for_an_edit_that_has_left():
    network = Doubler()
    batcher = Batcher(network, patience=FOR_EVER)
    entered, leave = threading.Event(), threading.Event()

    def cancelled() -> None:
        with batcher.sampling():
            entered.set()
            leave.wait()

    with ThreadPoolExecutor(2) as threads:
        gone = threads.submit(cancelled)
        entered.wait()
        with batcher.sampling():
            waiting = threads.submit(batcher, torch.ones(1, 3))
            leave.set()
            gone.result()
            assert torch.equal(batcher(torch.zeros(1, 3)), torch.zeros(1, 3))
            assert torch.equal(waiting.result(), torch.full((1, 3), 2.0))
    assert sum(network.calls) == 2


def test_nobody_is_waited_for_longer_than_that():
    network = Doubler()
    batcher = Batcher(network, patience=0.001)
    with batcher.sampling(), batcher.sampling():
        assert torch.equal(batcher(torch.ones(1, 3)), torch.full((1, 3), 2.0))


def test_shapes_that_do_not_go_together_are_calls_of_their_own():
    network = Doubler()
    answers = side_by_side(
        Batcher(network, patience=FOR_EVER), torch.ones(1, 3), torch.ones(1, 5), torch.ones(2, 3)
    )
    assert [tuple(answer.shape) for answer in answers] == [(1, 3), (1, 5), (2, 3)]
    assert sorted(network.calls) in ([1, 3], [1, 1, 2])


def test_what_one_edit_does_wrong_harms_no_other():
    def fussy(x: torch.Tensor) -> torch.Tensor:
        if (x < 0).any():
            raise ValueError("negative")
        return x + 1

    batcher = Batcher(fussy, patience=FOR_EVER)
    ready = threading.Barrier(3)

    def edit(value: float) -> torch.Tensor | str:
        with batcher.sampling():
            ready.wait()
            try:
                return batcher(torch.full((1, 2), value))
            except ValueError as error:
                return str(error)

    with ThreadPoolExecutor(3) as threads:
        first, second, third = threads.map(edit, (1.0, -1.0, 3.0))
    assert second == "negative"
    assert torch.equal(first, torch.full((1, 2), 2.0))
    assert torch.equal(third, torch.full((1, 2), 4.0))


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3)), min_size=1, max_size=9))
def test_as_many_go_together_as_fit_the_longest_waiting_always_among_them(sizes):
    waiting = [Call((torch.zeros(samples, kind),)) for samples, kind in sizes]
    together = together_with(waiting[0], waiting, largest=8)
    assert together[0] is waiting[0]
    assert {call.kind for call in together} == {waiting[0].kind}
    assert len(together) == 1 or sum(call.samples for call in together) <= 8
    left = [call for call in waiting if call not in together and call.kind == waiting[0].kind]
    filled = sum(call.samples for call in together)
    # Nobody was passed over who would still have fitted in the end.
    assert all(call.samples + filled > 8 for call in left)


@pytest.mark.parametrize("steps", [(3, 3, 3), (2, 3, 5)], ids=["alike", "of other steps"])
def test_edits_side_by_side_paint_what_each_paints_alone(inpainter, steps):
    mask = box_mask(70, 50, (20, 10, 40, 30)) > 0
    pictures = [Picture("RGB", noise_picture(70, 50, seed=seed), None) for seed in range(3)]

    def edit(index: int):
        settings = FillSettings([index, 7], steps[index])
        return fill_picture(inpainter, pictures[index], mask, settings, lambda *_: None).samples

    alone = [edit(index) for index in range(3)]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(edit, range(3)))
    for index in range(3):
        for one, other in zip(alone[index], together[index], strict=True):
            assert (one[~mask] == pictures[index].samples[~mask]).all()
            assert (other[~mask] == pictures[index].samples[~mask]).all()
            # A last bit of the network's sums may round a sample to the next level.
            assert abs(one.astype(int) - other).max() <= 1

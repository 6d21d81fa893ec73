"""One network for edits that run side by side: calls that come together are one call."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor

PATIENCE = 0.01
"""Seconds at most that a call waits for others."""

LARGEST = 16
"""Samples of one call: more make it slower for each without making the GPU any fuller."""

Network = Callable[..., Tensor]
"""Tensors of n samples each to one of n samples; no sample sees another."""


def kind_of(inputs: tuple[Tensor, ...]) -> tuple[object, ...]:
    """What tensors are, but for their number of samples: calls of one kind can be one."""
    return tuple((tuple(part.shape[1:]), part.dtype, part.device) for part in inputs)


@dataclass(eq=False)
class Call:
    """A call of one edit, and what has come of it."""

    inputs: tuple[Tensor, ...]
    answer: Tensor | None = None
    error: BaseException | None = None

    @property
    def samples(self) -> int:
        return len(self.inputs[0])

    @property
    def kind(self) -> tuple[object, ...]:
        return kind_of(self.inputs)

    @property
    def is_over(self) -> bool:
        return self.answer is not None or self.error is not None


@dataclass
class Batcher:
    """Calls a network for several threads: each gets what it would get alone, and the network is called less often.

    A call waits until every edit that samples has one, and at most `patience` seconds. An edit that samples alone never
    waits; one that leaves holds up nobody.
    """

    network: Network
    compiled: Network | None = None
    """Called in its place where there is one; see `inlay.compiled`."""
    largest: int = LARGEST
    patience: float = PATIENCE
    _turn: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _waiting: list[Call] = field(default_factory=list)
    _sampling: int = 0
    _busy: bool = False

    @contextmanager
    def sampling(self) -> Iterator[None]:
        """While it lasts, this thread's calls are waited for."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def __call__(self, *inputs: Tensor) -> Tensor:
        """What the network makes of tensors of n samples each. Raises what the network raises for these alone."""
        call = Call(inputs)
        with self._turn:
            self._waiting.append(call)
            self._turn.notify_all()
            while not call.is_over:
                if self._busy or self._waiting[0] is not call:
                    self._turn.wait()
                    continue
                self._busy = True
                # Whoever waits longest goes first, and takes along who has come meanwhile.
                self._turn.wait_for(self._all_there, self.patience)
                together = together_with(call, self._waiting, self.largest)
                self._waiting = [other for other in self._waiting if other not in together]
                self._turn.release()
                try:
                    self._answer(together)
                finally:
                    self._turn.acquire()
                    self._busy = False
                    self._turn.notify_all()
        if call.error is not None:
            raise call.error
        return call.answer

    def _count(self, change: int) -> None:
        with self._turn:
            self._sampling += change
            self._turn.notify_all()

    def _all_there(self) -> bool:
        return len(self._waiting) >= self._sampling

    def _answer(self, calls: list[Call]) -> None:
        try:
            inputs = [torch.cat(parts) for parts in zip(*(c.inputs for c in calls), strict=True)]
            answers = (self.compiled or self.network)(*inputs).split(
                [call.samples for call in calls]
            )
            for call, answer in zip(calls, answers, strict=True):
                call.answer = answer
        except BaseException as error:
            if len(calls) == 1:
                calls[0].error = error
                return
            # Too much for the memory, or one of them is at fault: each is tried by itself.
            for call in calls:
                self._answer([call])


def together_with(first: Call, waiting: list[Call], largest: int) -> list[Call]:
    """The waiting calls of the first one's kind, in their order, as many as go into one call; the first always does."""
    together, samples = [first], first.samples
    for call in waiting:
        if call is first or call.kind != first.kind or samples + call.samples > largest:
            continue
        together.append(call)
        samples += call.samples
    return together

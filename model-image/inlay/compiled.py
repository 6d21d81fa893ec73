"""A network compiled for batches of a few sizes: what a GPU calls fastest."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from inlay.batcher import Network, kind_of

BATCHES = (1, 2, 4, 8, 16)
"""Samples of a call: others are filled up to the next of these."""

MOST_SHAPES = 64
"""Shapes that one network may be compiled for; past torch's own eight it would fall back without a word."""

Compile = Callable[[Network], Network]


def inductor(network: Network) -> Network:
    """torch.compile for shapes that do not change."""
    torch._dynamo.config.recompile_limit = MOST_SHAPES
    return torch.compile(network, dynamic=False)


OnNew = Callable[["Compiled", tuple[Tensor, ...]], object]
"""What is done with the first sample of a kind; what it returns is not looked at."""


@dataclass
class Compiled:
    """Calls the compiled network for what it was compiled for, and the network itself for everything else.

    `on_new` is told of a sample of a kind that it meets for the first time, and may have it prepared for, now or later.
    """

    network: Network
    on_new: OnNew
    compile: Compile = inductor
    failure: str | None = None
    """Why it compiles nothing any more."""
    _fast: Network | None = None
    _met: dict[tuple[object, ...], tuple[Tensor, ...]] = field(default_factory=dict)
    _ready: set[tuple[tuple[object, ...], int]] = field(default_factory=set)
    _preparing: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, *inputs: Tensor) -> Tensor:
        kind, count = kind_of(inputs), len(inputs[0])
        if kind not in self._met:
            self._met[kind] = tuple(torch.zeros_like(part[:1]) for part in inputs)
            self.on_new(self, self._met[kind])
        batch = next((size for size in BATCHES if size >= count), None)
        if self._fast is None or (kind, batch) not in self._ready:
            return self.network(*inputs)
        return self._fast(*(filled_up(part, batch) for part in inputs))[:count]

    @property
    def kinds(self) -> list[list[tuple[list[int], str]]]:
        """Of each kind that it has met, the shapes of one sample and their dtypes."""
        return [
            [(list(part.shape), str(part.dtype).removeprefix("torch.")) for part in sample]
            for sample in self._met.values()
        ]

    @torch.inference_mode()
    def prepare(self, sample: tuple[Tensor, ...]) -> None:
        """Compiles for all batches of what one sample is like; each is taken as soon as it is there.

        What cannot be compiled is left to the network itself, for good: `failure` says why.
        """
        with self._preparing:
            if self.failure is not None:
                return
            self._met.setdefault(kind_of(sample), sample)
            try:
                fast = self._fast or self.compile(self.network)
                for batch in BATCHES:
                    fast(*(filled_up(part, batch) for part in sample))
                    self._fast = fast
                    self._ready.add((kind_of(sample), batch))
            except Exception as error:
                self.failure = f"{type(error).__name__}: {error}".splitlines()[0][:200]


def filled_up(part: Tensor, batch: int) -> Tensor:
    """A tensor of n samples with its last one repeated, laid out as every other of its kind."""
    missing = batch - len(part)
    if missing > 0:
        part = torch.cat([part, part[-1:].expand(missing, *part.shape[1:])])
    layout = torch.channels_last if part.ndim == 4 else torch.contiguous_format
    return part.clone(memory_format=layout)

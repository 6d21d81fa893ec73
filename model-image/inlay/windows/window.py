"""A part of a level that is computed on its own: it is read with its surroundings, and only its middle is right."""

from typing import Protocol

from torch import Tensor, nn

from inlay.crops import Box


class Window(Protocol):
    """Stage i is after i 3x3 convolutions."""

    def read(self, whole: Tensor) -> Tensor:
        """A level's input (n, c, H, W) at stage 0."""
        ...

    def convolve(self, layer: nn.Conv2d, x: Tensor, stage: int) -> Tensor:
        """From `stage` to the next."""
        ...

    def later(self, x: Tensor, stage: int, by: int) -> Tensor:
        """What is left of a tensor of `stage` that many stages later."""
        ...

    def counted(self, stage: int) -> Tensor | None:
        """1 for pixels that are right at a stage and in no other window (n or 1, 1, h, w); None where all are."""
        ...

    def right(self, stage: int) -> list[Box]:
        """By picture, or once for all, the box of the level whose pixels are right at a stage."""
        ...

    def doubled(self, layer: nn.Conv2d, x: Tensor) -> Tensor:
        """Upsampling by two and its convolution, of the last stage."""
        ...

    def place(self, whole: Tensor, x: Tensor, hole: Tensor, times: int) -> None:
        """Puts the last stage, `times` as large, into the next level's input, where its hole (n or 1, 1, H, W) is."""
        ...

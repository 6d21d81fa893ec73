"""What is computed of one level: its windows, and the swatches that stand for the rest of it."""

from dataclasses import dataclass, replace

from torch import Tensor, nn

from inlay.layers import ResnetBlock, activate
from inlay.windows.statistics import GroupStatistics, Known, Moments, normalise
from inlay.windows.swatches import Swatches
from inlay.windows.window import Window


@dataclass(frozen=True)
class LevelParts:
    """Tensors of one stage: `pixels` by window, and `squares` of the swatches."""

    windows: list[Window]
    pixels: list[Tensor]
    swatches: Swatches
    squares: Tensor
    area: int
    """Pixels of the whole level."""
    stage: int = 0

    def statistics(self, norm: nn.GroupNorm, known: Known) -> GroupStatistics:
        """A norm's statistics here: those known, else measured in the windows and on the swatches.

        Each pixel that a window has right stands for itself, and the swatches for all others.
        """
        if norm in known:
            return known[norm]
        first, *others = (
            Moments.of(x, window.counted(self.stage))
            for window, x in zip(self.windows, self.pixels, strict=True)
        )
        moments = first
        for other in others:
            moments += other
        rest = Moments.of(self.swatches.together(self.squares))
        return (moments + rest.standing_for(self.area - moments.count)).statistics(norm.num_groups)

    def convolved(
        self, norm: nn.GroupNorm, layer: nn.Conv2d, statistics: GroupStatistics
    ) -> "LevelParts":
        """The next stage: normalised, activated and convolved."""
        pixels = [
            window.convolve(layer, activate(normalise(norm, x, statistics)), self.stage)
            for window, x in zip(self.windows, self.pixels, strict=True)
        ]
        each = statistics.repeated(self.swatches.count)
        squares = self.swatches.convolved(layer, activate(normalise(norm, self.squares, each)))
        return replace(self, pixels=pixels, squares=squares, stage=self.stage + 1)

    def through(
        self, block: ResnetBlock, known: Known, first: GroupStatistics | None = None
    ) -> "LevelParts":
        """Two stages later, through a residual block; `first` are its first norm's statistics, if exact."""
        start = first or self.statistics(block.norm1, known)
        inner = self.convolved(block.norm1, block.conv1, start)
        h = inner.convolved(block.norm2, block.conv2, inner.statistics(block.norm2, known))
        for window, made, x in zip(self.windows, h.pixels, self.pixels, strict=True):
            made += shortcut(block, window.later(x, self.stage, 2))
        h.squares.add_(shortcut(block, self.squares))
        return h


def shortcut(block: ResnetBlock, x: Tensor) -> Tensor:
    """What a residual block adds to its convolutions."""
    return block.conv_shortcut(x) if hasattr(block, "conv_shortcut") else x

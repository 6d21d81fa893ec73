"""A model at its worst, for tests of what is kept: whatever it is shown, it paints noise everywhere."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from inlay.settings import FillSettings, OnRough, OnStep


@dataclass
class NoiseFiller:
    """Noise by each seed, over kept pixels as well; it remembers what it was shown."""

    native_size: int = 16
    borrows: bool = False
    shown: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    def fill(
        self,
        image: Tensor,
        mask: Tensor,
        settings: FillSettings,
        on_step: OnStep,
        _on_rough: OnRough | None,
    ) -> Tensor:
        self.shown.append((image, mask))
        for step in range(settings.steps):
            on_step(step + 1, settings.steps)
        size = (3, self.native_size, self.native_size)
        made = [
            torch.rand(size, generator=torch.Generator().manual_seed(s)) for s in settings.seeds
        ]
        return torch.stack(made) * 2 - 1


@dataclass
class ColourFiller:
    """One colour, from 0 to 255, everywhere."""

    colour: tuple[float, float, float]
    native_size: int = 64
    borrows: bool = False
    shown: list[Tensor] = field(default_factory=list)

    def fill(
        self,
        image: Tensor,
        _mask: Tensor,
        settings: FillSettings,
        _on_step: OnStep,
        _on_rough: OnRough | None,
    ) -> Tensor:
        self.shown.append(image)
        plane = torch.tensor(self.colour)[None, :, None, None] / 127.5 - 1
        return plane.expand(len(settings.seeds), 3, *image.shape[-2:]).clone()


def nothing(_done: int, _total: int) -> None:
    """Takes no notice of progress."""


def settings_of(*seeds: int, **more: object) -> FillSettings:
    return FillSettings(list(seeds), **({"steps": 1} | more))

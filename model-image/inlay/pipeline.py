"""From a picture and a mask to finished pictures: crops, fills, and the composite that keeps what is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from inlay.canvas import UPSCALED, Canvas
from inlay.colour_match import match_colour
from inlay.crops import Crop, cut, plan_crops
from inlay.pixels import Picture, Samples
from inlay.pixels.mask import resized
from inlay.previews import Previews, SmallView
from inlay.samples import to_tensor
from inlay.settings import FillSettings, OnRough, OnStep
from inlay.start import push_pull

COLOURED = 24.0
"""Levels of 255 between a pixel's channels, in the mean of a hole, from which on grey could not hold a fill."""


class Filler(Protocol):
    """What fills a hole, best at its native size; see `inlay.model`."""

    @property
    def native_size(self) -> int: ...
    @property
    def borrows(self) -> bool:
        """Whether what it paints is only a guide to what is borrowed from the picture (`inlay.completion`)."""
        ...

    def fill(
        self,
        image: Tensor,
        mask: Tensor,
        settings: FillSettings,
        on_step: OnStep,
        on_rough: OnRough | None = None,
    ) -> Tensor: ...


@dataclass(frozen=True)
class Filled:
    """Finished pictures, one a seed; made one after the other where they come from `fill_each`."""

    pictures: Iterator[Picture] | Sequence[Picture]
    kept_pixels: int
    crops: tuple[Crop, ...]
    """Where the holes were filled; none where the whole picture was painted."""
    merged: bool
    upscaled: bool = False
    """Whether a crop was shrunk by more than 1.5 for the model."""

    @property
    def samples(self) -> list[Samples]:
        """The finished samples (H, W, C)."""
        return [picture.samples for picture in self.pictures]


def fill_picture(
    filler: Filler,
    picture: Picture,
    mask: NDArray[np.bool_],
    settings: FillSettings,
    on_step: OnStep,
    previews: Previews | None = None,
) -> Filled:
    """`fill_each`, with all pictures made."""
    filled = fill_each(filler, picture, mask, settings, on_step, previews)
    return replace(filled, pictures=list(filled.pictures))


def fill_each(
    filler: Filler,
    picture: Picture,
    mask: NDArray[np.bool_],
    settings: FillSettings,
    on_step: OnStep,
    previews: Previews | None = None,
) -> Filled:
    """Fills the mask (H, W) once a seed. Samples where the mask is False are the picture's own, unchanged.

    The first crop is filled for all seeds together, when the first picture is asked for; later crops see each output's
    own earlier fills. Parts of the mask that are not filled yet count as masked wherever they are seen. Only one
    picture is held here besides those that the caller keeps. Previews show the first output.
    """
    crops, merged = plan_crops(mask, filler.native_size)
    return Filled(
        Painting(filler, picture, mask, settings, on_step, crops, previews).pictures(),
        int(mask.size - np.count_nonzero(mask)),
        tuple(crops),
        merged,
        any(crop.side > UPSCALED * filler.native_size for crop in crops),
    )


class Painting:
    """One edit's crops and outputs on their way."""

    def __init__(
        self,
        filler: Filler,
        picture: Picture,
        mask: NDArray[np.bool_],
        settings: FillSettings,
        on_step: OnStep,
        crops: list[Crop],
        previews: Previews | None,
    ) -> None:
        self._filler = filler
        self._picture = picture
        self._mask = mask
        self._settings = settings
        self._on_step = on_step
        self._crops = crops
        self._previews = previews
        self._done = 0

    def pictures(self) -> Iterator[Picture]:
        """The finished pictures, each made when it is asked for."""
        seeds = self._settings.seeds
        firsts: list[Tensor] = []
        for index, seed in enumerate(seeds):
            canvas = Canvas(self._picture, self._mask, self._settings.feather)
            shows = self._previews if index == 0 else None
            small = shows and SmallView(self._picture, canvas.colours)
            for position, crop in enumerate(self._crops):
                hole = mask_tensor(cut(canvas.waiting, crop), self._filler.native_size)
                if position == 0 and index > 0:
                    output = firsts[index]
                else:
                    group = list(range(len(seeds))) if position == 0 else [index]
                    rough = small and shows.of(small.begin(crop, region_of(crop, canvas.waiting)))
                    made = self._fill(canvas, crop, hole, group, rough)
                    output = made[0]
                    firsts = list(made.cpu()) if position == 0 else firsts
                if small:
                    small.keep(output)
                borrows = self._filler.borrows
                paste(canvas, crop, output, hole, self._settings, seed, borrows)
            if self._settings.watermark:
                canvas.mark(self._settings.watermark)
            yield canvas.picture

    def _fill(
        self, canvas: Canvas, crop: Crop, hole: Tensor, group: list[int], rough: OnRough | None
    ) -> Tensor:
        """What the model makes of a crop, for the outputs of a group."""
        shown = canvas.colours.shown(canvas.view(crop, self._filler.native_size))
        if self._settings.masked_content == "fill":
            shown = push_pull(shown, hole[0, 0].numpy() > 0)
        settings = self._settings.for_outputs(group)
        return self._filler.fill(to_tensor(shown), hole, settings, self._advance, rough)

    def _advance(self, _step: int, steps: int) -> None:
        self._done += 1
        fills = 1 + (len(self._crops) - 1) * len(self._settings.seeds)
        self._on_step(self._done, steps * fills)


def paste(
    canvas: Canvas,
    crop: Crop,
    output: Tensor,
    hole: Tensor,
    settings: FillSettings,
    seed: int,
    borrows: bool,
) -> None:
    """Blends a generated square (3, S, S) in [-1, 1] into a canvas, in the picture's own colours.

    `hole` (1, 1, S, S) is what is masked of the crop, as the model saw it.
    """
    square = (output.permute(1, 2, 0).float().cpu().numpy() + 1) * 127.5
    marked = hole[0, 0].numpy() > 0
    if settings.may_colour and needs_colour(canvas.picture, square[marked]):
        canvas.take_colour()
    own = canvas.colours.own(square)
    if not settings.match_ring:
        canvas.blend(own, crop, None)
        return
    own = match_colour(own, canvas.view(crop, len(marked)), marked)
    canvas.blend(canvas.completed(own, crop) if borrows else own, crop, seed)


def needs_colour(picture: Picture, painted: NDArray[np.float32]) -> bool:
    """Whether a grey picture cannot hold what was painted (k, 3); one whose profile is of grey has to."""
    if not picture.is_grey or picture.icc_profile is not None:
        return False
    return float((painted.max(axis=1) - painted.min(axis=1)).mean()) > COLOURED


def region_of(crop: Crop, waiting: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part (side, side) of a crop that it fills: its own group's box, as far as it is not filled yet."""
    region = np.zeros((crop.side, crop.side), bool)
    region[crop.hole.within(crop.box).span] = waiting[crop.hole.span]
    return region


def mask_tensor(mask: NDArray[np.bool_], native: int) -> Tensor:
    """A mask (s, s) as (1, 1, native, native): a pixel is masked as soon as any part of it is."""
    if mask.shape[0] >= native:
        return torch.from_numpy(resized(mask, native, native).copy()).float()[None, None]
    tensor = torch.from_numpy(mask.astype(np.float32))[None, None]
    return (F.interpolate(tensor, size=(native, native), mode="bilinear") > 0).float()

"""From a picture and a mask to finished pictures: crops, fills, and the composite that keeps what is kept."""

from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from inlay.crops import Crop, cut, plan_crops
from inlay.pixels import Picture, Samples
from inlay.previews import Previews, place_square
from inlay.samples import to_samples, to_tensor
from inlay.settings import FillSettings, OnRough, OnStep


class Filler(Protocol):
    """What fills a hole, best at its native size; see `inlay.model`."""

    @property
    def native_size(self) -> int: ...

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
    """Finished pictures: samples (H, W, C) in the picture's own mode, one a seed."""

    samples: list[Samples]
    kept_pixels: int
    crops: tuple[Crop, ...]
    """Where the holes were filled; none where the whole picture was painted."""
    merged: bool


def fill_picture(
    filler: Filler,
    picture: Picture,
    mask: NDArray[np.bool_],
    settings: FillSettings,
    on_step: OnStep,
    previews: Previews | None = None,
) -> Filled:
    """Fills the mask (H, W) once a seed. Samples where the mask is False are the picture's own, unchanged.

    The first crop is filled for all seeds together; later crops see each output's own earlier fills. Parts of the
    mask that are not filled yet count as masked wherever they are seen. Previews show the first output.
    """
    crops, merged = plan_crops(mask, filler.native_size)
    count = len(settings.seeds)
    fills = 1 + (len(crops) - 1) * count
    done = 0

    def advance(_step: int, steps: int) -> None:
        nonlocal done
        done += 1
        on_step(done, steps * fills)

    colours = [picture.colour().copy() for _ in settings.seeds]
    waiting = mask.copy()
    begun: list[Crop] = []
    for position, crop in enumerate(crops):
        begun.append(crop)
        region = hole_region(crop, waiting)
        place = partial(place_square, colours[0], cut(region, crop), begun, crop)
        rough = previews and previews.of(place)
        groups = [list(range(count))] if position == 0 else [[i] for i in range(count)]
        for group in groups:
            image = square_tensor(cut(colours[group[0]], crop), filler.native_size)
            hole = mask_tensor(cut(waiting, crop), filler.native_size)
            shown = rough if group[0] == 0 else None
            generated = filler.fill(image, hole, settings.for_outputs(group), advance, shown)
            for i, output in zip(group, generated, strict=True):
                paste(colours[i], output, crop, region)
        waiting &= ~region

    samples = [compose(picture, colour, mask) for colour in colours]
    return Filled(samples, int(mask.size - np.count_nonzero(mask)), tuple(crops), merged)


def compose(picture: Picture, colour: Samples, mask: NDArray[np.bool_]) -> Samples:
    """The picture's own samples outside the mask, the filled colours inside it."""
    return np.where(mask[..., None], picture.with_colour(colour), picture.samples)


def hole_region(crop: Crop, waiting: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part (H, W) of the mask that a crop fills: its own group's box, as far as it is not filled yet."""
    region = np.zeros_like(waiting)
    box = crop.hole
    span = np.s_[box.top : box.bottom, box.left : box.right]
    region[span] = waiting[span]
    return region


def square_tensor(rgb: NDArray[np.generic], native: int) -> Tensor:
    """RGB samples (s, s, 3) as (1, 3, native, native) in [-1, 1]."""
    image = Image.fromarray(rgb).resize((native, native), Image.Resampling.LANCZOS)
    return to_tensor(np.array(image))


def mask_tensor(mask: NDArray[np.generic], native: int) -> Tensor:
    """A mask (s, s) as (1, 1, native, native): a pixel is masked as soon as any part of it is."""
    tensor = torch.from_numpy(mask.astype(np.float32))[None, None]
    if mask.shape[0] > native:
        return F.adaptive_max_pool2d(tensor, (native, native))
    return (F.interpolate(tensor, size=(native, native), mode="bilinear") > 0).float()


def paste(colour: Samples, output: Tensor, crop: Crop, region: NDArray[np.bool_]) -> None:
    """Writes a generated square (3, S, S) in [-1, 1] back where `region` is True, at the picture's resolution."""
    square = Image.fromarray(to_samples(output))
    if crop.side != square.width:
        square = square.resize((crop.side, crop.side), Image.Resampling.BICUBIC)
    ys, xs = np.nonzero(region)
    colour[ys, xs] = np.asarray(square)[ys - crop.top, xs - crop.left]

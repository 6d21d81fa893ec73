"""One output while it is painted: the picture's own samples, and fills blended into them at their resolution."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from inlay.colour_match import FINE, match_colour
from inlay.completion import complete
from inlay.crops import Box, Crop, cut
from inlay.edge import weights
from inlay.grain import match_grain
from inlay.pixels.colours import Colours
from inlay.pixels.picture import Picture, eight_bits
from inlay.provenance.watermark import REACH, change
from inlay.samples import to_tensor

WINDOW = 768
"""Pixels a side that are blended at a time."""
MARGIN = 32
"""Pixels around a window by which its grain is told."""
COARSE = 4
"""Pixels of a side that are told as one where a window's grain is carried into its hole."""
LARGEST = 512
"""Pixels of a crop's side up to which fills are made of the picture's own pixels: it takes time and memory."""
SURROUNDINGS = 0.5
"""Share of a crop's side by which what is borrowed may lie beyond it."""
UPSCALED = 1.5
"""A crop that was shrunk by more gets grain and sharpness of its surroundings."""


class Canvas:
    """A picture that takes fills where a mask (H, W) says so. Every other sample stays as it is."""

    def __init__(self, picture: Picture, mask: NDArray[np.bool_], feather: int = 0) -> None:
        """`picture` is not written to."""
        self._picture = picture
        self._mask = mask
        self._feather = feather
        self._samples = picture.samples.copy()
        self.waiting = mask.copy()
        """What has not been filled yet."""
        self.colours = Colours(picture.is_grey, picture.icc_profile)

    @property
    def picture(self) -> Picture:
        """The picture as it is now."""
        return replace(self._picture, samples=self._samples)

    def take_colour(self) -> None:
        """Makes grey RGB, all channels alike; not for a picture with a profile, which is of grey alone."""
        grey, alpha = self._samples[..., :1], self._samples[..., 1:]
        mode = "RGBA" if self._picture.has_alpha else "RGB"
        self._samples = np.concatenate([grey, grey, grey, alpha], axis=2)
        self._picture = replace(self._picture, mode=mode)
        self.colours = Colours(False, None)

    def view(self, crop: Crop, side: int) -> NDArray[np.uint8]:
        """A crop at a side's size in the picture's own colours, 8 bits (side, side, 1 or 3)."""
        region = eight_bits(cut(self._samples[..., : self._picture.colours], crop))
        image = Image.fromarray(region[..., 0] if region.shape[2] == 1 else region)
        if crop.side != side:
            image = image.resize((side, side), Image.Resampling.LANCZOS)
        return np.asarray(image).reshape(side, side, -1)

    def completed(self, fill: NDArray[np.float32], crop: Crop) -> NDArray[np.float32]:
        """A crop's fill made of pixels of what is kept in and around it, at the picture's resolution (side, side, c).

        The fill itself where the crop is too large for that, or too little is kept.
        """
        if crop.side > LARGEST:
            return fill
        channels = [Image.fromarray(fill[..., c]) for c in range(fill.shape[2])]
        fine = enlarged(channels, crop, crop.box)
        own = crop.box.intersection(self._box)
        box = self._borrowed_from(crop, own)
        in_crop, in_box = own.within(crop.box).span, own.within(box).span
        shown = eight_bits(self._samples[box.span][..., : self._picture.colours])
        guide = shown.astype(np.float32)
        guide[in_box] = fine[in_crop]
        mask = torch.from_numpy(self.waiting[box.span]).float()[None, None]
        made = complete(as_rgb(guide), as_rgb(shown), mask)
        if made is None:
            return fill
        fine[in_crop] = from_rgb(made, fill.shape[2])[in_box]
        return fine

    def _borrowed_from(self, crop: Crop, own: Box) -> Box:
        """What of the picture is in a crop (`own`) and surrounds it; the former alone where more than it waits."""
        around = crop.box.grown(round(SURROUNDINGS * crop.side)).intersection(self._box)
        more = np.count_nonzero(self.waiting[around.span])
        return around if more == np.count_nonzero(self.waiting[own.span]) else own

    def blend(self, fill: NDArray[np.float32], crop: Crop, seed: int | None) -> None:
        """Takes a crop's fill (s, s, c), from 0 to 255 in the picture's own colours, where the crop's hole waits.

        One that is much enlarged gets grain by the seed; without a seed none does.
        """
        channels = [Image.fromarray(fill[..., c]) for c in range(fill.shape[2])]
        shrunk = seed is not None and crop.side > UPSCALED * len(fill)
        for window in windows(crop.hole):
            around = window.grown(MARGIN if shrunk else 0).intersection(crop.box)
            around = around.intersection(self._box)
            fine = enlarged(channels, crop, around)
            if seed is not None and shrunk:
                fine = self._finished(fine, around, seed)
            self._take(fine[window.within(around).span], window)
        self.waiting[crop.hole.span] = False

    def _take(self, fine: NDArray[np.float32], window: Box) -> None:
        wanted = self.waiting[window.span]
        kept = self._samples[window.span][..., : self._picture.colours]
        share = weights(self._mask, window, self._feather)[wanted][:, None]
        before = kept[wanted].astype(np.float32)
        scale, most = self._levels
        after = before + share * (fine[wanted] * scale - before)
        kept[wanted] = after.round().clip(0, most).astype(kept.dtype)

    def mark(self, key: bytes) -> None:
        """Sets the watermark of a key into what was painted, as strongly as the fill has weight there.

        The last that is done to a canvas; what is kept stays as it is.
        """
        scale, most = self._levels
        shown = self._samples[..., : self._picture.colours]
        for window in windows(self._box):
            wanted = self._mask[window.span]
            if not wanted.any():
                continue
            around = window.grown(REACH).intersection(self._box)
            region = shown[around.span]
            added = change(region.astype(np.float32) / scale, (around.left, around.top), key)
            inner = added[window.within(around).span][wanted]
            share = weights(self._mask, window, self._feather)[wanted][:, None]
            colours = shown[window.span]
            after = colours[wanted] + share * inner * scale
            colours[wanted] = after.round().clip(0, most).astype(colours.dtype)

    @property
    def _box(self) -> Box:
        """All of the picture."""
        height, width = self._mask.shape
        return Box(0, 0, width, height)

    @property
    def _levels(self) -> tuple[int, int]:
        """Samples of a grey level of 255, and the largest sample."""
        return (257, 65535) if self._picture.is_deep else (1, 255)

    def _finished(self, fine: NDArray[np.float32], box: Box, seed: int) -> NDArray[np.float32]:
        """An enlarged fill (h, w, c) with the grain, and at its edge the shade, of what is kept of its box."""
        shown = eight_bits(self._samples[box.span][..., : self._picture.colours])
        fill, image = as_rgb(fine), as_rgb(shown)
        waiting = self.waiting[box.span]
        mask = torch.from_numpy(waiting).float()[None, None]
        matched = match_grain(fill, image, mask, [seed], COARSE)
        return match_colour(from_rgb(matched, fine.shape[2]), shown, waiting, FINE)


def as_rgb(samples: NDArray[np.generic]) -> torch.Tensor:
    """Samples (h, w, 1 or 3) from 0 to 255 as (1, 3, h, w) in [-1, 1], grey repeated."""
    return to_tensor(np.repeat(samples, 3 // samples.shape[2], axis=2))


def from_rgb(picture: torch.Tensor, channels: int) -> NDArray[np.float32]:
    """The reverse, of as many channels (h, w, channels)."""
    return (picture[0].permute(1, 2, 0).numpy()[..., :channels] + 1) * 127.5


def windows(box: Box) -> Iterator[Box]:
    """A box in parts of at most WINDOW pixels a side."""
    for top in range(box.top, box.bottom, WINDOW):
        for left in range(box.left, box.right, WINDOW):
            yield Box(left, top, min(left + WINDOW, box.right), min(top + WINDOW, box.bottom))


def enlarged(channels: list[Image.Image], crop: Crop, box: Box) -> NDArray[np.float32]:
    """The part of a crop's square that lies in a box (h, w, c), at the picture's resolution (bicubic)."""
    scale = channels[0].width / crop.side
    edges = (box.left - crop.left, box.top - crop.top, box.right - crop.left, box.bottom - crop.top)
    source = tuple(min(edge * scale, channels[0].width) for edge in edges)
    size = (box.right - box.left, box.bottom - box.top)
    if scale == 1:
        parts = [channel.crop(tuple(round(edge) for edge in source)) for channel in channels]
    else:
        parts = [channel.resize(size, Image.Resampling.BICUBIC, source) for channel in channels]
    return np.stack([np.asarray(part) for part in parts], axis=2)

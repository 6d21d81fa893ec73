"""Decodes only where the result is used: levels of the `add` decoder in windows around the hole.

Outside the hole every level's input is the condition's feature, so that a level needs the one below it only inside, and
surroundings do not add up: each level reads as far beyond the hole as its own convolutions see. Two things are global.
The middle block runs whole, and group norms want statistics of whole levels: those of a level's input and of the output
are exact, since they are known everywhere; those in between are measured in the window and on swatches of the rest.
"""

from functools import reduce
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from inlay.blend import MaskReduction, reduce_mask
from inlay.crops import Box
from inlay.decode_way import DecodeWay
from inlay.layers import UpBlock, activate
from inlay.windows.buckets import bucket_window
from inlay.windows.condition import features_around
from inlay.windows.parts import LevelParts
from inlay.windows.plan import Size, cover, grown, needed_below, shrinking, wanted_above
from inlay.windows.shrinking import ShrinkingWindow, convolve_box
from inlay.windows.statistics import GroupStatistics, Known, normalise, statistics_of
from inlay.windows.swatches import SWATCHES, pick_swatches
from inlay.windows.window import Window

if TYPE_CHECKING:
    from inlay.decoder import Decoder

MARGIN = 8
"""Pixels around a window that are put out with it: whoever resamples the hole looks a little beyond it."""

Boxes = list[list[Box]]
"""By picture, those that hold its hole, in pixels."""


def decode_in_windows(
    decoder: "Decoder",
    latents: Tensor,
    image: Tensor,
    mask: Tensor,
    way: DecodeWay,
    reduction: MaskReduction = "area",
    known: Known | None = None,
    hole: Tensor | None = None,
) -> Tensor:
    """As `Decoder.forward` of an `add` decoder, nearly so in the hole, for masks that each repaint something.

    `trimmed` gives the picture itself where it decodes nothing. `known` holds norms' statistics (n, groups) that are
    not to be estimated; with all of them the result is exact but for rounding. `hole` is the mask on the host, if it is
    there already.
    """
    known = known or {}
    hole = mask.cpu() if hole is None else hole
    if way == "trimmed" and len(mask) > 1:
        parts = zip(latents.split(1), image.split(1), mask.split(1), hole.split(1), strict=True)
        each = [
            decode_in_windows(decoder, *part, way, reduction, of_one(known, index), there)
            for index, (*part, there) in enumerate(parts)
        ]
        return torch.cat(each)
    marked = hole[:, 0].bool().numpy()
    boxes = [cover(one) for one in marked]
    if way == "trimmed":
        features = features_around(decoder.condition_encoder, image, mask, marked[0], reduction)
    else:
        features = decoder.condition_encoder(image, mask)
        boxes = boxes if len(boxes) > 1 else boxes * len(latents)
        hole = hole.expand(len(latents), -1, -1, -1)
    whole = decoder.blend(decoder.mid_block(decoder.conv_in(latents)), 4, features, mask, reduction)
    for level, block in zip((4, 3, 2, 1), decoder.up_blocks, strict=True):
        size, stages = Size(*whole.shape[-2:]), 2 * len(block.resnets)
        windows = windows_of(way, level, stages, boxes, size, mask.device)
        there = reduce_mask(hole, (size.height, size.width), reduction)
        swatches = pick_swatches(whole, measured_by(windows, there, stages), SWATCHES[level])
        norm = block.resnets[0].norm1
        first = known.get(norm) or statistics_of(whole, norm.num_groups)
        parts = LevelParts(
            windows,
            [window.read(whole) for window in windows],
            swatches,
            swatches.pixels,
            size.height * size.width,
        )
        made = through_level(block, parts, first, known)
        whole = of_each(features[level - 1], len(latents))
        repainted = reduce_mask(mask, (whole.shape[-2], whole.shape[-1]), reduction) > 0
        for window, x in zip(windows, made, strict=True):
            window.place(whole, x, repainted, 2 if len(block.upsamplers) else 1)
    norm = decoder.conv_norm_out
    statistics = known.get(norm) or statistics_of(whole, norm.num_groups)
    if way == "bucketed":
        return decoder.conv_out(activate(normalise(norm, whole, statistics)))
    output = image.repeat(len(latents), 1, 1, 1)
    for box in boxes[0]:
        put_out(decoder, whole, statistics, box, output)
    return output


def of_each(x: Tensor, count: int) -> Tensor:
    """A tensor of one picture, or of each (n, ...), as one of each that may be written to."""
    return x if len(x) == count else x.repeat(count, 1, 1, 1)


def put_out(
    decoder: "Decoder", whole: Tensor, statistics: GroupStatistics, box: Box, output: Tensor
) -> None:
    """Has the last norm and convolution write a box, with some pixels around it, of a picture (1, 3, H, W)."""
    size = Size(*whole.shape[-2:])
    seen, made = shrinking(grown(box, MARGIN, size), 1, size)
    x = whole[(..., *seen.span)]
    x = activate(normalise(decoder.conv_norm_out, x, statistics))
    output[(..., *made.span)] = convolve_box(decoder.conv_out, x, seen, made)


def of_one(known: Known, index: int) -> Known:
    """Statistics of one picture of several."""
    span = slice(index, index + 1)
    return {
        norm: GroupStatistics(all_of.mean[span], all_of.variance[span])
        for norm, all_of in known.items()
    }


def windows_of(
    way: DecodeWay, level: int, stages: int, boxes: Boxes, size: Size, device: torch.device
) -> list[Window]:
    """The windows of a level of so many convolutions, for boxes around each picture's hole."""

    def out(box: Box) -> Box:
        wanted = wanted_above(box, level)
        return needed_below(wanted, size) if level > 1 else wanted

    if way == "bucketed":
        needed = [reduce(Box.union, (out(box) for box in one)) for one in boxes]
        return [bucket_window([grown(box, stages, size) for box in needed], size, device)]
    regions = [shrinking(out(box), stages, size) for box in boxes[0]]
    return [
        ShrinkingWindow(region, wanted_above(box, level), tuple(regions[:index]))
        for index, (box, region) in enumerate(zip(boxes[0], regions, strict=True))
    ]


def measured_by(windows: list[Window], hole: Tensor, stage: int) -> Tensor:
    """True where a level's windows are right at a stage, or there is a hole (b, 1, H, W); on the host."""
    measured = hole.bool()
    for window in windows:
        for picture, box in zip(measured, window.right(stage), strict=True):
            picture[(..., *box.span)] = True
    return measured


def through_level(
    block: UpBlock, parts: LevelParts, first: GroupStatistics, known: Known
) -> list[Tensor]:
    """A level's blocks and its doubling, by window; `first` are the statistics of the level's input.

    Of windows it sees shapes and never places, so that one compilation serves a bucket wherever it lies.
    """
    for index, resnet in enumerate(block.resnets):
        parts = parts.through(resnet, known, first if index == 0 else None)
    made = parts.pixels
    for layer in block.upsamplers:
        made = [
            window.doubled(layer.conv, x) for window, x in zip(parts.windows, made, strict=True)
        ]
    return made

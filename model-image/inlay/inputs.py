"""An edit's pictures: downloaded from the edge and decoded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inlay.edit_input import EditInput
from inlay.pixels import Picture, decode_mask, decode_picture
from inlay.safety.guard import Guard
from inlay.timings import Timings
from inlay.transfers import Transfers

MAX_INPUT_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class Inputs:
    """The picture, its mask (H, W), True = repaint, and the example where the task has one."""

    picture: Picture
    mask: NDArray[np.bool_]
    example: Picture | None = None


def bring_inputs(
    transfers: Transfers, guard: Guard, request: EditInput, timings: Timings
) -> Inputs:
    """What an edit starts from; for one without a picture, an empty one that is repainted as a whole.

    Raises EditError for what cannot be decoded or is refused, TransportError for what cannot be had.
    """
    if not request.has_picture:
        empty = np.zeros((request.height, request.width, 3), np.uint8)
        return Inputs(Picture("RGB", empty, None), np.ones(empty.shape[:2], bool))
    urls = filter(None, (request.image_url, request.mask_url, request.example_url))
    coming = [transfers.download(url, MAX_INPUT_BYTES) for url in urls]
    image_file, mask_file, *examples = (transfers.result(file) for file in coming)
    timings.mark("download_ms")
    for file in (image_file, *examples):
        guard.check_file(file)
    picture = decode_picture(image_file)
    mask = decode_mask(mask_file, picture.width, picture.height)
    example = decode_picture(examples[0], "example") if examples else None
    timings.mark("decode_ms")
    for shown in filter(None, (picture, example)):
        guard.check_picture(shown.colour())
    timings.mark("check_ms")
    return Inputs(picture, mask, example)

"""An edit's pictures: downloaded from the edge and decoded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inlay.edit_input import EditInput
from inlay.pixels import Picture, decode_mask, decode_picture
from inlay.timings import Timings
from inlay.transport import EdgeClient

MAX_INPUT_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class Inputs:
    """The picture, its mask (H, W), True = repaint, and the example where the task has one."""

    picture: Picture
    mask: NDArray[np.bool_]
    example: Picture | None = None


def bring_inputs(edge: EdgeClient, request: EditInput, timings: Timings) -> Inputs:
    """What an edit starts from; for one without a picture, an empty one that is repainted as a whole.

    Raises EditError for what cannot be decoded, TransportError for what cannot be had.
    """
    if not request.has_picture:
        empty = np.zeros((request.height, request.width, 3), np.uint8)
        return Inputs(Picture("RGB", empty, None), np.ones(empty.shape[:2], bool))
    image_file = edge.download(request.image_url, MAX_INPUT_BYTES)
    mask_file = edge.download(request.mask_url, MAX_INPUT_BYTES)
    example_file = (
        edge.download(request.example_url, MAX_INPUT_BYTES) if request.example_url else None
    )
    timings.mark("download_ms")
    picture = decode_picture(image_file)
    mask = decode_mask(mask_file, picture.width, picture.height)
    example = None if example_file is None else decode_picture(example_file, "example")
    timings.mark("decode_ms")
    return Inputs(picture, mask, example)

"""An edit's pictures: downloaded from the edge and decoded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inlay.edge import grown
from inlay.edit_input import EditInput
from inlay.outpaint import extended
from inlay.pixels import Picture, decode_mask, decode_picture
from inlay.safety.guard import Guard
from inlay.timings import Timings
from inlay.transfers import Transfers

MAX_INPUT_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class Inputs:
    """The picture, its mask (H, W), True = repaint and grown as asked, and the example where the task has one."""

    picture: Picture
    mask: NDArray[np.bool_]
    example: Picture | None = None
    file: bytes = b""
    """The picture's own file; empty where there is none, or no claim is to name it."""


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
    image_file, *others = (transfers.result(file) for file in coming)
    mask_file = others.pop(0) if request.has_mask else None
    timings.mark("download_ms")
    for file in (image_file, *others):
        guard.check_file(file)
    picture = decode_picture(image_file)
    example = decode_picture(others[0], "example") if others else None
    timings.mark("decode_ms")
    for shown in filter(None, (picture, example)):
        guard.check_picture(shown.colour())
    timings.mark("check_ms")
    if mask_file is None:
        picture, mask = extended(picture, *request.margins)
    else:
        mask = grown(mask_of(mask_file, picture, request), request.grow)
    timings.mark("decode_ms")
    return Inputs(picture, mask, example, image_file if request.claim_url else b"")


def mask_of(file: bytes, picture: Picture, request: EditInput) -> NDArray[np.bool_]:
    """The mask as the customer drew it."""
    return decode_mask(
        file,
        picture.width,
        picture.height,
        request.mask_mode,
        request.mask_resize,
        picture.turned,
    )

"""What sampling starts from where it does not start from noise: a classical fill in the place of what is removed."""

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST = 1e-6


def push_pull(picture: NDArray[np.uint8], hole: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A picture (h, w, 3) whose hole (h, w) goes on smoothly from its edge: averages of what is kept, coarse to fine
    (push-pull; Gortler et al. 1996). Where nothing is kept it is mid-grey.
    """
    if hole.all():
        return np.full_like(picture, 128)
    weight = (~hole).astype(np.float32)
    colour = picture.astype(np.float32) * weight[..., None]
    levels = [(colour, weight)]
    while min(weight.shape) > 1:
        size = (max(1, weight.shape[1] // 2), max(1, weight.shape[0] // 2))
        colour, weight = (
            cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in levels[-1]
        )
        levels.append((colour.reshape(*weight.shape, 3), weight))
    filled = None
    for colour, weight in reversed(levels):
        known = colour / np.maximum(weight, LEAST)[..., None]
        if filled is not None:
            size = (weight.shape[1], weight.shape[0])
            coarse = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR)
            share = np.minimum(weight, 1)[..., None]
            known = np.where(share > 0, known * share + coarse * (1 - share), coarse)
        filled = known
    smooth = filled.round().clip(0, 255).astype(np.uint8)
    return np.where(hole[..., None], smooth, picture)

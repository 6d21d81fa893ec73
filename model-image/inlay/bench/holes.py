"""The holes of a benchmark."""

import numpy as np
from numpy.typing import NDArray


def middle_hole(side: int, share: float) -> NDArray[np.bool_]:
    """A mask (side, side) whose square in the middle covers a share of it."""
    hole = round(side * share**0.5)
    first = (side - hole) // 2
    mask = np.zeros((side, side), bool)
    mask[first : first + hole, first : first + hole] = True
    return mask

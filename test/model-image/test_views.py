"""What a classifier is shown: nothing of a picture stays out of its sight."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from middle_square import MiddleSquare

from inlay.crops import Box, Crop
from inlay.safety.guard import Guard
from inlay.safety.policy import Policy
from inlay.safety.views import views_of

SIDES = st.integers(1, 400)


def places(height: int, width: int) -> np.ndarray:
    """A picture whose pixels say where they are."""
    y, x = np.mgrid[:height, :width]
    return np.stack([y, x], -1)


@given(SIDES, SIDES)
def test_squares_cover_a_picture_and_each_shares_half_with_the_next(height, width):
    views = views_of(places(height, width))
    side = min(height, width)
    assert all(view.shape == (side, side, 2) for view in views)
    firsts = [int(view[0, 0].max()) for view in views]
    assert firsts[0] == 0
    assert firsts[-1] + side == max(height, width)
    assert all(0 < b - a <= max(1, side // 2) for a, b in itertools.pairwise(firsts))


def test_a_square_picture_is_seen_once_and_crops_are_seen_as_they_are():
    assert len(views_of(places(64, 64))) == 1
    crops = [Crop(2, 3, 8, Box(4, 4, 6, 6)), Crop(20, 5, 16, Box(22, 7, 30, 9))]
    assert [view[0, 0].tolist() for view in views_of(places(40, 60), crops)] == [[3, 2], [5, 20]]


@pytest.mark.parametrize("place", ["left", "right", "top", "bottom", "middle"])
def test_what_is_painted_at_an_edge_is_found_wherever_it_is(place):
    upright = place in ("top", "bottom")
    colour = np.zeros((90, 30, 3) if upright else (30, 90, 3), np.uint8)
    along = colour if upright else colour.swapaxes(0, 1)
    start = {"left": 0, "top": 0, "middle": 41}.get(place, 82)
    along[start : start + 8] = 255
    assert Guard(Policy(thresholds={"white": 0.2}), MiddleSquare()).blocks(views_of(colour))

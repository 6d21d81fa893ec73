"""The window in which one looks for a seam."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from inlay.zoom import edge_of, zoom_on_edge


def hole(top: int, left: int, height: int, width: int) -> torch.Tensor:
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., top : top + height, left : left + width] = 1
    return mask


def test_the_window_lies_around_the_left_edge_of_the_widest_row():
    assert edge_of(hole(30, 40, 4, 10), 32) == (14, 24)


@given(st.integers(0, 63), st.integers(0, 63), st.integers(0, 64), st.integers(0, 64))
def test_the_window_lies_within_the_picture(top, left, height, width):
    at = edge_of(hole(top, left, height, width), 32)
    assert all(0 <= place <= 32 for place in at)


def test_every_pixel_is_shown_as_four():
    picture = torch.arange(64.0).expand(1, 3, 64, 64).clone()
    (shown,) = zoom_on_edge([picture], hole(30, 40, 4, 10))
    assert shown.shape == picture.shape
    assert shown[0, 0, 0, :4].tolist() == [24, 24, 25, 25]

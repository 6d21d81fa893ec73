"""The shade at the hole's edge: a fill that is off is moved to what is beside it, and nothing else is."""

import numpy as np
import pytest

from inlay.colour_match import MOST, match_colour

SIZE = 96


@pytest.fixture
def hole() -> np.ndarray:
    hole = np.zeros((SIZE, SIZE), bool)
    hole[30:66, 30:66] = True
    return hole


def slope() -> np.ndarray:
    """A picture whose colours change slowly."""
    ramp = np.linspace(90, 130, SIZE, dtype=np.float32)
    return np.stack([ramp[None].repeat(SIZE, 0), ramp[:, None].repeat(SIZE, 1)], axis=2)


@pytest.mark.parametrize("off", [-20, -5, 5, 20])
def test_a_fill_that_is_a_shade_off_is_moved_back(off, hole):
    picture = slope()
    shown = picture.round().astype(np.uint8)
    fill = np.where(hole[..., None], picture + off, picture)
    moved = match_colour(fill, shown, hole)
    assert (moved[~hole] == fill[~hole]).all()
    assert np.abs(moved - picture)[hole].mean() < 0.3 * abs(off)
    edge = np.abs(moved - picture)[30, 30:66]
    assert edge.mean() < 0.15 * abs(off) + 0.5


def test_a_fill_that_fits_stays(hole):
    picture = slope()
    moved = match_colour(picture, picture.round().astype(np.uint8), hole)
    assert np.abs(moved - picture).max() < 6
    assert np.abs(moved - picture)[hole].mean() < 1.5


def test_another_thing_is_not_made_the_surroundings(hole):
    black = np.zeros((SIZE, SIZE, 1), np.uint8)
    white = np.full((SIZE, SIZE, 1), 255, np.float32)
    moved = match_colour(white, black, hole)
    assert moved[48, 48, 0] >= 255 - 2 * MOST


def test_without_kept_pixels_there_is_no_shade():
    fill = np.full((8, 8, 3), 7, np.float32)
    assert match_colour(fill, np.zeros((8, 8, 3), np.uint8), np.ones((8, 8), bool)) is fill

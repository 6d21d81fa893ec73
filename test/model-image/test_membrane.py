"""Light made equal where what is put together differs by a shade, and only there."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from inlay.crops import Box
from inlay.membrane import SHADE, composed
from inlay.shift_map import ShiftMap

SIZE = 64
HOLE = Box(16, 16, 32, 32)
SMALL = Box(16, 16, 32, 26)
LOWER = 33
"""Rows from which on a picture is of another kind: all that is taken from 24 rows below the small hole is."""


def mask_of(box: Box) -> Tensor:
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., box.top : box.bottom, box.left : box.right] = 1
    return mask


def moved(down: int, right: int, box: Box = HOLE) -> ShiftMap:
    """All of a box from one place."""
    shifts = torch.tensor([down, right]).expand(box.bottom - box.top, box.right - box.left, 2)
    return ShiftMap(box, shifts.clone())


def noise(seed: int) -> Tensor:
    return torch.rand(1, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(seed)) - 0.5


@pytest.mark.parametrize("shade", [-0.15, 0.02, 0.15])
def test_a_piece_from_another_light_takes_the_light_of_its_new_place(shade):
    picture = torch.full((1, 3, SIZE, SIZE), 0.1)
    picture[..., LOWER:, :] += shade
    made = composed(picture, mask_of(SMALL), moved(24, 0, SMALL))
    assert (made[..., 16:26, 16:32] - 0.1).abs().max() < 2e-3


@pytest.mark.parametrize("rim", [-0.15, 0.15])
def test_a_rim_that_a_mask_left_of_a_thing_fades_into_the_hole_and_does_not_count_as_light(rim):
    mask = mask_of(HOLE)
    around = (F.max_pool2d(mask, 5, 1, 2) - mask) > 0
    picture = torch.where(around, 0.1 + rim, torch.full((1, 3, SIZE, SIZE), 0.1))
    shifts = moved(19, 0)
    shifts.shifts[8:, :, 0] = -19
    added = (composed(picture, mask, shifts) - 0.1)[0, :, HOLE.top : HOLE.bottom, 24] / rim
    assert (added[:, [0, -1]] > 0.5).all()
    assert added[:, 7:9].abs().max() < 0.25


def test_a_piece_of_another_colour_keeps_it_and_ends_softly():
    picture = torch.full((1, 3, SIZE, SIZE), -0.5)
    picture[..., LOWER:, :] = 0.6
    made = composed(picture, mask_of(SMALL), moved(24, 0, SMALL))
    assert (made[..., 19:23, 19:29] - 0.6).abs().max() < 1e-6
    assert -0.3 < made[..., 16, 24].mean() < 0.5


def test_two_pieces_that_differ_by_a_shade_meet_without_a_step():
    picture = torch.zeros(1, 3, SIZE, SIZE)
    picture[..., 32:, :] = 0.06
    picture[..., :16, :] = -0.06
    shifts = moved(0, 0)
    shifts.shifts[:8] = torch.tensor([-16, 0])
    shifts.shifts[8:] = torch.tensor([16, 0])
    made = composed(picture, mask_of(HOLE), shifts)
    assert made[..., 16:32, 18:30].diff(dim=2).abs().max() < 0.02


@given(st.integers(0, 100), st.integers(-16, 16), st.integers(-16, 16))
@settings(max_examples=25, deadline=None)
def test_what_is_kept_stays_and_what_was_in_the_hole_makes_no_difference(seed, down, right):
    picture, mask = noise(seed), mask_of(HOLE)
    if max(abs(down), abs(right)) < 16:
        down = 16
    made = composed(picture, mask, moved(down, right))
    kept = (mask == 0).expand_as(picture)
    assert torch.equal(made[kept], picture[kept])
    other = torch.where(kept, picture, noise(seed + 1))
    assert torch.equal(made, composed(other, mask, moved(down, right)))
    assert made.abs().max() <= 0.5 + SHADE

"""Where the model looks: crops cover the mask, with context, and there are few of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inlay.crops import CONTEXT, MAX_CROPS, MOST_SHRUNK, Box, cut, group_boxes, inside, plan_crops


@st.composite
def masks(draw):
    """Masks with up to twelve boxes, of any shape, never empty."""
    height, width = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    mask = np.zeros((height, width), bool)
    for _ in range(draw(st.integers(1, 12))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        mask[top : top + draw(st.integers(1, 60)), left : left + draw(st.integers(1, 60))] = True
    return mask


@given(st.lists(st.integers(0, 20), min_size=8, max_size=8))
def test_a_boxs_rows_and_columns_are_the_same_counted_from_another_box_around_it(numbers):
    one, other = (Box(a, b, a + c + 1, b + d + 1) for a, b, c, d in (numbers[:4], numbers[4:]))
    around = one.union(other)
    array = np.arange(42 * 42).reshape(42, 42)
    assert array[one.span].shape == (one.bottom - one.top, one.right - one.left)
    assert (array[around.span][one.within(around).span] == array[one.span]).all()


@given(masks(), st.sampled_from([16, 64, 256]))
@settings(max_examples=150, deadline=None)
def test_crops_cover_the_mask_are_few_and_hold_their_holes(mask, native):
    crops, _merged = plan_crops(mask, native)
    assert 1 <= len(crops) <= MAX_CROPS
    covered = np.zeros_like(mask)
    for crop in crops:
        hole = crop.hole
        covered[hole.top : hole.bottom, hole.left : hole.right] = True
        assert crop.box.contains(hole)
        assert crop.side >= hole.side
        wanted = max(round(hole.side * CONTEXT), native)
        assert crop.side == min(wanted, max(mask.shape))
    assert covered[mask].all()


@given(st.integers(1, 900), st.integers(1, 900), st.sampled_from([16, 256, 512]))
def test_a_mask_of_the_whole_picture_is_painted_at_once_or_in_tiles_shrunk_at_most_twofold(
    height, width, native
):
    crops, told = plan_crops(np.ones((height, width), bool), native)
    if max(height, width) <= MOST_SHRUNK * native:
        (crop,) = crops
        assert crop.side == max(height, width)
        assert cut(np.ones((height, width), bool), crop).all() == (height == width)
    assert told or all(crop.side <= MOST_SHRUNK * native for crop in crops)


@given(masks())
@settings(max_examples=100, deadline=None)
def test_groups_are_tight_boxes_around_all_that_is_marked(mask):
    boxes = group_boxes(mask)
    covered = np.zeros_like(mask)
    for box in boxes:
        region = mask[box.top : box.bottom, box.left : box.right]
        assert region.any(axis=1)[[0, -1]].all()
        assert region.any(axis=0)[[0, -1]].all()
        covered[box.top : box.bottom, box.left : box.right] = True
    assert covered[mask].all()


def test_two_distant_holes_are_looked_at_apart_and_two_near_ones_together():
    mask = np.zeros((1000, 1000), bool)
    mask[10:60, 10:60] = True
    mask[900:950, 900:950] = True
    assert len(plan_crops(mask, 256)[0]) == 2
    mask[:] = False
    mask[400:450, 400:450] = True
    mask[400:450, 500:550] = True
    assert len(plan_crops(mask, 256)[0]) == 1


@pytest.mark.parametrize(("a_side", "told"), [(4, False), (5, True)])
def test_up_to_sixteen_distant_holes_have_their_own_crops_and_more_are_merged_and_told(
    a_side, told
):
    mask = np.zeros((5000, 5000), bool)
    for place in range(a_side**2):
        top, left = 1000 * (place // a_side) + 100, 1000 * (place % a_side) + 100
        mask[top : top + 20, left : left + 20] = True
    crops, merged = plan_crops(mask, 64)
    assert len(crops) <= MAX_CROPS
    assert merged == told
    assert merged or all(crop.side == 64 for crop in crops)


def test_a_large_hole_is_cut_evenly_and_every_tile_sees_its_neighbours():
    mask = np.zeros((2000, 3000), bool)
    mask[400:1400, 500:1500] = True
    crops, merged = plan_crops(mask, 512)
    assert not merged
    assert len(crops) == 4
    assert {crop.side for crop in crops} == {800}
    first, second = crops[:2]
    assert first.box.right > second.hole.left


def test_a_ring_has_no_crop_in_its_middle():
    mask = np.ones((3000, 3000), bool)
    mask[500:2500, 500:2500] = False
    crops, _ = plan_crops(mask, 512)
    assert all(mask[c.hole.top : c.hole.bottom, c.hole.left : c.hole.right].any() for c in crops)
    middle = Box(600, 600, 2400, 2400)
    assert not any(middle.contains(crop.hole) for crop in crops)


@pytest.mark.parametrize(
    ("start", "side", "length", "moved"),
    [(-5, 10, 100, 0), (95, 10, 100, 90), (40, 10, 100, 40), (3, 120, 100, -10), (0, 100, 100, 0)],
)
def test_a_crop_stays_inside_the_picture_where_it_fits(start, side, length, moved):
    assert inside(start, side, length) == moved

"""Growing and fading: the hole's edge, measured by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import NoiseFiller, nothing, settings_of
from test_crops import masks

from inlay.crops import Box
from inlay.edge import grown, weights
from inlay.pipeline import fill_picture
from inlay.pixels import Picture

reaches = st.integers(0, 40)


@st.composite
def small_masks(draw):
    """Masks of single pixels and boxes, small enough for brute force."""
    height, width = draw(st.integers(1, 24)), draw(st.integers(1, 24))
    mask = np.zeros((height, width), bool)
    for _ in range(draw(st.integers(1, 5))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        mask[top : top + draw(st.integers(1, 9)), left : left + draw(st.integers(1, 9))] = True
    return mask


def nearest(mask: np.ndarray, wanted: bool) -> np.ndarray:
    """The distance of every pixel to the nearest that is (not) marked; endless where there is none."""
    places = np.argwhere(mask == wanted)
    rows, columns = np.indices(mask.shape)
    if len(places) == 0:
        return np.full(mask.shape, np.inf)
    return np.sqrt(
        (rows[..., None] - places[:, 0]) ** 2 + (columns[..., None] - places[:, 1]) ** 2
    ).min(-1)


def whole(mask: np.ndarray) -> Box:
    return Box(0, 0, mask.shape[1], mask.shape[0])


@given(small_masks(), st.integers(0, 30))
@settings(max_examples=80, deadline=None)
def test_a_mask_grows_to_all_within_a_distance(mask, pixels):
    assert (grown(mask, pixels) == (nearest(mask, True) <= pixels)).all()


@given(small_masks(), st.integers(0, 30))
@settings(max_examples=80, deadline=None)
def test_weights_rise_from_the_kept_pixels_inward(mask, feather):
    found = weights(mask, whole(mask), feather)
    wanted = np.minimum(nearest(mask, False) / (feather + 1), 1) * mask
    assert np.abs(found - wanted).max() < 1e-4


@given(masks(), reaches, reaches)
@settings(max_examples=60, deadline=None)
def test_nothing_outside_the_grown_mask_has_weight_and_all_within_has(mask, pixels, feather):
    reached = grown(mask, pixels)
    assert reached[mask].all()
    assert ((weights(reached, whole(mask), feather) > 0) == reached).all()


@given(masks(), reaches, st.data())
@settings(max_examples=60, deadline=None)
def test_a_part_has_the_weights_of_the_whole(mask, feather, data):
    height, width = mask.shape
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom = data.draw(st.integers(top + 1, height))
    right = data.draw(st.integers(left + 1, width))
    part = weights(mask, Box(left, top, right, bottom), feather)
    same = weights(mask, whole(mask), feather)[top:bottom, left:right]
    # OpenCV's roots differ by a last bit with where in its registers they are taken.
    assert np.abs(part - same).max() <= np.finfo(np.float32).eps
    assert ((part == 0) == (same == 0)).all()


@given(masks(), reaches, reaches, st.sampled_from(["RGB", "RGBA", "L"]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_kept_pixels_are_those_without_weight_and_they_are_counted(
    mask, pixels, feather, mode, deep
):
    mask = grown(mask, pixels)
    kind = np.uint16 if deep else np.uint8
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    random = np.random.default_rng(1)
    samples = random.integers(0, np.iinfo(kind).max + 1, (*mask.shape, channels), kind)
    picture = Picture(mode, samples, None)
    filler = NoiseFiller()
    filled = fill_picture(filler, picture, mask, settings_of(3, feather=feather), nothing)
    (result,) = filled.samples
    assert filled.kept_pixels == (weights(mask, whole(mask), feather) == 0).sum()
    assert (result[~mask] == samples[~mask]).all()
    assert result.dtype == kind
    # The model's own mask is every pixel that takes something of it, and softness is no matter of its.
    plain = NoiseFiller()
    fill_picture(plain, picture, mask, settings_of(3), nothing)
    assert (plain.shown[0][1] == filler.shown[0][1]).all()


@pytest.mark.parametrize("feather", [0, 1, 10])
def test_a_fade_starts_at_the_hole_and_ends_feather_pixels_within(feather):
    mask = np.zeros((9, 60), bool)
    mask[:, 20:] = True
    picture = Picture("L", np.zeros((9, 60, 1), np.uint8), None)

    class White(NoiseFiller):
        def fill(self, *options):
            return super().fill(*options) * 0 + 1

    settings = settings_of(1, feather=feather, match_ring=False)
    (result,) = fill_picture(White(native_size=64), picture, mask, settings, nothing).samples
    row = result[4, :, 0].astype(int)
    assert (row[:20] == 0).all()
    assert (np.diff(row) >= 0).all()
    assert row[20] == round(255 / (feather + 1))
    assert (row[20 + feather :] == 255).all()

"""Only masked pixels change: for every mask, picture, mode, and model."""

import numpy as np
import pytest
import torch
from conftest import encoded, noise_picture
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import NoiseFiller, nothing, settings_of
from test_crops import masks

from inlay.crops import Box, Crop, cut
from inlay.pipeline import fill_picture, mask_tensor
from inlay.pixels import decode_picture, encode_picture
from inlay.settings import FillSettings

MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


@given(masks(), st.sampled_from(sorted(MODES)), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_no_kept_sample_changes_whatever_the_model_paints(mask, mode, count):
    height, width = mask.shape
    samples = noise_picture(width, height, MODES[mode])
    flat = samples[..., 0] if mode == "L" else samples
    picture = decode_picture(encoded(flat, mode))
    filled = fill_picture(NoiseFiller(), picture, mask, settings_of(*range(count)), nothing)
    assert len(filled.samples) == count
    assert filled.kept_pixels == (~mask).sum()
    for result in filled.samples:
        assert (result[~mask] == samples[~mask]).all()
        assert result.dtype == np.uint8
        if mode in ("LA", "RGBA"):
            assert (result[..., -1] == samples[..., -1]).all()
        stored = decode_picture(encode_picture(picture, result, "png")[0])
        assert (stored.samples == result).all()


@given(masks())
@settings(max_examples=40, deadline=None)
def test_every_masked_pixel_is_painted(mask):
    height, width = mask.shape
    picture = decode_picture(encoded(np.zeros((height, width, 3), np.uint8), "RGB"))

    class White(NoiseFiller):
        def fill(self, *options):
            return torch.ones_like(super().fill(*options))

    settings = FillSettings([0], 1, match_ring=False)
    (result,) = fill_picture(White(), picture, mask, settings, nothing).samples
    # Where a crop is shrunk, a fill's edge is as soft as what surrounds it.
    assert (result[mask] > 0).all()
    if max(height, width) <= 24:
        assert (result[mask] == 255).all()
    assert (result[~mask] == 0).all()


@given(masks(), st.integers(1, 3), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_progress_rises_step_by_step_to_its_end(mask, count, steps):
    height, width = mask.shape
    picture = decode_picture(encoded(noise_picture(width, height), "RGB"))
    told = []
    filler = NoiseFiller()
    fill_picture(
        filler, picture, mask, settings_of(*range(count), steps=steps), lambda *p: told.append(p)
    )
    totals = {total for _, total in told}
    assert len(totals) == 1
    assert [done for done, _ in told] == list(range(1, totals.pop() + 1))


def test_an_output_is_the_same_alone_and_among_others():
    picture = decode_picture(encoded(noise_picture(60, 40), "RGB"))
    mask = np.zeros((40, 60), bool)
    mask[5:20, 5:20] = mask[30:38, 50:58] = True
    together = fill_picture(NoiseFiller(), picture, mask, settings_of(1, 2, 3), nothing).samples
    for seed, result in zip((1, 2, 3), together, strict=True):
        (alone,) = fill_picture(NoiseFiller(), picture, mask, settings_of(seed), nothing).samples
        assert (alone == result).all()


def test_a_hole_that_is_not_filled_yet_is_masked_in_every_crop_that_sees_it():
    picture = decode_picture(encoded(noise_picture(200, 40), "RGB"))
    mask = np.zeros((40, 200), bool)
    mask[10:30, 10:30] = mask[10:20, 60:70] = True
    filler = NoiseFiller()
    fill_picture(filler, picture, mask, settings_of(0), nothing)
    first, last = filler.shown[0][1], filler.shown[-1][1]
    assert first.sum() > 0
    assert last.sum() > 0


@pytest.mark.parametrize("side", [8, 16, 50])
def test_a_mask_of_one_pixel_stays_marked_at_any_size(side):
    mask = np.zeros((side, side), bool)
    mask[side // 2, side // 3] = True
    assert mask_tensor(mask, 16).sum() > 0


def test_beyond_the_pictures_edge_nothing_is_masked():
    region = cut(np.ones((4, 4), bool), Crop(-2, -2, 8, Box(0, 0, 4, 4)))
    assert region.sum() == 16
    assert region[2:6, 2:6].all()

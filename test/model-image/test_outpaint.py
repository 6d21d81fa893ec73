"""A larger picture around the original, and starts that are not noise."""

import json

import numpy as np
import pytest
from conftest import encoded, noise_picture
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import NoiseFiller, nothing, settings_of
from test_runner import request_to

from inlay.outcome import EditError
from inlay.outpaint import extended
from inlay.pipeline import fill_picture
from inlay.pixels import Picture, decode_picture
from inlay.runner import run_edit
from inlay.start import push_pull
from inlay.transport import EdgeClient

margins = st.integers(0, 30)


@given(margins, margins, margins, margins, st.sampled_from(["L", "LA", "RGB", "RGBA"]))
@settings(max_examples=40, deadline=None)
def test_the_original_lies_unchanged_inside_and_all_around_it_is_painted(
    left, right, up, down, mode
):
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[mode]
    samples = noise_picture(23, 17, channels)
    picture, mask = extended(Picture(mode, samples, None), left, right, up, down)
    assert mask.shape == (17 + up + down, 23 + left + right)
    assert (~mask).sum() == 23 * 17
    if not mask.any():
        return
    filled = fill_picture(NoiseFiller(), picture, mask, settings_of(1), nothing)
    (result,) = filled.samples
    assert filled.kept_pixels == 23 * 17
    assert (result[up : up + 17, left : left + 23] == samples).all()
    if picture.has_alpha:
        assert (result[..., -1][mask] == 255).all()


def test_more_than_can_be_edited_is_refused():
    with pytest.raises(EditError) as refused:
        extended(Picture("L", np.zeros((9000, 16, 1), np.uint8), None), 4096, 4096, 0, 0)
    assert refused.value.code == "output_too_large"


def test_an_outpainted_picture_is_as_large_as_asked_and_takes_no_mask(edge, inpainter):
    image = noise_picture(70, 50)
    edge.files["/image"] = encoded(image, "RGB")
    request = request_to(edge, task="outpaint", mask_url="", left=20, down=33)
    run_edit(inpainter, EdgeClient(edge.origin), request, nothing)
    manifest = json.loads(edge.stored["/manifest"])
    [output] = manifest["outputs"]
    assert (output["width"], output["height"]) == (90, 83)
    assert output["kept_pixels"] == 70 * 50
    result = decode_picture(edge.stored["/out/0"]).samples
    assert (result[:50, 20:] == image).all()
    with pytest.raises(ValueError, match="left, right"):
        request_to(edge, task="outpaint", mask_url="")
    with pytest.raises(ValueError, match="mask_url"):
        request_to(edge, task="outpaint", left=1)


def ramp() -> np.ndarray:
    return np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 64, 0).repeat(3, 2)


def test_a_classical_fill_goes_on_smoothly_and_leaves_the_rest():
    picture = ramp()
    hole = np.zeros((64, 64), bool)
    hole[20:44, 20:44] = True
    damaged = np.where(hole[..., None], 0, picture).astype(np.uint8)
    filled = push_pull(damaged, hole)
    assert (filled[~hole] == picture[~hole]).all()
    assert np.abs(filled.astype(int) - picture).mean() < 4
    assert (push_pull(damaged, np.ones_like(hole)) == 128).all()


@pytest.mark.parametrize("content", ["original", "fill"])
def test_what_sampling_starts_from_is_what_was_asked_for(content):
    samples = ramp()
    samples[24:40, 24:40] = (255, 0, 255)
    mask = np.zeros((64, 64), bool)
    mask[20:44, 20:44] = True
    filler = NoiseFiller(native_size=64)
    settings = settings_of(1, masked_content=content, strength=0.5)
    fill_picture(filler, Picture("RGB", samples, None), mask, settings, nothing)
    shown = ((filler.shown[0][0][0].permute(1, 2, 0).numpy() + 1) * 127.5).round()
    assert (shown[~mask] == samples[~mask]).all()
    assert (abs(shown[30, 30] - (255, 0, 255)).max() < 1) == (content == "original")

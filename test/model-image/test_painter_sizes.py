"""Whole edits of every size by every task and sampler: right sizes, no warning, and each seed its own picture."""

import warnings

import numpy as np
import pytest
import torch
from conftest import noise_picture
from painting import PLAIN, SIZE, WIDER, nothing
from small_diffusion import small_text, small_unet

from inlay.autoencoder import Autoencoder
from inlay.pipeline import fill_picture
from inlay.pixels import Picture
from inlay.settings import FillSettings
from inlay.stable_diffusion.painter import Painter
from inlay.stable_diffusion.samplers import SAMPLERS
from inlay.stable_diffusion.text import TextEncoder
from inlay.tasks import TASKS

SIZES = [(64, 64), (65, 71), (97, 250), (333, 131), (767, 1021), (1024, 1023)]
"""Width and height; most are no multiples of 8."""

CASES = [(task, sampler) for task in TASKS for sampler in sorted(SAMPLERS)]


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return TextEncoder(*small_text(tmp_path_factory.mktemp("tokenizer")))


@pytest.fixture(scope="module")
def autoencoder() -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(PLAIN).eval().requires_grad_(False)


def filled(painter: Painter, width: int, height: int, seeds: list[int]) -> list[np.ndarray]:
    """Pictures of this size; whatever torch warns of is an error."""
    picture = Picture("RGB", noise_picture(width, height), None)
    mask = np.zeros((height, width), bool)
    top, left = height // 4, width // 5
    mask[top : top + min(top, 70), left : left + 70] = True
    settings = FillSettings(seeds, 4, 2.0, prompt="kite")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # numpy's, of how diffusers' schedulers call it.
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        made = fill_picture(painter, picture, mask, settings, nothing)
    for samples in made.samples:
        assert samples.shape == (height, width, 3)
        assert np.array_equal(samples[~mask], picture.samples[~mask])
    return made.samples


@pytest.mark.parametrize(("task", "sampler"), CASES)
def test_four_outputs_are_each_their_own_and_come_again_one_by_one(
    autoencoder, text, task, sampler
):
    channels = TASKS[task].channels
    painter = Painter(autoencoder, small_unet(channels), text, TASKS[task], sampler, SIZE)
    width, height = SIZES[CASES.index((task, sampler)) % len(SIZES)]
    together = filled(painter, width, height, [3, 4, 5, 6])
    assert len({samples.tobytes() for samples in together}) == 4
    for index, seed in enumerate([3, 4, 5, 6]):
        [alone] = filled(painter, width, height, [seed])
        # A later crop sees an earlier one's rounding, and is no further off than a few of those.
        assert np.abs(alone.astype(int) - together[index]).max() <= 4


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_picture_of_any_size_comes_back_at_its_size(autoencoder, text, width, height):
    painter = Painter(autoencoder, small_unet(), text, native_size=SIZE)
    assert len(filled(painter, width, height, [1, 2, 3, 4])) == 4


def test_under_a_mask_of_a_whole_square_picture_no_features_of_it_are_computed(text):
    torch.manual_seed(0)
    autoencoder = Autoencoder(WIDER).eval().requires_grad_(False)
    painter = Painter(autoencoder, small_unet(), text, native_size=SIZE)
    calls: list[str] = []
    hook = autoencoder.decoder.condition_encoder.register_forward_hook(lambda *_: calls.append("c"))
    picture = Picture("RGB", noise_picture(SIZE, SIZE), None)
    mask = np.ones((SIZE, SIZE), bool)
    fill_picture(painter, picture, mask, FillSettings([1], 1), nothing)
    assert calls == []
    mask[0, 0] = False
    fill_picture(painter, picture, mask, FillSettings([1], 1), nothing)
    hook.remove()
    assert calls == ["c"]


@pytest.mark.parametrize("side", [66, 77, 133])
def test_a_native_size_that_is_no_multiple_of_8_is_filled_whole(autoencoder, text, side):
    painter = Painter(autoencoder, small_unet(), text, native_size=side)
    image = torch.zeros(1, 3, side, side)
    mask = torch.zeros(1, 1, side, side)
    mask[..., 20:, 30:] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        made = painter.fill(image, mask, FillSettings([1, 2], 2, 2.0), nothing)
    assert made.shape == (2, 3, side, side)
    assert torch.isfinite(made).all()

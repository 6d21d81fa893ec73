"""A picture's own colours: the model sees sRGB, the fill comes back in the profile, and nothing else is converted."""

import numpy as np
import pytest
from conftest import encoded, noise_picture
from painted import ColourFiller, nothing, settings_of
from profiles import colorants, grey_profile, rgb_profile

from inlay.pipeline import fill_picture
from inlay.pixels import Picture, decode_picture
from inlay.pixels.colours import Colours, fits


def srgb_to_p3(colour: np.ndarray) -> np.ndarray:
    """By the definitions, without a colour management library: sRGB's curve in, a gamma of 2.2 out."""
    value = colour / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    moved = np.linalg.solve(colorants("display-p3"), colorants("srgb") @ linear)
    return 255 * moved.clip(0, 1) ** (1 / 2.2)


def hole(width: int, height: int) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[height // 4 : height // 2, width // 4 : width // 2] = True
    return mask


@pytest.mark.parametrize("colour", [(200, 40, 30), (10, 240, 20), (128, 128, 128), (0, 0, 255)])
def test_a_fill_in_display_p3_is_the_colour_that_was_painted_and_kept_samples_are_not_converted(
    colour,
):
    samples = noise_picture(64, 48)
    picture = Picture("RGB", samples, rgb_profile("display-p3"))
    mask = hole(64, 48)
    settings = settings_of(1, match_ring=False)
    (result,) = fill_picture(ColourFiller(colour), picture, mask, settings, nothing).samples
    assert (result[~mask] == samples[~mask]).all()
    wanted = srgb_to_p3(np.array(colour, float))
    assert np.abs(result[mask].astype(float) - wanted).max() < 2.5


def test_the_model_is_shown_srgb():
    pure = np.zeros((64, 64, 3), np.uint8)
    pure[..., 1] = 200
    filler = ColourFiller((0, 0, 0))
    picture = Picture("RGB", pure, rgb_profile("adobe-rgb"))
    fill_picture(filler, picture, hole(64, 64), settings_of(1), nothing)
    shown = (filler.shown[0][0, :, -1, -1] + 1) * 127.5
    # Adobe RGB's green lies outside sRGB: its red and blue are at nothing, its green above its own number.
    assert shown[1] > 200
    assert shown[0] < 5


def test_a_grey_profile_stays_grey_and_is_told_apart_from_rgbs():
    grey, rgb = grey_profile(), rgb_profile("srgb")
    assert fits(grey, grey=True)
    assert fits(rgb, grey=False)
    assert not fits(grey, grey=False)
    assert not fits(rgb, grey=True)
    assert not fits(b"no profile", grey=False)
    middle = Colours(True, grey).own(np.full((2, 2, 3), 128, np.float32))
    assert middle.shape == (2, 2, 1)
    # sRGB's 128 has a luminance of 0.216: in a gamma of 1.8 that is 109.
    assert abs(float(middle[0, 0, 0]) - 255 * 0.216 ** (1 / 1.8)) < 2


@pytest.mark.parametrize("profile", [b"no profile", grey_profile()])
def test_a_profile_that_cannot_be_used_is_dropped_and_told(profile):
    picture = decode_picture(encoded(noise_picture(8, 8), "RGB", icc_profile=profile))
    assert picture.icc_profile is None
    assert picture.notices == ("profile_dropped",)


def test_a_coloured_fill_makes_grey_rgb_only_where_that_was_asked_for():
    samples = noise_picture(64, 48, 1)
    mask, red = hole(64, 48), ColourFiller((220, 30, 30))
    for may_colour, profile, mode in (
        (False, None, "L"),
        (True, None, "RGB"),
        (True, grey_profile(), "L"),
    ):
        picture = Picture("L", samples, profile)
        settings = settings_of(1, may_colour=may_colour)
        (result,) = fill_picture(red, picture, mask, settings, nothing).pictures
        assert result.mode == mode
        assert (result.samples[~mask] == samples[~mask]).all()
    greyish = ColourFiller((120, 124, 118))
    settings = settings_of(1, may_colour=True)
    (result,) = fill_picture(greyish, Picture("L", samples, None), mask, settings, nothing).pictures
    assert result.mode == "L"


def test_sixteen_bits_take_a_fill_that_was_promoted():
    samples = np.full((48, 64, 3), 12_345, np.uint16)
    mask = hole(64, 48)
    settings = settings_of(1, match_ring=False)
    picture = Picture("RGB", samples, None)
    (result,) = fill_picture(ColourFiller((255, 0, 100)), picture, mask, settings, nothing).samples
    assert result.dtype == np.uint16
    assert (result[~mask] == 12_345).all()
    assert np.abs(result[mask].astype(int) - (65535, 0, 25700)).max() <= 1

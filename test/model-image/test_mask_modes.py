"""What of a mask's picture is repainted, in every convention, and masks that do not lie on the picture."""

import io

import numpy as np
import pytest
from conftest import encoded
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inlay.outcome import EditError
from inlay.pixels import Picture, decode_mask, decode_picture, encode_picture
from inlay.pixels.mask import MODES, resized

GREY = np.array([[0, 127, 128, 255]], np.uint8)
CLEAR = np.array([[(255, 255), (255, 128), (255, 127), (0, 0), (0, 255)]], np.uint8)


@pytest.mark.parametrize(
    ("mode", "marked"), [("white", [0, 0, 1, 1]), ("black", [1, 1, 0, 0]), ("auto", [0, 0, 1, 1])]
)
def test_a_mask_without_alpha(mode, marked):
    assert decode_mask(encoded(GREY, "L"), 4, 1, mode).tolist() == [[bool(m) for m in marked]]


@pytest.mark.parametrize(
    ("mode", "marked"),
    [
        ("white", [1, 1, 0, 0, 0]),
        ("black", [0, 0, 0, 0, 1]),
        ("alpha", [0, 0, 1, 1, 0]),
        ("auto", [0, 0, 1, 1, 0]),
    ],
)
def test_a_mask_with_alpha(mode, marked):
    assert decode_mask(encoded(CLEAR, "LA"), 5, 1, mode).tolist() == [[bool(m) for m in marked]]


def test_an_opaque_mask_with_an_alpha_channel_is_white_to_auto_and_empty_to_alpha():
    opaque = np.dstack([GREY, np.full_like(GREY, 255)])
    data = encoded(opaque, "LA")
    assert (decode_mask(data, 4, 1, "auto") == decode_mask(encoded(GREY, "L"), 4, 1)).all()
    for file in (data, encoded(GREY, "L")):
        with pytest.raises(EditError) as refused:
            decode_mask(file, 4, 1, "alpha")
        assert refused.value.code == "mask_empty"


@given(st.sampled_from(["L", "LA", "RGB", "RGBA"]), st.integers(0, 99), st.sampled_from(MODES))
@settings(max_examples=60, deadline=None)
def test_sixteen_bits_mark_what_eight_do(mode, seed, how):
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[mode]
    samples = np.random.default_rng(seed).integers(0, 256, (9, 7, channels), np.uint8)
    deep = samples.astype(np.uint16) * 257
    files = [encode_picture(Picture(mode, s, None), s, "png")[0] for s in (samples, deep)]
    try:
        first = decode_mask(files[0], 7, 9, how)
    except EditError as error:
        with pytest.raises(EditError, match=error.code):
            decode_mask(files[1], 7, 9, how)
        return
    assert (decode_mask(files[1], 7, 9, how) == first).all()


@given(st.sampled_from(["L", "RGB"]), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_black_marks_exactly_what_white_does_not(mode, seed):
    channels = {"L": 1, "RGB": 3}[mode]
    samples = np.random.default_rng(seed).integers(0, 256, (9, 7, channels), np.uint8)
    data = encoded(samples[..., 0] if channels == 1 else samples, mode)
    assert (decode_mask(data, 7, 9, "white") != decode_mask(data, 7, 9, "black")).all()


def turned_jpeg(orientation: int) -> bytes:
    """A picture that is stored 8 x 4."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(np.zeros((4, 8, 3), np.uint8), "RGB", "JPEG", exif=exif)


@pytest.mark.parametrize("resize", [False, True])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_that_fits_only_the_unrotated_picture_says_so(orientation, resize):
    picture = decode_picture(turned_jpeg(orientation))
    mask = encoded(np.full((4, 8), 255, np.uint8), "L")
    size = (picture.width, picture.height)
    if orientation < 5:
        assert decode_mask(mask, *size, turned=picture.turned).all()
        return
    with pytest.raises(EditError) as refused:
        decode_mask(mask, *size, resize=resize, turned=picture.turned)
    assert refused.value.code == "mask_orientation_mismatch"


def test_a_mask_has_an_orientation_of_its_own():
    exif = Image.Exif()
    exif[0x0112] = 6
    grey = np.zeros((4, 8), np.uint8)
    grey[:2] = 255
    mask = decode_mask(encoded(grey, "L", "PNG", exif=exif), 4, 8)
    assert mask[:, 2:].all()
    assert not mask[:, :2].any()


def test_another_size_is_taken_only_where_it_may_be_resized():
    data = encoded(np.full((3, 3), 255, np.uint8), "L")
    with pytest.raises(EditError) as refused:
        decode_mask(data, 10, 7)
    assert refused.value.code == "mask_size_mismatch"
    assert decode_mask(data, 10, 7, resize=True).shape == (7, 10)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 20), st.integers(1, 20), st.data())
@settings(max_examples=150, deadline=None)
def test_a_resized_mask_marks_all_that_any_marked_part_covers(height, width, to, across, data):
    seed = data.draw(st.integers(0, 999))
    mask = np.random.default_rng(seed).random((height, width)) < 0.2
    found = resized(mask, to, across)
    for y in range(to):
        rows = slice(y * height // to, -(-(y + 1) * height // to))
        for x in range(across):
            columns = slice(x * width // across, -(-(x + 1) * width // across))
            assert found[y, x] == mask[rows, columns].any()


def test_an_animated_mask_and_an_animated_picture_are_refused():
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 255)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
    for decode in (decode_picture, lambda data: decode_mask(data, 8, 8)):
        with pytest.raises(EditError) as refused:
            decode(buffer.getvalue())
        assert refused.value.code == "image_animated"

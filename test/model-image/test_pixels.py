"""The reference decode and the encoders: what is kept is kept to the byte."""

import io

import numpy as np
import pytest
from conftest import box_mask, encoded, noise_picture
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from inlay.outcome import EditError
from inlay.pixels import decode_mask, decode_picture, encode_picture

MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
sides = st.integers(1, 40)


def squeezed(samples: np.ndarray) -> np.ndarray:
    return samples[..., 0] if samples.shape[2] == 1 else samples


@given(st.sampled_from(sorted(MODES)), sides, sides, st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_png_samples_of_every_mode_come_through_unchanged(mode, width, height, seed):
    samples = noise_picture(width, height, MODES[mode], seed)
    picture = decode_picture(encoded(squeezed(samples), mode))
    assert picture.mode == mode
    assert (picture.samples == samples).all()
    again = decode_picture(encode_picture(picture, picture.samples, "png")[0])
    assert (again.samples == samples).all()


@given(st.sampled_from(["RGB", "RGBA"]), sides, sides, st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_webp_results_are_lossless_colour_under_transparency_included(mode, width, height, seed):
    samples = noise_picture(width, height, MODES[mode], seed)
    if mode == "RGBA":
        samples[0, 0] = (1, 2, 3, 0)
    picture = decode_picture(encoded(samples, mode))
    body, content_type = encode_picture(picture, picture.samples, "webp")
    assert content_type == "image/webp"
    again = np.asarray(Image.open(io.BytesIO(body)).convert(mode))
    assert (again == samples).all()


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_bytes_that_are_no_picture_are_damage_and_nothing_else(data):
    with pytest.raises(EditError) as refused:
        decode_picture(data)
    assert refused.value.code == "image_damaged"


@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.floats(0.02, 0.9))
@settings(max_examples=40, deadline=None)
def test_a_file_that_breaks_off_is_damage(kind, share):
    whole = encoded(noise_picture(40, 30), "RGB", kind)
    with pytest.raises(EditError) as refused:
        decode_picture(whole[: int(len(whole) * share)])
    assert refused.value.code == "image_damaged"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_applied_to_picture_and_mask_alike(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = noise_picture(6, 4)
    data = encoded(stored, "RGB", "PNG", exif=exif)
    picture = decode_picture(data)
    assert (picture.width, picture.height) == ((6, 4) if orientation < 5 else (4, 6))
    # The pixel stored first, and where each orientation displays it.
    corners = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1)}
    row, column = corners.get(orientation, (-1, 0))
    assert (picture.samples[row, column] == stored[0, 0]).all()
    mask = decode_mask(data, picture.width, picture.height)
    assert (mask == (np.asarray(Image.fromarray(picture.samples).convert("L")) >= 128)).all()


def test_the_icc_profile_stays_and_the_exif_goes():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x8825] = {1: "N"}
    data = encoded(noise_picture(8, 8), "RGB", "JPEG", icc_profile=profile, exif=exif)
    picture = decode_picture(data)
    for output_format in ("png", "webp", "jpeg"):
        body, _ = encode_picture(picture, picture.samples, output_format)
        result = Image.open(io.BytesIO(body))
        assert result.info["icc_profile"] == profile
        assert not result.getexif()


def test_palettes_cmyk_and_bilevel_become_what_can_be_edited():
    rgb = Image.fromarray(noise_picture(8, 8))
    for source, mode in (("P", "RGB"), ("CMYK", "RGB"), ("1", "L")):
        buffer = io.BytesIO()
        rgb.convert(source).save(buffer, "JPEG" if source == "CMYK" else "PNG")
        picture = decode_picture(buffer.getvalue())
        assert picture.mode == mode
        assert picture.notices == (("cmyk_converted",) if source == "CMYK" else ())


def test_a_palette_with_transparency_keeps_its_alpha():
    indexed = Image.fromarray(np.zeros((4, 4), np.uint8), "P")
    indexed.putpalette([200, 100, 50])
    buffer = io.BytesIO()
    indexed.save(buffer, "PNG", transparency=0)
    picture = decode_picture(buffer.getvalue())
    assert picture.mode == "RGBA"
    assert (picture.samples[0, 0] == (200, 100, 50, 0)).all()


def test_a_mask_marks_from_128_on_and_not_where_it_is_transparent():
    grey = np.array([[127, 128], [0, 255]], np.uint8)
    assert decode_mask(encoded(grey, "L"), 2, 2).tolist() == [[False, True], [False, True]]
    rgba = np.array([[(255, 255, 255, 255), (255, 255, 255, 0)]], np.uint8)
    assert decode_mask(encoded(rgba, "RGBA"), 2, 1).tolist() == [[True, False]]


@pytest.mark.parametrize(
    ("mask", "code"),
    [
        (encoded(box_mask(8, 8, (0, 0, 0, 0)), "L"), "mask_empty"),
        (encoded(box_mask(9, 8, (0, 0, 4, 4)), "L"), "mask_size_mismatch"),
        (b"no picture", "mask_damaged"),
        (encoded(box_mask(64, 64, (0, 0, 4, 4)), "L")[:60], "mask_damaged"),
    ],
)
def test_a_mask_that_cannot_be_used_says_why(mask, code):
    with pytest.raises(EditError) as refused:
        decode_mask(mask, 8, 8)
    assert refused.value.code == code


def test_more_pixels_than_allowed_are_refused_before_they_are_decoded():
    declared = bytearray(encoded(noise_picture(4, 4), "RGB"))
    declared[16:24] = (30_000).to_bytes(4, "big") * 2
    with pytest.raises(EditError) as refused:
        decode_picture(bytes(declared))
    assert refused.value.code in ("image_too_large", "image_damaged")


def test_a_jpeg_result_of_a_transparent_picture_lies_on_white():
    samples = np.zeros((8, 8, 4), np.uint8)
    picture = decode_picture(encoded(samples, "RGBA"))
    body, content_type = encode_picture(picture, picture.samples, "jpeg")
    assert content_type == "image/jpeg"
    assert np.asarray(Image.open(io.BytesIO(body))).min() > 250

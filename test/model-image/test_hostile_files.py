"""Files that mean harm, or lie: each ends with a code, in bounded memory."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from conftest import encoded, noise_picture
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_files import Case, file_of
from PIL import Image

from inlay.outcome import EditError
from inlay.pixels import decode_mask, decode_picture
from inlay.pixels.deep_png import SIGNATURE, chunk

KINDS = ["png", "png16", "jpeg", "webp", "avif", "heic", "palette"]
CODES = {"image_damaged", "image_too_large", "image_animated"}


def png(width: int, height: int, depth: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return SIGNATURE + b"".join([chunk(b"IHDR", header), *chunks, chunk(b"IEND", b"")])


def code_of(data: bytes) -> str:
    with pytest.raises(EditError) as refused:
        decode_picture(data)
    return refused.value.code


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("sides", [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (7_101, 7_101)])
def test_absurd_dimensions_are_refused_by_the_header(depth, sides):
    assert code_of(png(*sides, depth, chunk(b"IDAT", b""))) == "image_too_large"


def test_a_stream_that_inflates_to_more_than_its_header_says_is_not_inflated():
    bomb = zlib.compress(bytes(300_000_000), 9)
    data = png(64, 64, 16, chunk(b"IDAT", bomb))
    tracemalloc.start()
    assert code_of(data) == "image_damaged"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("kind", [b"iCCP", b"zTXt", b"iTXt"])
def test_a_chunk_that_inflates_without_end_is_no_profile_and_no_text(kind):
    body = zlib.compress(bytes(100_000_000), 9)
    head = {b"iCCP": b"icc\0\0", b"zTXt": b"text\0\0", b"iTXt": b"text\0\1\0\0\0"}[kind]
    rows = zlib.compress(bytes(8 * 25))
    data = png(8, 8, 8, chunk(kind, head + body), chunk(b"IDAT", rows))
    tracemalloc.start()
    assert code_of(data) == "image_damaged"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_truncated_file_is_damage_wherever_it_ends(kind):
    data = file_of(Case(kind, "RGB", (100, 37)))
    for share in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9):
        assert code_of(data[: int(len(data) * share)]) == "image_damaged"


@given(st.sampled_from(KINDS), st.data())
@settings(max_examples=200, deadline=None)
def test_a_mutated_file_is_a_picture_or_has_a_code(kind, data):
    whole = bytearray(file_of(Case(kind, "RGB", (63, 64), 6, "display-p3")))
    for _ in range(data.draw(st.integers(1, 6))):
        # Headers and chunks lie in front.
        place = data.draw(st.integers(0, min(len(whole), 900) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    try:
        picture = decode_picture(bytes(whole))
    except EditError as error:
        assert error.code in CODES
        return
    assert picture.samples.shape == (picture.height, picture.width, picture.samples.shape[2])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"II*\0" + bytes(64),
        b"GIF89a" + bytes(64),
        b"8BPS" + bytes(64),
    ],
)
def test_formats_that_are_not_taken_are_not_opened(data):
    assert code_of(data) == "image_damaged"
    with pytest.raises(EditError) as refused:
        decode_mask(data, 8, 8)
    assert refused.value.code == "mask_damaged"


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP"])
def test_whole_files_of_formats_that_are_not_taken_are_not_decoded(kind):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind)
    assert code_of(buffer.getvalue()) == "image_damaged"


def test_what_follows_a_picture_in_its_file_is_not_in_the_result():
    data = encoded(noise_picture(16, 16), "RGB") + b"<script>alert(1)</script>PK\x03\x04"
    assert decode_picture(data).samples.shape == (16, 16, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_a_file_of_several_frames_is_animated(kind):
    frames = [Image.fromarray(noise_picture(16, 16, seed=seed)) for seed in (1, 2)]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    assert code_of(buffer.getvalue()) == "image_animated"


def test_of_a_jpeg_with_further_pictures_the_first_is_taken():
    frames = [Image.fromarray(np.full((16, 16, 3), shade, np.uint8)) for shade in (10, 240)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "MPO", save_all=True, append_images=frames[1:])
    picture = decode_picture(buffer.getvalue())
    assert picture.source == "jpeg"
    assert picture.samples.max() < 20

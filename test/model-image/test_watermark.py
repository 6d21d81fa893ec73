"""The watermark: in what was painted and nowhere else, found again, and not found where it is not."""

import io
import json

import numpy as np
import pytest
from conftest import encoded, noise_picture
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from test_crops import masks
from test_runner import request_to

from inlay.canvas import Canvas
from inlay.crops import Box
from inlay.edge import weights
from inlay.pixels import Picture, decode_picture
from inlay.provenance.search import search
from inlay.provenance.watermark import EVERYONES, MOST, too_small, watermark_key
from inlay.runner import run_edit
from inlay.transport import EdgeClient

KEY = b"a key"


def texture(height: int, width: int, channels: int = 3, seed: int = 3) -> np.ndarray:
    """Smooth ground with some texture (H, W, C), as photographs have it: its detail falls with its fineness."""
    random = np.random.default_rng(seed)
    field = sum(
        np.asarray(
            Image.fromarray(
                random.normal(0, 1, (height // step + 2, width // step + 2)).astype(np.float32)
            ).resize((width, height), Image.Resampling.BICUBIC)
        )
        * step
        for step in (1, 2, 4, 8, 16)
    )
    grey = (128 + field).clip(0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], channels, axis=2)


def marked(
    samples: np.ndarray, mask: np.ndarray, mode: str = "RGB", feather: int = 0
) -> np.ndarray:
    canvas = Canvas(Picture(mode, samples, None), mask, feather)
    canvas.mark(KEY)
    return canvas.picture.samples


def hole(height: int, width: int, box: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return mask


@given(masks(), st.sampled_from(["L", "LA", "RGB", "RGBA"]), st.booleans(), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_no_sample_outside_the_mask_changes_nor_any_alpha(mask, mode, deep, feather):
    kind = np.uint16 if deep else np.uint8
    channels = len(mode)
    random = np.random.default_rng(1)
    samples = random.integers(0, np.iinfo(kind).max + 1, (*mask.shape, channels), kind)
    result = marked(samples, mask, mode, feather)
    assert (result[~mask] == samples[~mask]).all()
    colours = channels - 1 if mode.endswith("A") else channels
    assert (result[..., colours:] == samples[..., colours:]).all()
    # As strong as the fill has weight there: never more than about four deviations of the strongest mark.
    share = weights(mask, Box(0, 0, *mask.shape[::-1]), feather)[..., None]
    levels = np.abs(result.astype(float) - samples)[..., :colours] / (257 if deep else 1)
    assert (levels <= 4.5 * MOST * share + 0.51).all()


def test_a_mark_is_found_in_a_png_a_jpeg_and_a_half_size_copy_and_says_where():
    box = (150, 90, 390, 330)
    picture = Image.fromarray(marked(texture(400, 520), hole(400, 520, box)))
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=80)
    half = picture.resize((260, 200), Image.Resampling.LANCZOS)
    for copy, scale in ((picture, 1), (Image.open(jpeg), 1), (half, 2)):
        found = search(copy, KEY)
        assert found is not None
        assert np.abs(np.array(found.box) * scale - box).max() <= 64


def test_a_mark_is_found_in_a_cut_picture():
    picture = Image.fromarray(marked(texture(400, 520), np.ones((400, 520), bool)))
    assert search(picture.crop((37, 21, 437, 361)), KEY) is not None


def test_a_picture_without_the_mark_or_with_another_keys_has_none():
    plain = texture(400, 520)
    assert search(Image.fromarray(plain), KEY) is None
    everywhere = Image.fromarray(marked(plain, np.ones((400, 520), bool)))
    assert search(everywhere, b"another key") is None
    for seed in range(12):
        assert search(Image.fromarray(texture(260, 260, seed=seed)), KEY) is None


def test_a_mark_is_40_decibels_below_the_picture_or_weaker():
    samples = texture(256, 256)
    error = (marked(samples, np.ones((256, 256), bool)).astype(float) - samples) ** 2
    assert 10 * np.log10(255**2 / error.mean()) >= 40


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_a_deep_picture_is_marked_as_strongly(mode):
    samples = texture(256, 256, len(mode)).astype(np.uint16) * 257
    result = marked(samples, np.ones((256, 256), bool), mode)
    grey = Image.fromarray((result[..., 0] >> 8).astype(np.uint8))
    assert search(grey, KEY) is not None


def test_an_edit_marks_what_it_paints_and_warns_where_that_is_too_small(edge, inpainter):
    image = texture(300, 300)
    edge.files["/image"] = encoded(image, "RGB")
    results = {}
    for side in (100, 220):
        mask = hole(300, 300, (40, 40, 40 + side, 40 + side))
        edge.files["/mask"] = encoded(mask.astype(np.uint8) * 255, "L")
        for key in (b"", KEY):
            edge.forget()
            run_edit(
                inpainter, EdgeClient(edge.origin), request_to(edge), lambda *_: None, watermark=key
            )
            warned = [note["code"] for note in json.loads(edge.stored["/manifest"])["warnings"]]
            assert ("watermark_too_small" in warned) == (side == 100 and key == KEY)
            results[side, key] = decode_picture(edge.stored["/out/0"]).samples
        assert (results[side, KEY][~mask] == image[~mask]).all()
        assert (results[side, KEY] != results[side, b""]).any()
    assert search(Image.fromarray(results[220, KEY]), KEY) is not None
    assert search(Image.fromarray(results[220, b""]), KEY) is None


def test_the_largest_region_decides_however_many_holes_it_was_painted_in():
    assert too_small([Box(0, 0, 191, 400)])
    assert too_small([Box(0, 0, 100, 192), Box(400, 0, 500, 192)])
    assert not too_small([Box(500, 0, 510, 10), Box(0, 0, 192, 192)])
    tiles = [Box(x, y, x + 96, y + 96) for x in (0, 100) for y in (0, 100)]
    assert not too_small(tiles)


def test_an_operator_sets_the_key_and_turns_the_mark_off():
    assert watermark_key({}) == EVERYONES.encode()
    assert watermark_key({"INLAY_WATERMARK_KEY": "ours"}) == b"ours"
    assert watermark_key({"INLAY_WATERMARK": "off", "INLAY_WATERMARK_KEY": "ours"}) == b""
    with pytest.raises(ValueError, match="on or off"):
        watermark_key({"INLAY_WATERMARK": "no"})


def test_noise_of_any_size_is_looked_through():
    for size in ((16, 16), (64, 300), (129, 127)):
        assert search(Image.fromarray(noise_picture(*size)), KEY) is None

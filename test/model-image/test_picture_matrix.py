"""Any picture in, the same out: size, orientation, mode, depth, profile and alpha kept, and every kept pixel."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from conftest import encoded
from painted import NoiseFiller, nothing, settings_of
from picture_files import LOSSLESS, Case, cases, file_of, samples_of
from PIL import Image, ImageOps

from inlay.pipeline import fill_picture
from inlay.pixels import decode_mask, decode_picture, encode_picture
from inlay.pixels.orientation import displayed
from inlay.runner import run_edit
from inlay.transport import EdgeClient

CASES = cases()
HELD_OUT = sorted((Path(__file__).parents[2] / "model-image/data/held_out").glob("*.jpg"))


def masked(width: int, height: int) -> np.ndarray:
    """A box in the middle and a single pixel in a corner."""
    mask = np.zeros((height, width), bool)
    mask[height // 4 : height // 2 + 1, width // 3 : width // 2 + 1] = True
    mask[-1, 0] = True
    return mask


def test_there_are_200_cases_and_no_two_are_one():
    assert len(set(CASES)) == len(CASES) >= 200


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_picture_comes_back_as_it_was_but_for_its_mask(case: Case):
    data = file_of(case)
    picture = decode_picture(data)
    width, height = case.displayed
    assert (picture.width, picture.height, picture.mode) == (width, height, case.decoded_mode)
    assert picture.samples.dtype == (np.uint16 if case.kind == "png16" else np.uint8)
    assert picture.icc_profile == case.icc()
    assert picture.notices == (("cmyk_converted",) if case.kind == "cmyk" else ())
    if case.kind in LOSSLESS[:3]:
        stored = samples_of(case)
        assert (picture.samples == displayed(stored, case.orientation)).all()
    elif case.kind != "heic":
        # Pillow's own way to the same pixels; HEIC's is libheif's.
        other = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert(picture.mode)
        assert (np.asarray(other).reshape(picture.samples.shape) == picture.samples).all()

    mask = masked(width, height)
    drawn = encoded(mask.astype(np.uint8) * 255, "L")
    assert (decode_mask(drawn, width, height, turned=picture.turned) == mask).all()
    filled = fill_picture(NoiseFiller(), picture, mask, settings_of(1), nothing)
    (result,) = filled.pictures
    assert filled.kept_pixels == (~mask).sum()
    assert (result.samples[~mask] == picture.samples[~mask]).all()
    colours = picture.colours
    assert (result.samples[mask][:, :colours] != picture.samples[mask][:, :colours]).any()
    if picture.has_alpha:
        assert (result.samples[..., -1] == picture.samples[..., -1]).all()

    body, content_type = encode_picture(result, result.samples, "png")
    again = decode_picture(body)
    assert content_type == "image/png"
    assert (again.mode, again.icc_profile, again.turned) == (picture.mode, case.icc(), False)
    assert (again.samples == result.samples).all()
    with Image.open(io.BytesIO(body)) as opened:
        assert not opened.getexif()
        assert set(opened.info) <= {"icc_profile"}


@pytest.mark.parametrize("output_format", ["png", "webp", "jpeg", "same"])
@pytest.mark.parametrize("kind", ["png", "png16", "jpeg", "webp", "avif", "heic", "cmyk"])
def test_every_format_is_written_in_every_other_without_metadata(kind, output_format):
    case = Case(kind, "CMYK" if kind == "cmyk" else "RGB", (61, 40), 6, "")
    picture = decode_picture(file_of(case))
    body, content_type = encode_picture(picture, picture.samples, output_format)
    same = {"jpeg": "jpeg", "cmyk": "jpeg", "webp": "webp"}.get(kind, "png")
    written = same if output_format == "same" else output_format
    assert content_type == f"image/{written}"
    with Image.open(io.BytesIO(body)) as opened:
        assert opened.format == written.upper()
        assert opened.size == (40, 61)
        assert not opened.getexif()
    if written == "webp":
        eight = picture.samples >> 8 if picture.is_deep else picture.samples
        assert (decode_picture(body).samples == eight).all()


def test_a_quality_makes_webp_lossy_and_files_smaller():
    picture = decode_picture(file_of(Case("png", "RGB", (129, 31))))
    for output_format in ("webp", "jpeg"):
        sizes = [
            len(encode_picture(picture, picture.samples, output_format, quality)[0])
            for quality in (20, 80, None)
        ]
        assert sizes == sorted(sizes)


@pytest.mark.skipif(not HELD_OUT, reason="python -m inlay.fetch held_out brings them")
@pytest.mark.parametrize("path", HELD_OUT, ids=lambda path: path.stem)
def test_a_photograph_comes_back_as_it_was_but_for_its_mask(path: Path):
    picture = decode_picture(path.read_bytes())
    mask = masked(picture.width, picture.height)
    filled = fill_picture(NoiseFiller(256), picture, mask, settings_of(1), nothing)
    (result,) = filled.samples
    assert (result[~mask] == picture.samples[~mask]).all()


def test_the_tenth_edit_in_a_row_has_the_first_pictures_kept_pixels(edge, inpainter):
    from test_runner import request_to

    first = decode_picture(file_of(Case("jpeg", "RGB", (129, 80), 6, "display-p3")))
    edge.files["/image"] = file_of(Case("jpeg", "RGB", (129, 80), 6, "display-p3"))
    touched = np.zeros((first.height, first.width), bool)
    for number in range(10):
        mask = np.zeros_like(touched)
        mask[5 + 12 * number : 12 + 12 * number, 10 : 40 + number] = True
        touched |= mask
        edge.files["/mask"] = encoded(mask.astype(np.uint8) * 255, "L")
        edge.forget()
        request = request_to(edge, seed=number, output_format=("png", "webp")[number % 2])
        run_edit(inpainter, EdgeClient(edge.origin), request, nothing)
        assert json.loads(edge.stored["/manifest"])["status"] == "succeeded"
        edge.files["/image"] = edge.stored["/out/0"]
    last = decode_picture(edge.stored["/out/0"])
    assert (last.samples[~touched] == first.samples[~touched]).all()
    assert (last.samples[touched] != first.samples[touched]).any()
    assert last.icc_profile == first.icc_profile

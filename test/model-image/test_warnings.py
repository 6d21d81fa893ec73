"""Every warning that a picture or its mask can bring, through a whole attempt."""

import json

import numpy as np
import pytest
from conftest import encoded, noise_picture
from picture_files import Case, file_of
from profiles import grey_profile
from test_runner import request_to

from inlay.pixels import Picture, decode_picture, encode_picture
from inlay.runner import run_edit
from inlay.transport import EdgeClient

DEEP = np.full((50, 70, 3), 9_999, np.uint16)
LARGE = noise_picture(400, 300)


def box(width: int, height: int, *boxes: tuple[int, int, int]) -> bytes:
    """A mask with squares: left, top, side."""
    mask = np.zeros((height, width), np.uint8)
    for left, top, side in boxes:
        mask[top : top + side, left : left + side] = 255
    return encoded(mask, "L")


SMALL = box(70, 50, (20, 10, 20))
MANY = [(20 + 100 * (k % 5), 20 + 100 * (k // 5), 4) for k in range(20)]


@pytest.mark.parametrize(
    ("code", "image", "mask", "changes"),
    [
        (
            "cmyk_converted",
            file_of(Case("cmyk", "CMYK", (129, 80))),
            box(129, 80, (20, 10, 20)),
            {},
        ),
        (
            "profile_dropped",
            encoded(noise_picture(70, 50), "RGB", icc_profile=grey_profile()),
            SMALL,
            {},
        ),
        (
            "depth_reduced",
            encode_picture(Picture("RGB", DEEP, None), DEEP, "png")[0],
            SMALL,
            {"output_format": "webp"},
        ),
        (
            "format_substituted",
            file_of(Case("heic", "RGB", (129, 80))),
            box(129, 80, (20, 10, 20)),
            {"output_format": "same"},
        ),
        (
            "alpha_dropped",
            encoded(noise_picture(70, 50, 4), "RGBA"),
            SMALL,
            {"output_format": "jpeg"},
        ),
        ("upscaled", encoded(LARGE, "RGB"), box(400, 300, (100, 100, 70)), {}),
        ("crops_merged", encoded(noise_picture(520, 420), "RGB"), box(520, 420, *MANY), {}),
    ],
)
def test_a_picture_warns_of_what_it_is_not(edge, inpainter, code, image, mask, changes):
    edge.files |= {"/image": image, "/mask": mask}
    run_edit(inpainter, EdgeClient(edge.origin), request_to(edge, **changes), lambda *_: None)
    manifest = json.loads(edge.stored["/manifest"])
    assert manifest["status"] == "succeeded"
    codes = [note["code"] for note in manifest["warnings"]]
    assert code in codes
    assert len(codes) == len(set(codes))


def test_a_large_hole_in_a_noisy_picture_is_as_rough_as_what_surrounds_it(edge, inpainter):
    edge.files |= {"/image": encoded(LARGE, "RGB"), "/mask": box(400, 300, (100, 100, 70))}
    run_edit(inpainter, EdgeClient(edge.origin), request_to(edge), lambda *_: None)
    result = decode_picture(edge.stored["/out/0"]).samples.astype(float)
    fill, around = result[105:165, 105:165], LARGE[105:165, 180:240].astype(float)
    steps = [np.abs(np.diff(part, axis=1)).mean() for part in (fill, around)]
    assert 0.5 < steps[0] / steps[1] < 2

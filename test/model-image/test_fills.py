"""Where fills are measured, and what they are measured with."""

import json

import numpy as np
import pytest
import torch
from conftest import encoded, noise_picture
from PIL import Image

from inlay.reports import fills


@pytest.fixture
def photographs(tmp_path):
    """One of even texture, one flat, one whose middle is never like its surroundings."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    fine = (noise_picture(100, 100) // 6 + 100).astype(np.uint8)
    split = fine.copy()
    split[:, 50:] = 250
    pictures = {
        "even": fine,
        "flat": np.full((100, 100, 3), 90, np.uint8),
        "split": split[:, 18:82],
    }
    for name, pixels in pictures.items():
        (folder / f"{name}.png").write_bytes(encoded(np.ascontiguousarray(pixels), "RGB"))
    return folder


def test_a_place_is_where_the_photograph_itself_goes_on_as_around(photographs):
    places = list(fills.find_places(photographs, 64, seed=1))
    assert [place.name for place in places] == ["even"]
    again = next(fills.find_places(photographs, 64, seed=1))
    assert torch.equal(places[0].image, again.image)


def test_opencvs_fill_keeps_what_is_kept_and_is_smooth(photographs):
    place = next(fills.find_places(photographs, 64, seed=1))
    filled = fills.telea(place.image, place.mask)
    kept = (place.mask == 0).expand_as(filled)
    assert torch.allclose(filled[kept], place.image[kept], atol=1e-6)
    assert fills.roughness_ratio(filled, place.mask).item() < 0.5


def test_the_summary_counts_what_holds():
    near = {"roughness": 1.0, "roughness Telea": 0.1, "colour": 3.0, "colour Telea": 1.0}
    far = {"roughness": 0.2, "roughness Telea": 0.4, "colour": 9.0, "colour Telea": 1.0}
    assert list(fills.summary({"a": near, "b": far}).values()) == [2.0, 0.5, 0.5, 0.5]


def test_the_command_leaves_figures_and_a_grid(profile_folder, photographs, tmp_path):
    arguments = ["--profile", profile_folder, "--pictures", photographs, "--out", tmp_path / "out"]
    fills.main([*map(str, arguments), "--steps", "2"])
    report = json.loads((tmp_path / "out/fills.json").read_text())
    assert report["command"].startswith("python -m inlay.evaluate fills --profile")
    assert set(report["photographs"]) == {"even"}
    assert Image.open(tmp_path / "out/fills.png").width == 4 * 64 + 3 * 4

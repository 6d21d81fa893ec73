"""The report that watches memory: it says what grows."""

import json

import pytest
from PIL import Image

from inlay.reports.soak import growth, main, run_one

SLOPE = "growth after the first quarter (MB per 100 edits)"


def test_growth_counts_from_the_first_quarter_on():
    warming = [100.0 + 40 * edit for edit in range(25)]
    steady = growth([*warming, *[1100.0, 1102.0] * 40])
    assert abs(steady[SLOPE]) < 1
    leaking = growth([*warming, *(1100.0 + 0.5 * edit for edit in range(80))])
    assert leaking[SLOPE] == pytest.approx(50, rel=0.05)
    assert leaking["at the end, median of a tenth (MB)"] > 1135


def test_its_edits_have_one_to_four_outputs_in_every_format(edge):
    class AtOnce:
        """A server that is done before it answers."""

        def ask(self, _method, path, body):
            asked.append((body["input"]["n"], body["input"]["output_format"]))
            edge.callbacks.append({"id": path.rpartition("/")[2], "output": "succeeded"})
            return 202, {}

    asked = []
    for number in range(12):
        run_one(edge, AtOnce(), number, steps=1, side=32)
    assert set(asked) == {(n, kind) for n in (1, 2, 3, 4) for kind in ("png", "webp", "jpeg")}


def test_a_few_edits_of_the_real_coglet_are_watched(profile_folder, tmp_path):
    given = [
        "--profile",
        str(profile_folder),
        "--edits",
        "4",
        "--slots",
        "2",
        "--out",
        str(tmp_path),
    ]
    main(given)
    report = json.loads((tmp_path / "soak.json").read_text())
    assert len(report["megabytes"]) == 5
    assert all(50 < read < 5000 for read in report["megabytes"])
    assert Image.open(tmp_path / "soak.png").format == "PNG"

"""The paper's tables beside our own figures."""

import json

import pytest

from inlay.reports import tables

TABLES = json.loads(tables.PAPER.read_text())["tables"]
ROWS = [(number, row) for number, table in TABLES.items() for row in table["rows"]]


def report(**figures: float) -> dict:
    return {"command": "c", "weights": {"a": "0" * 64}, "figures": figures}


def test_every_row_of_every_table_has_a_value_for_each_column():
    assert sorted(TABLES, key=int) == ["1", "2", "3", "4", "5", "6", "9", "10"]
    for table in TABLES.values():
        assert table["rows"]
        assert all(len(row) == len(table["columns"]) for row in table["rows"].values())


def test_every_row_of_the_papers_own_has_a_place_for_our_figures():
    assert set(tables.PLACES) <= set(ROWS)
    others = {row for number, row in ROWS if (number, row) not in tables.PLACES}
    assert others == {
        *("LaMa", "CoModGAN", "RegionWise", "DeepFill v2", "EdgeConnect"),
        *("Blended Diffusion", "DCCF", "StableDiffusion", "Paint-by-Example"),
    }


def test_our_figure_stands_beside_the_papers_and_the_rest_says_why_not():
    reports = {"tiny": report(**{"pre_error asymmetric": 5e-5})}
    found = tables.cells("2", TABLES["2"], reports)
    by_place = {(cell.row, cell.column): cell for cell in found}
    assert by_place["base w/ mask", "pre_error"].ours == 5e-5
    assert by_place["base w/ mask", "pre_error"].report == "tiny"
    assert by_place["base w/ mask", "pre_error"].paper == 5.7e-5
    missing = by_place["base w/ mask", "fid"]
    assert missing.ours is None
    assert "2000 pictures" in missing.reason


def test_figures_of_the_papers_own_sets_come_before_those_of_small_weights():
    reports = {
        "tiny": report(**{"lpips vanilla, 40-50 %": 0.5}),
        "inpainting": report(**{"lpips vanilla, 40-50 %": 0.3}),
    }
    found = {(c.row, c.column): c for c in tables.cells("1", TABLES["1"], reports)}
    cell = found["StableDiffusion (reproduced)", "lpips_40_50"]
    assert (cell.ours, cell.report) == (0.3, "inpainting")


def test_paint_by_example_is_compared_in_the_papers_unit_the_sum():
    figures = {"pre_error as a sum, large": 0.8, "pre_error large": 3e-6}
    found = tables.cells("4", TABLES["4"], {"paint-by-example": report(**figures)})
    ours = {(c.row, c.column): c.ours for c in found}
    assert ours["Ours", "pre_error"] == 0.8


@pytest.mark.parametrize("number", sorted(TABLES, key=int))
def test_every_table_prints_with_or_without_a_report(number, tmp_path, capsys):
    for content in (None, report()):
        if content is not None:
            (tmp_path / "tiny.json").write_text(json.dumps(content))
        tables.main([number, "--reports", str(tmp_path)])
        printed = capsys.readouterr().out
        assert printed.startswith(f"Table {number} of arXiv 2306.04632")
        assert "n/a (" in printed

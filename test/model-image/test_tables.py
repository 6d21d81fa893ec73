"""The paper's tables beside our own figures."""

import json

import pytest

from inlay.reports import tables

TABLES = json.loads(tables.PAPER.read_text())["tables"]


def test_every_row_of_every_table_has_a_value_for_each_column():
    assert sorted(TABLES, key=int) == ["1", "2", "3", "4", "5", "6", "9", "10"]
    for table in TABLES.values():
        assert table["rows"]
        assert all(len(row) == len(table["columns"]) for row in table["rows"].values())


def test_what_stands_beside_a_cell_belongs_to_a_cell():
    for number, row, column in tables.OURS:
        assert column in TABLES[number]["columns"]
        assert row in TABLES[number]["rows"]


def test_our_figure_stands_beside_the_papers_and_the_rest_says_why_not():
    found = tables.cells("2", TABLES["2"], {"pre_error asymmetric": 5e-5})
    by_place = {(cell.row, cell.column): cell for cell in found}
    assert by_place["base w/ mask", "pre_error"].ours == 5e-5
    assert by_place["base w/ mask", "pre_error"].paper == 5.7e-5
    missing = by_place["base w/ mask", "fid"]
    assert missing.ours is None
    assert "2000 pictures" in missing.reason


@pytest.mark.parametrize("number", sorted(TABLES, key=int))
def test_every_table_prints_with_or_without_a_report(number, tmp_path, capsys):
    report = tmp_path / "tiny.json"
    for content in (None, {"command": "c", "weights": {"a": "0" * 64}, "figures": {}}):
        if content is not None:
            report.write_text(json.dumps(content))
        tables.main([number, "--report", str(report)])
        printed = capsys.readouterr().out
        assert printed.startswith(f"Table {number} of arXiv 2306.04632")
        assert "n/a (" in printed

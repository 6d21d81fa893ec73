"""Prints a table of the paper beside our own figures: `python -m inlay.evaluate table 2`.

`data/paper_tables.json` has the paper's rows as printed; ours come from reports that `inlay.evaluate` writes. A cell
that cannot be filled says why.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from inlay.metrics.distribution import FEWEST

ROOT = Path(__file__).parent.parent.parent
PAPER = ROOT / "data" / "paper_tables.json"

OURS: dict[tuple[str, str, str], str] = {
    ("1", "StableDiffusion (reproduced)", "fid_all"): "fid vanilla",
    ("1", "StableDiffusion (reproduced)", "lpips_all"): "lpips vanilla",
    ("1", "StableDiffusion (reproduced)", "fid_40_50"): "fid vanilla, 40-50 %",
    ("1", "StableDiffusion (reproduced)", "lpips_40_50"): "lpips vanilla, 40-50 %",
    ("1", "Ours", "fid_all"): "fid asymmetric",
    ("1", "Ours", "lpips_all"): "lpips asymmetric",
    ("1", "Ours", "fid_40_50"): "fid asymmetric, 40-50 %",
    ("1", "Ours", "lpips_40_50"): "lpips asymmetric, 40-50 %",
    **{
        ("2", row, column): f"{column} {name}"
        for row, name in (
            ("StableDiffusion", "vanilla"),
            ("base w/ mask", "asymmetric"),
            ("base w/o mask", "asymmetric, without mask"),
        )
        for column in ("fid", "lpips", "pre_error")
    },
    **{
        (table, row, column): f"{column} asymmetric"
        for table, row in (("3", "base add"), ("9", "base"))
        for column in ("fid", "lpips", "pre_error")
    },
}
"""Which of our figures stands beside which of the paper's cells: table, row, column."""

NEEDS = {
    "fid": f"needs an Inception network and {FEWEST} pictures",
    "is": f"needs an Inception network and {FEWEST} pictures",
    "lpips": "needs VGG-16's and LPIPS's weights",
    "clip_score": "needs CLIP's weights and reference pictures",
    "pre_error": "not measured for this row: its weights are not here",
}
"""Why a column may be empty, by the beginning of its name."""


@dataclass(frozen=True)
class Cell:
    """A figure of the paper's and ours, or why there is none."""

    row: str
    column: str
    paper: float | None
    ours: float | None
    reason: str


def main(given: list[str]) -> None:
    """Prints one table."""
    tables = json.loads(PAPER.read_text())["tables"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("number", choices=sorted(tables, key=int))
    parser.add_argument("--report", type=Path, default=ROOT / "results" / "tiny.json")
    arguments = parser.parse_args(given)
    report = json.loads(arguments.report.read_text()) if arguments.report.is_file() else {}
    table = tables[arguments.number]
    print(f"Table {arguments.number} of arXiv 2306.04632: {table['task']}; {table['data']}")
    print(describe(report))
    for cell in cells(arguments.number, table, report.get("figures", {})):
        ours = f"n/a ({cell.reason})" if cell.ours is None else f"{cell.ours:.3g}"
        paper = "none printed" if cell.paper is None else f"{cell.paper:g}"
        print(f"  {cell.row:34} {cell.column:12} paper {paper:10} ours {ours}")


def describe(report: dict) -> str:
    """What ours was measured with."""
    if not report:
        return "Ours: nothing measured yet. Run python -m inlay.evaluate."
    weights = ", ".join(f"{name} {sha[:12]}" for name, sha in report["weights"].items())
    return (
        f"Ours: the tiny profile at 256 px on held-out photographs; {report['command']}; {weights}"
    )


def cells(number: str, table: dict, figures: dict[str, float]) -> list[Cell]:
    """Every cell of a table, with our figure where there is one."""
    found = []
    for row, values in table["rows"].items():
        for column, value in zip(table["columns"], values, strict=True):
            ours = figures.get(OURS.get((number, row, column), ""))
            reason = next((why for name, why in NEEDS.items() if column.startswith(name)), "")
            found.append(Cell(row, column, value, ours, reason))
    return found

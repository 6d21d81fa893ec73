"""Prints a table of the paper beside our own figures: `python -m inlay.evaluate table 2`.

`data/paper_tables.json` has the paper's rows as printed; ours come from the reports that `inlay.evaluate` has written
into a folder. A cell that cannot be filled says why.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inlay.metrics.distribution import FEWEST
from inlay.reports.examples import LARGE_HOLES

ROOT = Path(__file__).parent.parent.parent
PAPER = ROOT / "data" / "paper_tables.json"

WITHOUT = ", without mask"

Place = tuple[str, str]
"""A report's name, and which of its ways to decode."""

INPAINTING: dict[tuple[str, str], tuple[Place, ...]] = {
    ("1", "StableDiffusion (reproduced)"): (("inpainting", "vanilla"), ("tiny", "vanilla")),
    ("1", "Ours"): (("inpainting", "large"), ("tiny", "asymmetric")),
    ("2", "StableDiffusion"): (("inpainting", "vanilla"), ("tiny", "vanilla")),
    ("2", "base w/ mask"): (("inpainting", "base"), ("tiny", "asymmetric")),
    ("2", "base w/o mask"): (("inpainting", f"base{WITHOUT}"), ("tiny", f"asymmetric{WITHOUT}")),
    ("2", "large w/ mask"): (("inpainting", "large"), ("large-add", "asymmetric")),
    ("2", "large w/o mask"): (
        ("inpainting", f"large{WITHOUT}"),
        ("large-add", f"asymmetric{WITHOUT}"),
    ),
    ("3", "base add"): (("inpainting", "base"), ("base-add", "asymmetric")),
    ("3", "base concat"): (("base-concat", "asymmetric"),),
    ("3", "large add"): (("inpainting", "large"), ("large-add", "asymmetric")),
    ("3", "large concat"): (("large-concat", "asymmetric"),),
    ("9", "base"): (("inpainting", "base"), ("base-add", "asymmetric")),
    ("9", "large (width and depth x1.5)"): (
        ("inpainting", "large"),
        ("large-add", "asymmetric"),
    ),
    ("9", "large x2 (width x2, depth x2.5)"): (
        ("inpainting", "large x2"),
        ("large-x2", "asymmetric"),
    ),
}

OTHER_TASKS: dict[tuple[str, str], tuple[Place, ...]] = {
    **{
        (table, row): (("paint-by-example", way),)
        for table, row, way in (
            ("4", "Paint-by-Example (reproduced)", "vanilla"),
            ("4", "Ours", "large"),
            ("5", "Paint-by-Example (reproduced)", "vanilla"),
            ("5", "base", "base"),
            ("5", "base w/o mask", f"base{WITHOUT}"),
            ("5", "large", "large"),
            ("5", "large w/o mask", f"large{WITHOUT}"),
        )
    },
    **{
        (table, row): (("text-to-image", way),)
        for table, row, way in (
            ("6", "StableDiffusion", "vanilla"),
            ("6", "base w/o mask", f"base{WITHOUT}"),
            ("6", "large w/o mask", f"large{WITHOUT}"),
            ("10", "base w/o mask", f"base{WITHOUT}"),
            ("10", "large w/o mask", f"large{WITHOUT}"),
            ("10", "large x2 w/o mask", f"large x2{WITHOUT}"),
        )
    },
}

PLACES = INPAINTING | OTHER_TASKS
"""Where our figures for a row stand, by table and row; the first report that has one is taken."""

NEEDS = {
    "fid": f"needs an Inception network and {FEWEST} pictures",
    "is": f"needs an Inception network and {FEWEST} pictures",
    "lpips": "needs VGG-16's and LPIPS's weights",
    "clip_score": "needs CLIP's weights and COCOEE's pictures",
    "pre_error": "not measured for this row: its weights or pictures are not here",
}
"""Why a column may be empty, by the beginning of its name."""

OTHERS = "another system's row, as the paper prints it"


@dataclass(frozen=True)
class Cell:
    """A figure of the paper's and ours with the report that has it, or why there is none."""

    row: str
    column: str
    paper: float | None
    ours: float | None = None
    report: str = ""
    reason: str = ""


def main(given: list[str]) -> None:
    """Prints one table."""
    tables = json.loads(PAPER.read_text())["tables"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("number", choices=sorted(tables, key=int))
    parser.add_argument("--reports", type=Path, default=ROOT / "results")
    arguments = parser.parse_args(given)
    table = tables[arguments.number]
    found = cells(arguments.number, table, reports_of(arguments.reports))
    print(f"Table {arguments.number} of arXiv 2306.04632: {table['task']}; {table['data']}")
    for cell in found:
        ours = f"n/a ({cell.reason})" if cell.ours is None else f"{cell.ours:<9.3g} [{cell.report}]"
        paper = "none printed" if cell.paper is None else f"{cell.paper:g}"
        print(f"  {cell.row:34} {cell.column:12} paper {paper:10} ours {ours}")
    reports = reports_of(arguments.reports)
    for name in sorted({cell.report for cell in found if cell.report}):
        print(describe(name, reports[name]))


def reports_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Every report of a folder, by its name."""
    named = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    return {name: report for name, report in named.items() if "figures" in report}


def describe(name: str, report: dict[str, Any]) -> str:
    """What a report was measured with: its command names the pictures."""
    weights = ", ".join(f"{file} {sha[:12]}" for file, sha in report["weights"].items())
    return f"  [{name}] {report['command']}; {weights}"


def cells(number: str, table: dict[str, Any], reports: dict[str, dict[str, Any]]) -> list[Cell]:
    """Every cell of a table, with our figure where there is one."""
    found = []
    for row, values in table["rows"].items():
        places = PLACES.get((number, row))
        for column, paper in zip(table["columns"], values, strict=True):
            cell = Cell(row, column, paper, reason=OTHERS if places is None else reason(column))
            for report, way in places or ():
                figures = reports.get(report, {}).get("figures", {})
                ours = figures.get(figure_of(number, column, way))
                if ours is not None:
                    cell = Cell(row, column, paper, ours, report)
                    break
            found.append(cell)
    return found


def figure_of(number: str, column: str, way: str) -> str:
    """The name of a column's figure in our reports; tables 4 and 5 print the error as a sum."""
    if column == "pre_error" and number in ("4", "5"):
        return f"pre_error as a sum, {way}"
    what, _, split = column.partition("_")
    if number == "1":
        return f"{what} {way}{LARGE_HOLES if split == '40_50' else ''}"
    return f"{column} {way}"


def reason(column: str) -> str:
    """Why a column may be empty."""
    return next(why for name, why in NEEDS.items() if column.startswith(name))

"""Measures what a profile does: `python -m inlay.evaluate COMMAND`, each with its `--help`.

`decoder` (what it does without a word) compares the asymmetric decoder with the vanilla one on held-out photographs;
`edits` times whole edits of a box beside diffusers' pipeline; `fills` looks at holes among texture; `marks` looks for
watermarks; `paper TASK` measures a profile of Stable Diffusion on the paper's sets; `pixels` times pictures of very
different sizes; `run` measures a decoder in training; `seams` looks at holes' edges in whole pictures; `soak` watches
memory over many edits; `speed` times whole edits; `table N` prints a table of the paper beside what was measured;
`windows` compares decoding around the hole with decoding in full.
"""

import sys
from collections.abc import Callable

from inlay.reports import decoder, fills, marks, pixels, run, seams, soak, speed, tables, windows


def measure_paper(given: list[str]) -> None:
    """Only here are Stable Diffusion's libraries needed."""
    from inlay.reports import paper

    paper.main(given)


def time_edits(given: list[str]) -> None:
    """As those of the paper."""
    from inlay.reports import edits

    edits.main(given)


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "decoder": decoder.main,
    "edits": time_edits,
    "fills": fills.main,
    "marks": marks.main,
    "paper": measure_paper,
    "pixels": pixels.main,
    "run": run.main,
    "seams": seams.main,
    "soak": soak.main,
    "speed": speed.main,
    "table": tables.main,
    "windows": windows.main,
}


def main() -> None:
    """Runs the command that is named first, with the rest as its arguments."""
    given = sys.argv[1:]
    name = given.pop(0) if given and given[0] in COMMANDS else "decoder"
    COMMANDS[name](given)


if __name__ == "__main__":
    main()

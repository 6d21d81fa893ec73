"""Writes `requirements-cog.txt`, what the image installs: `python -m inlay.cog_requirements [--check]`.

Cog copies the one file that cog.yaml names, follows no `-r` in it, and drops the markers behind a pinned version
(pkg/requirements/requirements.go of Cog 0.22): so it gets one flat list for the image's own Python. Cog brings its own
package in the version of `sdk_version`.
"""

import argparse
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "requirements-cog.txt"
SOURCES = ("requirements.txt", "requirements-stable-diffusion.txt")
PYTHON = "3.11"
HEAD = f"# For Python {PYTHON}, from {' and '.join(SOURCES)}: python -m inlay.cog_requirements\n"


def flat_requirements() -> str:
    """The pinned packages of the image, one a line."""
    wanted = {
        str(requirement.name): f"{requirement.name}{requirement.specifier}"
        for source in SOURCES
        for requirement in map(Requirement, lines_of(ROOT / source))
        if requirement.marker is None or requirement.marker.evaluate({"python_version": PYTHON})
    }
    wanted.pop("cog")
    return HEAD + "".join(f"{line}\n" for _, line in sorted(wanted.items()))


def lines_of(path: Path) -> list[str]:
    """A file's requirements, without comments."""
    lines = (line.split("#", 1)[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def main() -> None:
    """Writes the file, or says with `--check` that it is stale."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        TARGET.write_text(flat_requirements())
    elif not TARGET.exists() or TARGET.read_text() != flat_requirements():
        sys.exit(f"{TARGET.name} is stale. Run python -m inlay.cog_requirements.")


if __name__ == "__main__":
    main()

"""Fetches free photographs: `python -m inlay.fetch [held_out]`. Debian or Ubuntu, no root needed.

`data/pictures.json` names those that `tiny` is trained on, `data/held_out.json` those that figures are measured with,
each with its package, file, member of that file where it is an archive, licence and sha256; whatever differs is
refused.
"""

import argparse
import functools
import hashlib
import io
import json
import subprocess
import tempfile
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from inlay.rcc import read_members

DATA = Path(__file__).parent.parent / "data"
LONGEST_SIDE = 1280


def main() -> None:
    """Downloads the packages, checks every picture and writes it as a JPEG of at most 1280 pixels a side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("set", nargs="?", default="pictures", choices=["pictures", "held_out"])
    parser.add_argument("--out", type=Path, help="the folder to write; data/<set> by default")
    parser.add_argument("--packages", type=Path, help="a folder that holds the .deb files already")
    arguments = parser.parse_args()
    pictures = json.loads((DATA / f"{arguments.set}.json").read_text())["pictures"]
    out = arguments.out or DATA / arguments.set
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        roots = {
            package: unpack(package, Path(scratch), arguments.packages)
            for package in sorted({picture["package"] for picture in pictures})
        }
        for picture in tqdm(pictures, desc="pictures"):
            path = roots[picture["package"]] / picture["file"]
            store(read_picture(path, picture.get("member")), picture, out)


def unpack(package: str, scratch: Path, packages: Path | None) -> Path:
    """The folder that a package's files lie in."""
    folder = packages or scratch
    if packages is None:
        subprocess.run(["apt-get", "download", package], cwd=scratch, check=True)
    archive = next(folder.glob(f"{package}_*.deb"))
    root = scratch / package
    root.mkdir()
    subprocess.run(["dpkg", "-x", str(archive), str(root)], check=True)
    return root


def read_picture(path: Path, member: str | None) -> bytes:
    """A picture's file, or the one that a resource file holds under a name."""
    return path.read_bytes() if member is None else members_of(path)[member]


@functools.cache
def members_of(path: Path) -> dict[str, bytes]:
    """A resource file's members, read once."""
    return read_members(path.read_bytes())


def store(data: bytes, picture: dict[str, str], out: Path) -> None:
    """Checks one picture and writes it under its manifest name."""
    if hashlib.sha256(data).hexdigest() != picture["sha256"]:
        raise SystemExit(f"{picture['file']} is not the file that the manifest names.")
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image.save(out / f"{picture.get('name', Path(picture['file']).stem)}.jpg", quality=92)


if __name__ == "__main__":
    main()

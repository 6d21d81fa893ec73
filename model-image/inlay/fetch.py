"""Fetches the free photographs that `tiny` is trained on: `python -m inlay.fetch`. Debian or Ubuntu, no root needed.

`data/pictures.json` names every picture with its package, file, licence and sha256; whatever differs is refused.
"""

import argparse
import hashlib
import io
import json
import subprocess
import tempfile
from pathlib import Path

from PIL import Image
from tqdm import tqdm

MANIFEST = Path(__file__).parent.parent / "data" / "pictures.json"
LONGEST_SIDE = 1280


def main() -> None:
    """Downloads the packages, checks every picture and writes it as a JPEG of at most 1280 pixels a side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=Path("data/pictures"))
    parser.add_argument("--packages", type=Path, help="a folder that holds the .deb files already")
    arguments = parser.parse_args()
    pictures = json.loads(MANIFEST.read_text())["pictures"]
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        roots = {
            package: unpack(package, Path(scratch), arguments.packages)
            for package in sorted({picture["package"] for picture in pictures})
        }
        for picture in tqdm(pictures, desc="pictures"):
            path = roots[picture["package"]] / picture["file"]
            store(path.read_bytes(), picture, arguments.out)


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


def store(data: bytes, picture: dict[str, str], out: Path) -> None:
    """Checks one picture and writes it under its manifest name."""
    if hashlib.sha256(data).hexdigest() != picture["sha256"]:
        raise SystemExit(f"{picture['file']} is not the file that data/pictures.json names.")
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image.save(out / f"{Path(picture['file']).stem}.jpg", quality=92)


if __name__ == "__main__":
    main()

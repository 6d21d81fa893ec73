"""Says of pictures whether Inlay edited them, and where: `python -m inlay.verify PICTURE...`.

It reads the C2PA manifest, which says most and is lost where a picture is saved anew, and looks for the watermark,
which stays. The watermark is that of `INLAY_WATERMARK_KEY`. Ends with 0 where every picture was edited by Inlay, with 1
where one was not as far as can be told, and with 2 where one cannot be read.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from inlay.outcome import EditError
from inlay.pixels import decode_picture
from inlay.provenance.read import Manifest, read_manifest
from inlay.provenance.search import Mark, search
from inlay.provenance.watermark import EVERYONES, watermark_key


@dataclass(frozen=True)
class Finding:
    """What a picture says of itself."""

    manifest: Manifest | None
    watermark: Mark | None

    @property
    def edited(self) -> bool:
        """Whether Inlay edited it, as far as can be told."""
        return self.watermark is not None or (self.manifest is not None and self.manifest.is_inlays)


def verify(body: bytes, key: bytes) -> Finding:
    """What the file of a picture says. Raises EditError for one that cannot be decoded."""
    picture = decode_picture(body, "picture")
    manifest = read_manifest(body, f"image/{picture.source}")
    return Finding(manifest, search(Image.fromarray(picture.colour()), key))


def sentences(finding: Finding) -> list[str]:
    """A finding in words."""
    said = []
    manifest, mark = finding.manifest, finding.watermark
    if manifest is None:
        said.append("C2PA manifest: none.")
    elif manifest.state == "invalid":
        said.append("C2PA manifest: invalid; the picture or the manifest was changed since.")
    else:
        signer = manifest.signer or "nobody"
        known = "" if manifest.state == "valid" else ", whom no trust list vouches for"
        said.append(f"C2PA manifest: of {manifest.generator}, signed by {signer}{known}.")
        if manifest.edit is not None:
            said.append(f"  It is {manifest.edit}. {painted(manifest)}")
        if manifest.earlier:
            said.append(f"  {manifest.earlier} earlier manifest(s) of the picture are in it.")
    if mark is None:
        said.append("Watermark: not found.")
    else:
        said.append(
            f"Watermark: found, {mark.certainty:.0f} deviations above chance, at {mark.box}."
        )
    return said


def painted(manifest: Manifest) -> str:
    """Where a manifest says that was painted."""
    if manifest.wholly_made:
        return "All of it was made by a model."
    return (
        "Painted within " + ", ".join(map(str, manifest.painted)) + " (left, upper, right, lower)."
    )


def main() -> None:
    """Verifies the pictures that are named."""
    parser = argparse.ArgumentParser(prog="python -m inlay.verify", description=__doc__)
    parser.add_argument("pictures", nargs="+", type=Path, metavar="PICTURE")
    parser.add_argument("--json", action="store_true", help="prints an object for each picture")
    arguments = parser.parse_args()
    key = watermark_key() or EVERYONES.encode()
    worst = 0
    for path in arguments.pictures:
        try:
            finding = verify(path.read_bytes(), key)
        except (OSError, EditError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            worst = 2
            continue
        worst = max(worst, 0 if finding.edited else 1)
        if arguments.json:
            print(json.dumps({"picture": str(path), "edited": finding.edited, **asdict(finding)}))
        else:
            verdict = "edited by Inlay" if finding.edited else "no sign of an edit by Inlay"
            print(f"{path}: {verdict}", *(f"  {line}" for line in sentences(finding)), sep="\n")
    sys.exit(worst)


if __name__ == "__main__":
    main()

"""Weights of a profile: `python -m inlay.weights fetch|pin|verify PROFILE_FOLDER [--mirror FOLDER]`.

`fetch` downloads what the folder's `weights.json` names and checks it; `pin` writes commits, sizes and hashes into a
manifest that names branches; `verify` says what is missing.
"""

import argparse
from pathlib import Path

from inlay.weights.fetch import fetch_weights, is_there
from inlay.weights.manifest import WeightsError, WeightsManifest
from inlay.weights.pin import pin_manifest
from inlay.weights.source import HubSource, MirrorSource

MANIFEST = "weights.json"


def main(given: list[str] | None = None) -> None:
    """Runs one command; ends with exit code 1 and one sentence where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=["fetch", "pin", "verify"])
    parser.add_argument("profile", type=Path)
    parser.add_argument("--mirror", type=Path, help="a folder REPOSITORY/FILE instead of the hub")
    parser.add_argument("--endpoint", help="a server that speaks like the hub")
    arguments = parser.parse_args(given)
    try:
        manifest = WeightsManifest.read(arguments.profile / MANIFEST)
        if arguments.command == "pin":
            pin_manifest(manifest, arguments.endpoint).write(arguments.profile / MANIFEST)
            print(f"{len(manifest.files)} files are pinned.")
        elif arguments.command == "fetch":
            source = MirrorSource(arguments.mirror) if arguments.mirror else None
            new = fetch_weights(
                manifest, arguments.profile, source or HubSource(arguments.endpoint)
            )
            print(f"{len(new)} files fetched, {len(manifest.files) - len(new)} were there.")
        else:
            verify(manifest, arguments.profile)
    except WeightsError as error:
        raise SystemExit(str(error)) from error


def verify(manifest: WeightsManifest, folder: Path) -> None:
    """Raises WeightsError unless every file is in its place."""
    missing = [file.target for file in manifest.files if not is_there(file, folder)]
    if missing:
        raise WeightsError(
            f"{len(missing)} files are missing or others, first {missing[0]}."
            f" Fetch them: python -m inlay.weights fetch {folder}"
        )
    print(f"{len(manifest.files)} files are in their place.")


if __name__ == "__main__":
    main()

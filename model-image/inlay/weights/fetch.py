"""Brings a profile's weights into its folder, checked; what is there already is left alone."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from inlay.checkpoint import sha256_of
from inlay.weights.converted import convert, is_converted
from inlay.weights.manifest import WeightFile, WeightsError, WeightsManifest
from inlay.weights.source import Source

SPARE = 1.02
"""Disks count in blocks."""


def free_bytes(folder: Path) -> int:
    """What the disk of a folder still takes."""
    return shutil.disk_usage(folder).free


def fetch_weights(
    manifest: WeightsManifest,
    folder: Path,
    source: Source,
    free: Callable[[Path], int] = free_bytes,
) -> list[WeightFile]:
    """Brings every file that is not there yet; returns those.

    Raises WeightsError for a manifest that is not pinned, a file that is not to be had or another than it should be,
    and a disk that is too small. Nothing half-written is left under a target's name; a second call goes on.
    """
    manifest.require_pinned()
    folder.mkdir(parents=True, exist_ok=True)
    missing = [file for file in manifest.files if not is_there(file, folder)]
    # A converted file lies beside its original for a moment.
    needed = sum(file.size * (2 if file.is_pickle else 1) for file in missing)
    if needed * SPARE > free(folder):
        raise WeightsError(
            f"{folder.name} needs {needed / 1e9:.2f} GB more, and the disk has"
            f" {free(folder) / 1e9:.2f} GB. Make room, or put the folder elsewhere."
        )
    for file in tqdm(missing, desc="weights", disable=not missing):
        try:
            bring(file, folder, source)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise WeightsError(f"The disk is full; {file.target} did not fit.") from error
            raise
    return missing


def bring(file: WeightFile, folder: Path, source: Source) -> None:
    """Brings one file, checks it, and converts it if it is a pickle."""
    published = folder / file.download
    published.parent.mkdir(parents=True, exist_ok=True)
    waiting = published.with_name(f"{published.name}.unchecked")
    source.bring(file, waiting)
    found = sha256_of(waiting)
    if found != file.sha256:
        waiting.unlink()
        raise WeightsError(
            f"{file.repository}/{file.file} is not the pinned file: its sha256 begins with"
            f" {found[:12]}, expected {file.sha256[:12]}. It was deleted."
        )
    waiting.replace(published)
    if file.is_pickle:
        convert(file, folder)
        published.unlink()


def is_there(file: WeightFile, folder: Path) -> bool:
    """Whether a file lies in its place and is the pinned one, or what that was converted to."""
    target = folder / file.target
    if not target.is_file():
        return False
    if file.is_pickle:
        return is_converted(file, folder)
    return sha256_of(target) == file.sha256

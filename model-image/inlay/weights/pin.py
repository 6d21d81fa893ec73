"""Pins a manifest: asks the hub which commit a branch is at, and for every file's size and sha256."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from inlay.checkpoint import sha256_of
from inlay.weights.manifest import WeightFile, WeightsError, WeightsManifest
from inlay.weights.source import HubSource


def pin_manifest(manifest: WeightsManifest, endpoint: str | None = None) -> WeightsManifest:
    """The manifest with every loose file pinned to what the hub has now; pinned ones stay what they are.

    Who runs this trusts the hub once; from then on a changed file is refused. Raises WeightsError for a file that the
    hub does not have.
    """
    for file in manifest.files:
        if not file.pinned:
            manifest = manifest.with_file(pin_file(file, endpoint))
    return manifest


def pin_file(file: WeightFile, endpoint: str | None) -> WeightFile:
    """One file at the commit that its revision names now."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.hf_api import RepoFile

    api = HfApi(endpoint=endpoint)
    try:
        commit = api.repo_info(file.repository, revision=file.revision).sha
        entries = api.get_paths_info(file.repository, [file.file], revision=commit)
    except HfHubHTTPError as error:
        raise WeightsError(f"The hub has no {file.repository} at {file.revision}.") from error
    found = next((entry for entry in entries if isinstance(entry, RepoFile)), None)
    if found is None or commit is None:
        raise WeightsError(f"{file.repository} has no {file.file} at {file.revision}.")
    pinned = replace(file, revision=commit, size=found.size)
    if found.lfs is not None:
        return replace(pinned, sha256=found.lfs.sha256)
    # The hub knows large files' sha256 alone; a small one is fetched to be hashed.
    with TemporaryDirectory() as scratch:
        target = Path(scratch) / "file"
        HubSource(endpoint).bring(pinned, target)
        return replace(pinned, sha256=sha256_of(target))

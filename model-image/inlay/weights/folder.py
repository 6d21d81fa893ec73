"""The files of a profile's folder, each handed out only once it is known to be the one that the profile means."""

import hashlib
from pathlib import Path

from inlay.checkpoint import CheckpointError, check_file
from inlay.profile import Profile
from inlay.weights.fetch import is_there
from inlay.weights.manifest import WeightFile, WeightsError, WeightsManifest

MANIFEST = "weights.json"


class ProfileFiles:
    """A folder beside its hashes: those in `profile.json`, and those in `weights.json` where files were fetched."""

    def __init__(self, folder: Path, profile: Profile) -> None:
        """Reads the manifest, if there is one; CheckpointError if it is none."""
        self._folder = folder
        self._shipped = profile.files
        self._fetched: dict[str, WeightFile] = {}
        if (folder / MANIFEST).is_file():
            try:
                manifest = WeightsManifest.read(folder / MANIFEST)
            except WeightsError as error:
                raise CheckpointError(str(error)) from error
            self._fetched = {file.target: file for file in manifest.files}
        self._used: dict[str, str] = {}

    def checked(self, name: str) -> Path:
        """A file's path. Raises CheckpointError for one that is missing, another one, or not pinned by its hash."""
        path = self._folder / name
        if name in self._shipped:
            check_file(path, self._shipped[name])
            self._used[name] = self._shipped[name]
            return path
        file = self._fetched.get(name)
        if file is None or not file.pinned:
            raise CheckpointError(
                f"{name} is pinned by no hash in {self._folder.name}/{MANIFEST}."
                f" Pin it: python -m inlay.weights pin {self._folder}"
            )
        if not path.is_file():
            raise CheckpointError(
                f"{name} is missing. Fetch it: python -m inlay.weights fetch {self._folder}"
            )
        if not is_there(file, self._folder):
            raise CheckpointError(
                f"{name} is not the file that {MANIFEST} names (sha256)."
                f" Fetch it again: python -m inlay.weights fetch {self._folder}"
            )
        self._used[name] = file.sha256
        return path

    @property
    def sha256(self) -> str:
        """One hash over the hashes of the files handed out so far."""
        joined = "".join(sha for _, sha in sorted(self._used.items()))
        return hashlib.sha256(joined.encode()).hexdigest()

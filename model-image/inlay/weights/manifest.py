"""`weights.json` of a profile: every file it is made of, pinned by revision and sha256."""

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

SHA256 = re.compile(r"[0-9a-f]{64}")
REVISION = re.compile(r"[0-9a-f]{40}")


class WeightsError(Exception):
    """Weights that cannot be had or used; the message says which file and what to do."""


@dataclass(frozen=True)
class WeightFile:
    """One file of a repository on the Hugging Face hub, and the name it has in the profile's folder."""

    target: str
    """Where it lies in the profile's folder, such as `unet/model.safetensors`."""
    repository: str
    file: str
    revision: str
    """The commit, 40 hex digits; a branch's name until it is pinned."""
    licence: str
    sha256: str = ""
    """Of the file as published; empty until it is pinned."""
    size: int = 0
    """In bytes."""

    @property
    def pinned(self) -> bool:
        return bool(SHA256.fullmatch(self.sha256) and REVISION.fullmatch(self.revision))

    @property
    def is_pickle(self) -> bool:
        """Whether it is a PyTorch checkpoint, which is converted once and never loaded as it is."""
        return Path(self.file).suffix in {".bin", ".ckpt", ".pt", ".pth"}

    @property
    def download(self) -> str:
        """The published file's own name in the profile's folder."""
        return f"{self.target}.published" if self.is_pickle else self.target


@dataclass(frozen=True)
class WeightsManifest:
    """All files of a profile."""

    files: tuple[WeightFile, ...]

    @classmethod
    def read(cls, path: Path) -> "WeightsManifest":
        """Raises WeightsError for a manifest that is missing or is none."""
        try:
            rows = json.loads(path.read_text())["files"]
            files = tuple(WeightFile(**row) for row in rows)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise WeightsError(f"{path} is not a weights manifest: {error}") from error
        for file in files:
            check_target(file)
        return cls(files)

    def write(self, path: Path) -> None:
        """Writes the manifest whole or not at all."""
        part = path.with_name(f"{path.name}.part")
        part.write_text(
            json.dumps({"files": [asdict(file) for file in self.files]}, indent=2) + "\n"
        )
        part.replace(path)

    def with_file(self, changed: WeightFile) -> "WeightsManifest":
        """The manifest with the file of the same target replaced."""
        files = tuple(changed if file.target == changed.target else file for file in self.files)
        return replace(self, files=files)

    def require_pinned(self) -> None:
        """Raises WeightsError while a file may still become another."""
        loose = [file.target for file in self.files if not file.pinned]
        if loose:
            raise WeightsError(
                f"{len(loose)} files are not pinned by revision and sha256, first {loose[0]}."
                " Pin them: python -m inlay.weights pin"
            )


def check_target(file: WeightFile) -> None:
    """Raises WeightsError for a target outside the profile's folder, or one that is no safetensors or data file."""
    path = Path(file.target)
    if path.is_absolute() or ".." in path.parts:
        raise WeightsError(f"{file.target} leaves the profile's folder")
    if path.suffix not in {".safetensors", ".json", ".txt"}:
        raise WeightsError(f"{file.target}: only safetensors and text files are served from")

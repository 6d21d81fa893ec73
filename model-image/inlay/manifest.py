"""The manifest: what an attempt brought, written last. `schemas/manifest.ts` has its shape; both read its vectors."""

import json
from dataclasses import asdict, dataclass, field

from inlay.outcome import EditError

VERSION = 1
MAX_BYTES = 64 * 1024

ERROR_CODES = frozenset(
    {
        "task_not_in_profile",
        "sampler_not_in_profile",
        "mask_empty",
        "mask_damaged",
        "mask_size_mismatch",
        "mask_orientation_mismatch",
        "image_animated",
        "image_damaged",
        "image_too_large",
        "output_too_large",
        "input_blocked",
        "output_blocked",
    }
)


@dataclass(frozen=True)
class ManifestOutput:
    """One picture: where it stands in the list, what it is, and the seed that made it."""

    index: int
    content_type: str
    width: int
    height: int
    bytes: int
    sha256: str
    seed: int
    kept_pixels: int
    blocked: str | None = None


@dataclass(frozen=True)
class Note:
    """A warning or an error: a code and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True)
class Manifest:
    """The result of one attempt at an edit."""

    edit: str
    attempt: int
    model: dict[str, str]
    outputs: tuple[ManifestOutput, ...] = ()
    warnings: tuple[Note, ...] = ()
    error: Note | None = None
    timings: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.error is None) != bool(self.outputs):
            raise ValueError("a manifest has either outputs or an error")
        if self.error is not None and self.error.code not in ERROR_CODES:
            raise ValueError(f"{self.error.code} is no outcome that the container may report")

    def to_json(self) -> bytes:
        """The manifest as it is stored."""
        body = {
            "version": VERSION,
            "status": "succeeded" if self.error is None else "failed",
            **asdict(self),
        }
        encoded = json.dumps(body).encode()
        if len(encoded) > MAX_BYTES:
            raise ValueError(f"the manifest has {len(encoded)} bytes, more than {MAX_BYTES}")
        return encoded


def failure(error: EditError) -> Note:
    """An outcome as a manifest holds it."""
    return Note(error.code, error.detail)

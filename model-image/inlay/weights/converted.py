"""PyTorch checkpoints as safetensors: converted once, with a note beside each that says of what and into what."""

import json
from pathlib import Path

from safetensors.torch import save_file

from inlay.checkpoint import CheckpointError, load_checked_pickle, sha256_of
from inlay.weights.manifest import WeightFile, WeightsError


def convert(file: WeightFile, folder: Path) -> None:
    """Makes safetensors of a published checkpoint without running any code of it, and notes both hashes.

    The note comes last: a file without one, or beside that of another, counts as not there.
    """
    try:
        state = load_checked_pickle(folder / file.download)
    except CheckpointError as error:
        (folder / file.download).unlink()
        raise WeightsError(str(error)) from error
    target = folder / file.target
    part = target.with_name(f"{target.name}.part")
    tensors = {name: tensor.contiguous().clone() for name, tensor in state.items()}
    save_file(tensors, part, {"format": "pt"})
    part.replace(target)
    part.write_text(json.dumps(hashes(file, target), indent=2) + "\n")
    part.replace(note_beside(target))


def is_converted(file: WeightFile, folder: Path) -> bool:
    """Whether a file is, byte for byte, what the pinned checkpoint was converted to."""
    target = folder / file.target
    try:
        noted = json.loads(note_beside(target).read_text())
    except (OSError, ValueError):
        return False
    return noted == hashes(file, target)


def hashes(file: WeightFile, target: Path) -> dict[str, str]:
    """What the note of a converted file holds."""
    return {"published_sha256": file.sha256, "sha256": sha256_of(target)}


def note_beside(target: Path) -> Path:
    """Where the note of a converted file lies."""
    return target.with_name(f"{target.name}.converted.json")

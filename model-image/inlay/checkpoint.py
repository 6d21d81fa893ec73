"""Weights on disk: safetensors only, checked by sha256, written whole or not at all."""

import hashlib
import pickle
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from inlay.key_map import from_authors, is_authors


class CheckpointError(Exception):
    """A weight file that cannot be used; the message says which and what to do."""


def save_weights(path: Path, state: dict[str, Tensor], dtype: torch.dtype = torch.float32) -> str:
    """Writes tensors atomically; floating ones are stored as `dtype`. Returns the file's sha256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    stored = {
        name: (tensor.to(dtype) if tensor.is_floating_point() else tensor).contiguous().clone()
        for name, tensor in state.items()
    }
    save_file(stored, part)
    part.chmod(0o644)
    part.replace(path)
    return sha256_of(path)


def load_weights(
    path: Path, sha256: str | None = None, dtype: torch.dtype = torch.float32
) -> dict[str, Tensor]:
    """The tensors of a file, floating ones as `dtype`; with a sha256, only if the file is that one.

    Raises CheckpointError for a missing, damaged or other file, and for weights that are not finite.
    """
    check_file(path, sha256)
    try:
        state = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path.name} is damaged: {error}") from error
    state = {n: t.to(dtype) if t.is_floating_point() else t for n, t in state.items()}
    for name, tensor in state.items():
        if not torch.isfinite(tensor).all():
            raise CheckpointError(f"{path.name}: {name} holds values that are not finite.")
    return state


def load_published(path: Path, sha256: str) -> dict[str, Tensor]:
    """An autoencoder's tensors from a file of diffusers' (safetensors) or of the authors' (a PyTorch checkpoint).

    Names come out as diffusers'. PyTorch files are read with `weights_only`: no code of theirs runs. CheckpointError
    as `load_weights`.
    """
    if path.suffix == ".safetensors":
        state = load_weights(path, sha256)
    else:
        check_file(path, sha256)
        values = load_checked_pickle(path)
        state = {name: value.float() for name, value in values.items() if value.is_floating_point()}
    return autoencoder_names(state)


def autoencoder_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A published autoencoder's tensors under our names, which are diffusers', without those that nothing reads."""
    state = from_authors(state) if is_authors(state) else state
    return {name: t for name, t in state.items() if ".condition_encoder.up_layers." not in name}


def load_checked_pickle(path: Path) -> dict[str, Tensor]:
    """The tensors of a PyTorch checkpoint whose hash is checked, read with `weights_only`: no code of it runs.

    Raises CheckpointError for what cannot be read so.
    """
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise CheckpointError(f"{path.name} cannot be read without running it: {error}") from error
    values = loaded.get("state_dict", loaded)
    return {name: value for name, value in values.items() if isinstance(value, Tensor)}


def load_into(module: nn.Module, state: dict[str, Tensor], what: str, assign: bool = False) -> None:
    """Fills a module; names the tensors that do not fit it. `assign` takes the tensors themselves, in their dtype."""
    expected = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in state.items()}
    wrong = sorted(n for n in expected.keys() | given.keys() if expected.get(n) != given.get(n))
    if wrong:
        raise CheckpointError(
            f"{what}: {len(wrong)} tensors do not fit this architecture, first {wrong[0]}"
            f" (expected {expected.get(wrong[0])}, found {given.get(wrong[0])})."
        )
    module.load_state_dict(state, assign=assign)


def check_file(path: Path, sha256: str | None) -> None:
    """Raises CheckpointError where a file is missing, or is not the one of this hash."""
    if not path.is_file():
        raise CheckpointError(
            f"{path.name} is missing. Restore it, or fetch the profile's weights."
        )
    if sha256 is not None and sha256_of(path) != sha256:
        raise CheckpointError(f"{path.name} is not the file that its profile names (sha256).")


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hex."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
        return digest.hexdigest()

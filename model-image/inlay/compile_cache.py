"""Compile artifacts on disk: made once on the chip that serves, loaded where torch, triton and chip are the same."""

import hashlib
import json
import os
import platform
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch
from torch import Tensor

from inlay.batcher import Batcher
from inlay.compiled import Compile, Compiled, OnNew, inductor

FOLDER = "compiled"
"""Below the profile's."""


@dataclass(frozen=True)
class Target:
    """What compiled code is for."""

    torch: str
    triton: str
    chip: str

    @classmethod
    def here(cls, device: torch.device) -> "Target":
        """This machine."""
        try:
            triton = version("triton")
        except PackageNotFoundError:
            triton = "none"
        if device.type == "cuda":
            major, minor = torch.cuda.get_device_capability(device)
            chip = f"{torch.cuda.get_device_name(device)} sm_{major}{minor}"
        else:
            chip = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
        return cls(torch.__version__, triton, chip)

    @property
    def file_name(self) -> str:
        """One for each target, without an ending."""
        return re.sub(r"[^\w.+-]+", "_", f"torch-{self.torch}_triton-{self.triton}_{self.chip}")


def wants_compiling(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether `INLAY_COMPILE` is `on`; off without it. Raises ValueError for anything but these two."""
    wanted = environment.get("INLAY_COMPILE") or "off"
    if wanted not in ("on", "off"):
        raise ValueError(f"INLAY_COMPILE is {wanted!r}; set it to on or off")
    return wanted == "on"


def compile_all(
    denoisers: list[Batcher],
    compile: Compile = inductor,
    on_new: OnNew = Compiled.prepare,
) -> list[Compiled]:
    """Has denoisers compile what they meet: before they answer, unless `on_new` says otherwise."""
    made = [Compiled(one.network, on_new, compile) for one in denoisers]
    for denoiser, compiled in zip(denoisers, made, strict=True):
        denoiser.compiled = compiled
    return made


def save_cache(folder: Path, target: Target, networks: list[Compiled]) -> Path:
    """Writes what was compiled, and what for; returns the file. Raises ValueError where nothing was."""
    failed = [one.failure for one in networks if one.failure is not None]
    if failed:
        raise ValueError(failed[0])
    saved = torch.compiler.save_cache_artifacts()
    if saved is None:
        raise ValueError("nothing was compiled")
    body, _ = saved
    path = folder / FOLDER / f"{target.file_name}.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    described = {
        **asdict(target),
        "sha256": hashlib.sha256(body).hexdigest(),
        "networks": [one.kinds for one in networks],
    }
    path.with_suffix(".json").write_text(json.dumps(described, indent=2) + "\n")
    return path


def accelerate(
    folder: Path, device: torch.device, denoisers: list[Batcher], compile: Compile = inductor
) -> str:
    """Has denoisers compile: from a matching set before this returns, else beside serving. Returns how, for the log."""
    described = matching(folder, Target.here(device))
    beside = ThreadPoolExecutor(1, thread_name_prefix="compile")
    made = compile_all(denoisers, compile, lambda new, sample: beside.submit(new.prepare, sample))
    if described is None or len(described) != len(made):
        return "in the background"
    for compiled, kinds in zip(made, described, strict=True):
        for kind in kinds:
            compiled.prepare(tuple(zeros(shape, dtype, device) for shape, dtype in kind))
    failed = [one.failure for one in made if one.failure is not None]
    return f"not: {failed[0]}" if failed else "from the cache"


def matching(folder: Path, target: Target) -> list[list[list[tuple[list[int], str]]]] | None:
    """Loads the artifacts of a target; returns what each network was compiled for, None where there are none."""
    path = folder / FOLDER / f"{target.file_name}.bin"
    try:
        described = json.loads(path.with_suffix(".json").read_text())
        body = path.read_bytes()
    except (OSError, ValueError):
        return None
    is_meant = all(described.get(name) == value for name, value in asdict(target).items())
    if not is_meant or described.get("sha256") != hashlib.sha256(body).hexdigest():
        return None
    torch.compiler.load_cache_artifacts(body)
    return described["networks"]


def zeros(shape: list[int], dtype: str, device: torch.device) -> Tensor:
    """One sample of a kind."""
    return torch.zeros(shape, dtype=getattr(torch, dtype), device=device)

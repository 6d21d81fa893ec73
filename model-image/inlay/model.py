"""A profile that is loaded and serves: what the container needs of it, whatever networks it is made of."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch

from inlay.batcher import Batcher
from inlay.checkpoint import CheckpointError
from inlay.outcome import EditError
from inlay.pipeline import Filler
from inlay.profile import Profile
from inlay.safety.classifier import Classifier
from inlay.setup_log import SetupLog


class Model(Protocol):
    """A loaded profile."""

    @property
    def profile(self) -> Profile:
        """What it serves: tasks and samplers that were not loaded are left out."""
        ...

    @property
    def decoder_name(self) -> str: ...

    @property
    def weights_sha256(self) -> str:
        """One hash over the hashes of the files loaded."""
        ...

    @property
    def classifier(self) -> Classifier | None:
        """What looks at outputs for the profile; None where it has no weights for one."""
        ...

    def filler(self, task: str, sampler: str) -> Filler:
        """What paints for a task of the profile, with one of its samplers."""
        ...

    def denoisers(self) -> list[Batcher]:
        """What calls its denoisers, in an order that depends on the profile alone."""
        ...

    def unread(self, prompt: str) -> str:
        """The end of a prompt that is too long to be read; empty where all of it is."""
        ...

    def reads_negative(self, task: str, sampler: str, guidance: float) -> bool:
        """Whether a negative prompt changes what is painted for a task, with a sampler and at a guidance."""
        ...


Load = Callable[[Path, Profile, str, torch.device, torch.dtype, SetupLog], Model]
"""Loads a profile's folder with the decoder of a name."""


@dataclass(frozen=True)
class Serving:
    """What an operator wants of a profile; empty is all of it, and its defaults."""

    decoder: str = ""
    tasks: tuple[str, ...] = ()
    samplers: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Serving":
        """`INLAY_DECODER`, and `INLAY_TASKS` and `INLAY_SAMPLERS` with commas: less is loaded for fewer."""

        def names(variable: str) -> tuple[str, ...]:
            return tuple(n for n in environment.get(variable, "").replace(" ", "").split(",") if n)

        return cls(
            environment.get("INLAY_DECODER", ""), names("INLAY_TASKS"), names("INLAY_SAMPLERS")
        )


def inpainter() -> Load:
    """The small networks of our own."""
    from inlay.inpainter import load_inpainter

    return load_inpainter


def stable_diffusion() -> Load:
    """Stable Diffusion's; only here are its libraries needed."""
    from inlay.stable_diffusion.load import load_stable_diffusion

    return load_stable_diffusion


KINDS: dict[str, Callable[[], Load]] = {
    "inpainter": inpainter,
    "stable_diffusion": stable_diffusion,
}
"""What imports a kind's own code, which takes seconds, and returns what loads it."""


def load_model(
    folder: Path,
    device: torch.device,
    serving: Serving | None = None,
    log: SetupLog | None = None,
    dtype: torch.dtype | None = None,
) -> Model:
    """Loads and verifies a profile's folder, offline; CheckpointError names what is wrong with it.

    Without `dtype` a GPU computes in the profile's precision and a CPU in float32.
    """
    serving = serving or Serving()
    profile = Profile.read(folder).only(serving.tasks, serving.samplers)
    if profile.kind not in KINDS:
        raise CheckpointError(
            f"{folder.name}/profile.json: there is no kind {profile.kind}; there are {', '.join(KINDS)}."
        )
    if dtype is None:
        dtype = getattr(torch, profile.precision) if device.type == "cuda" else torch.float32
    log = log or SetupLog()
    with log.part("import", f"{profile.kind}_ms"):
        load = KINDS[profile.kind]()
    return load(folder, profile, serving.decoder, device, dtype, log)


def require(model: Model, task: str, sampler: str) -> str:
    """The sampler to use, the profile's own for an empty one.

    EditError `task_not_in_profile` or `sampler_not_in_profile` for what is not served.
    """
    profile = model.profile
    if task not in profile.tasks:
        raise EditError(
            "task_not_in_profile",
            f"The profile {profile.name} does not do {task} here; it does {', '.join(profile.tasks)}.",
        )
    chosen = sampler or profile.sampler
    if chosen not in profile.samplers:
        raise EditError(
            "sampler_not_in_profile",
            f"The profile {profile.name} has no sampler {chosen}; it has {', '.join(profile.samplers)}.",
        )
    return chosen

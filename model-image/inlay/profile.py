"""`profile.json`: what a folder of weights is and can do. A profile is data; adding one touches no code.

`kind` says which classes read it. The rest are names and numbers: the tasks it serves, the files of every component,
decoders by name, samplers, and how the distilled mode samples.
"""

import json
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from inlay.checkpoint import CheckpointError
from inlay.config import AUTOENCODERS, AutoencoderConfig
from inlay.decode_way import DECODE_WAYS, DecodeWay
from inlay.tasks import DERIVED, TASKS, painted_as

T = TypeVar("T")

PRECISIONS = ("float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Component:
    """A network's files in the profile's folder, as diffusers and transformers publish them."""

    weights: str = ""
    config: str = ""
    """Its sizes, a `config.json`; empty where the kind knows them."""
    vocabulary: str = ""
    merges: str = ""
    """What a tokenizer is made of."""


@dataclass(frozen=True)
class DecoderSpec:
    """An autoencoder whose decoder can be chosen: its sizes and its file."""

    architecture: AutoencoderConfig
    file: str


@dataclass(frozen=True)
class Distilled:
    """A mode of few steps without guidance: LoRA weights merged into the denoiser, and the sampler they are for."""

    sampler: str
    lora: str
    fewest_steps: int
    most_steps: int
    scale: float = 1.0


@dataclass(frozen=True)
class Profile:
    """What `profile.json` says, validated."""

    name: str
    kind: str
    native_size: int
    tasks: tuple[str, ...]
    samplers: tuple[str, ...]
    sampler: str
    """The one used where none is asked for."""
    uses_prompt: bool
    decoders: dict[str, DecoderSpec]
    decoder: str
    """The one used where none is asked for."""
    components: dict[str, Component]
    unets: dict[str, str] = field(default_factory=dict)
    """The component that denoises, by task; `erase` and `outpaint` are done by that of `inpaint`."""
    distilled: Distilled | None = None
    coarse_noise: bool = True
    """Whether sampling starts from white noise, or from such without its coarse part (`inlay.diffusion.fine_noise`)."""
    matches_grain: bool = False
    """Whether fills get the grain of what surrounds them (`inlay.grain`)."""
    borrows: bool = False
    """Whether fills are made of patches of what is kept, where there are enough (`inlay.completion`)."""
    decode: DecodeWay = "trimmed"
    """How much of a picture its decoder computes (`inlay.decode_way`)."""
    precision: str = "float32"
    """On a GPU; a CPU computes in float32."""
    files: dict[str, str] = field(default_factory=dict)
    """sha256 of the files that lie beside it in the repository; those fetched are in `weights.json`."""

    @classmethod
    def read(cls, folder: Path) -> "Profile":
        """The profile of a folder; CheckpointError if there is none or it is not understood."""
        try:
            profile = parse(json.loads((folder / "profile.json").read_text()))
            check(profile)
        except (OSError, ValueError, TypeError, KeyError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else error
            raise CheckpointError(f"{folder.name}/profile.json cannot be read: {reason}") from error
        return profile

    def choose_decoder(self, name: str = "") -> tuple[str, DecoderSpec]:
        """A decoder by name, the default for an empty one; CheckpointError names those there are."""
        chosen = name or self.decoder
        if chosen not in self.decoders:
            raise CheckpointError(
                f"The profile {self.name} has no decoder {chosen}; it has {', '.join(self.decoders)}."
            )
        return chosen, self.decoders[chosen]

    def component(self, name: str) -> Component:
        """A component by name; CheckpointError where the profile has none of it."""
        if name not in self.components:
            raise CheckpointError(f"The profile {self.name} names no component {name}.")
        return self.components[name]

    def unet_of(self, task: str) -> str:
        """The name of the component that denoises for a task."""
        return self.unets[painted_as(task)]

    def reads_prompt(self, task: str) -> bool:
        """Whether a prompt changes what a task paints; paint-by-example reads its example instead."""
        return self.uses_prompt and task != "paint_by_example"

    @property
    def samples_plainly(self) -> bool:
        """Whether a sampler is served that needs the denoisers as they are, not distilled."""
        mode = self.distilled
        return mode is None or any(name != mode.sampler for name in self.samplers)

    def steps(self, asked: int, sampler: str) -> int:
        """The steps that a sampler is run for: those asked for, or the nearest that the distilled mode can do."""
        mode = self.distilled
        if mode is None or sampler != mode.sampler:
            return asked
        return min(max(asked, mode.fewest_steps), mode.most_steps)

    def only(self, tasks: tuple[str, ...] = (), samplers: tuple[str, ...] = ()) -> "Profile":
        """The profile with some of its tasks and samplers, all for none named; what is left out is not loaded.

        CheckpointError for one that it does not have. The default sampler is the first left, if its own is left out.
        """
        for given, had in ((tasks, self.tasks), (samplers, self.samplers)):
            unknown = [name for name in given if name not in had]
            if unknown:
                raise CheckpointError(
                    f"The profile {self.name} has no {unknown[0]}; it has {', '.join(had)}."
                )
        kept = samplers or self.samplers
        sampler = self.sampler if self.sampler in kept else kept[0]
        return replace(self, tasks=tasks or self.tasks, samplers=kept, sampler=sampler)


def parse(values: dict[str, Any]) -> Profile:
    """A profile from JSON; KeyError, TypeError or ValueError for what is none."""
    distilled = values.get("distilled")
    return build(
        Profile,
        values
        | {
            "tasks": tuple(values["tasks"]),
            "samplers": tuple(values["samplers"]),
            "decoders": {
                name: DecoderSpec(architecture(spec["architecture"]), spec["file"])
                for name, spec in values["decoders"].items()
            },
            "components": {
                name: build(Component, spec) for name, spec in values["components"].items()
            },
            "distilled": None if distilled is None else build(Distilled, distilled),
        },
    )


def architecture(value: str | dict[str, Any]) -> AutoencoderConfig:
    """An autoencoder's sizes: a name of `inlay.config.AUTOENCODERS`, or the sizes themselves."""
    if isinstance(value, str):
        if value not in AUTOENCODERS:
            raise ValueError(
                f"there is no architecture {value}; there are {', '.join(AUTOENCODERS)}"
            )
        return AUTOENCODERS[value]
    widths = ("encoder_widths", "decoder_widths")
    return build(AutoencoderConfig, value | {name: tuple(value[name]) for name in widths})


def build(kind: type[T], values: dict[str, Any]) -> T:
    """A dataclass from JSON; ValueError names a field that it does not have, or one that is missing."""
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]  # type: ignore[arg-type]
    missing = [name for name in needed if name not in values]
    if missing:
        raise ValueError(f"{kind.__name__} needs {missing[0]}")
    unknown = values.keys() - {f.name for f in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise ValueError(f"{kind.__name__} has no field {min(unknown)}")
    return kind(**values)


def check(profile: Profile) -> None:
    """Raises ValueError for what cannot be meant: names that point nowhere, and tasks that do not exist."""
    if not profile.tasks or any(painted_as(task) not in TASKS for task in profile.tasks):
        raise ValueError(f"tasks must be some of {', '.join([*DERIVED, *TASKS])}")
    if profile.sampler not in profile.samplers:
        raise ValueError(f"its sampler {profile.sampler} is none of its samplers")
    if profile.decoder not in profile.decoders:
        raise ValueError(f"its decoder {profile.decoder} is none of its decoders")
    if profile.precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}")
    if profile.decode not in DECODE_WAYS:
        raise ValueError(f"decode must be one of {', '.join(DECODE_WAYS)}")
    if profile.native_size < 8 or profile.native_size % 8:
        raise ValueError("native_size must be a multiple of 8")
    for task in map(painted_as, profile.tasks):
        if profile.unets.get(task) not in profile.components:
            raise ValueError(f"unets names no component for {task}")
    distilled = profile.distilled
    if distilled is not None and distilled.sampler not in profile.samplers:
        raise ValueError(f"its distilled sampler {distilled.sampler} is none of its samplers")

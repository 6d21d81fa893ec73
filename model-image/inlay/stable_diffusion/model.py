"""Stable Diffusion as the container serves it: a painter for every task, around one decoder and one text encoder."""

from dataclasses import dataclass, replace

from inlay.batcher import Batcher
from inlay.profile import Profile
from inlay.safety.clip_checker import ClipChecker
from inlay.stable_diffusion.painter import Painter
from inlay.stable_diffusion.samplers import lean
from inlay.stable_diffusion.text import TextEncoder
from inlay.tasks import painted_as


@dataclass(frozen=True)
class StableDiffusion:
    """A loaded profile; see `inlay.model.Model`."""

    profile: Profile
    decoder_name: str
    weights_sha256: str
    painters: dict[str, Painter]
    """By the paper's task; empty where only the distilled mode is served."""
    distilled: dict[str, Painter]
    """The same with the distilled mode's denoiser; empty where the profile has or serves none."""
    text: TextEncoder | None
    """None where no task served reads a prompt."""
    classifier: ClipChecker | None = None
    """None where the profile names no component `safety_checker`."""

    def filler(self, task: str, sampler: str) -> Painter:
        """The painter of a task with a sampler of the profile."""
        mode = self.profile.distilled
        fast = mode is not None and sampler == mode.sampler
        painters = self.distilled if fast else self.painters
        return replace(painters[painted_as(task)], sampler=sampler)

    def denoisers(self) -> list[Batcher]:
        """Those of all tasks, plain ones first."""
        painters = (*self.painters.values(), *self.distilled.values())
        return list({id(painter.denoise): painter.denoise for painter in painters}.values())

    def unread(self, prompt: str) -> str:
        """The end of a prompt that is too long to be read; empty where all of it is."""
        return "" if self.text is None else self.text.unread(prompt)

    def reads_negative(self, task: str, sampler: str, guidance: float) -> bool:
        """Whether a negative prompt changes what is painted."""
        return self.profile.reads_prompt(task) and lean(sampler, guidance) > 1

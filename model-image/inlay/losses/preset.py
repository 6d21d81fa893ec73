"""The recipes by which a decoder is trained: the paper's text, the authors' code, and those of `tiny`."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class LossPreset:
    """One recipe. Where paper and code differ, both are here; nothing else of a run depends on the choice."""

    perceptual: Literal["none", "vgg", "lpips"]
    """`vgg`: mean differences of five layers of VGG-16. `lpips`: LPIPS on the same network."""
    adversarial: Literal["none", "log", "hinge"]
    adversarial_from: int = 0
    """The step from which the discriminator counts."""
    adversarial_factor: float = 1.0
    """Times the adaptive weight."""
    grain: float = 0.0
    """Weight of `inlay.losses.grain`."""
    sampled_latents: bool = False
    """Whether latents are drawn from the posterior, or its mean."""
    learnt_variance: bool = False
    """Whether pixel and perceptual loss are scaled by a learnt `exp(-logvar)`, as in LDM."""
    full_masks: float = 0.5
    """Share of pictures that are masked whole: what keeps the decoder able to work without a condition."""


PRESETS: dict[str, LossPreset] = {
    # Section 3.3 and 4.1 of the paper.
    "paper": LossPreset(perceptual="vgg", adversarial="log"),
    # Their repository: LPIPS instead of plain VGG features, a hinge that starts late and weighs 0.8, latents that are
    # drawn, and a learnt variance.
    "authors": LossPreset(
        perceptual="lpips",
        adversarial="hinge",
        adversarial_from=50_001,
        adversarial_factor=0.8,
        sampled_latents=True,
        learnt_variance=True,
    ),
    # Mean absolute error alone: what two CPU cores can afford. It leaves holes smooth.
    "plain": LossPreset(perceptual="none", adversarial="none"),
    # With as much fine detail as the target has, place by place: fills get a grain.
    "grain": LossPreset(perceptual="none", adversarial="none", grain=0.1),
    # With a discriminator beside it and no network from outside. It needs longer than `grain`, and more pictures.
    "judged": LossPreset(perceptual="none", adversarial="hinge", adversarial_factor=0.2),
}

"""Samplers by name, on the noise schedule that Stable Diffusion 1.5 was trained with."""

from collections.abc import Callable
from typing import Protocol

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    LCMScheduler,
    UniPCMultistepScheduler,
)
from torch import Tensor

SCHEDULE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "epsilon",
    "steps_offset": 1,
}


class Sampler(Protocol):
    """What the loop needs of diffusers' schedulers; one serves one edit, since it remembers its steps."""

    timesteps: Tensor
    init_noise_sigma: float
    order: int
    alphas_cumprod: Tensor

    def set_timesteps(self, num_inference_steps: int, device: object = None) -> None: ...
    def scale_model_input(self, sample: Tensor, timestep: Tensor) -> Tensor: ...
    def add_noise(self, original_samples: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor: ...
    def step(
        self, model_output: Tensor, timestep: Tensor, sample: Tensor, **more: object
    ) -> object: ...


SAMPLERS: dict[str, Callable[[], Sampler]] = {
    # Song et al. 2020.
    "ddim": lambda: DDIMScheduler(**SCHEDULE, clip_sample=False, set_alpha_to_one=False),
    # DPM-Solver++ 2M (Lu et al. 2022).
    "dpm++2m": lambda: DPMSolverMultistepScheduler(
        **SCHEDULE, algorithm_type="dpmsolver++", solver_order=2
    ),
    # Zhao et al. 2023.
    "unipc": lambda: UniPCMultistepScheduler(**SCHEDULE),
    # Luo et al. 2023; for distilled weights, 4 to 8 steps without guidance.
    "lcm": lambda: LCMScheduler(**SCHEDULE, set_alpha_to_one=False),
}

NOISY = {"lcm"}
"""Samplers that draw fresh noise at each step, from each output's own generator."""

DISTILLED = {"lcm"}
"""Samplers whose weights have guidance built in."""


def lean(sampler: str, guidance: float) -> float:
    """How far a sampler leans towards the prompt at a guidance; 1 is not at all, and no negative prompt is read.

    1 and below are off, as in diffusers: below 1 it would lean to the negative prompt.
    """
    return 1.0 if sampler in DISTILLED else max(1.0, guidance)


def make_sampler(name: str) -> Sampler:
    """A fresh sampler; ValueError names those there are."""
    if name not in SAMPLERS:
        raise ValueError(f"there is no sampler {name}; there are {', '.join(SAMPLERS)}")
    return SAMPLERS[name]()

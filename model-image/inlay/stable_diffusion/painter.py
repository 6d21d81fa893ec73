"""Fills holes with Stable Diffusion's UNets and the asymmetric decoder: the paper's three tasks."""

import copy
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from inlay.autoencoder import Autoencoder, check_picture
from inlay.batcher import Batcher
from inlay.blend import MaskReduction
from inlay.decode_way import DecodeWay
from inlay.hole import latent_hole, show_hole
from inlay.settings import FillSettings, OnRough, OnStep
from inlay.stable_diffusion.linear import fast_linear
from inlay.stable_diffusion.samplers import NOISY, lean, make_sampler
from inlay.stable_diffusion.tiny_decoder import TinyDecoder
from inlay.tasks import TASKS, Task

SCALE = 0.18215
"""What Stable Diffusion 1.5 multiplies latents by, so that they have a deviation of about 1."""


class Guide(Protocol):
    """What the UNet leans towards, and what it leans away from; both (1, tokens, d)."""

    def wanted(self, settings: FillSettings) -> Tensor: ...
    def unwanted(self, settings: FillSettings) -> Tensor: ...


@dataclass(frozen=True)
class Denoiser:
    """A UNet as a function of noisy latents (n, c, h, w), times (n,) and contexts (n, tokens, d)."""

    unet: UNet2DConditionModel

    def __call__(self, noisy: Tensor, t: Tensor, context: Tensor) -> Tensor:
        with fast_linear():
            return self.unet(noisy, t, context).sample


@dataclass
class Painter:
    """Fills the hole of a square picture at the model's native size, as a prompt or an example says.

    Noise depends on each output's seed alone and is made on the CPU, so that output i is the same whatever n is.
    """

    autoencoder: Autoencoder
    unet: UNet2DConditionModel
    guide: Guide
    task: Task = TASKS["inpaint"]
    sampler: str = "dpm++2m"
    native_size: int = 512
    conditioned: bool = True
    """False decodes without looking at the picture, as the plain VAE does; to compare."""
    reduction: MaskReduction = "area"
    way: DecodeWay = "exact"
    borrows: bool = False
    """It paints for itself."""
    preview_decoder: TinyDecoder | None = None
    """Without one there are no previews."""
    denoise: Batcher | None = None
    """Calls the UNet for every edit that samples; what `replace` makes of a painter with the same UNet shares it."""

    def __post_init__(self) -> None:
        if self.denoise is None or self.denoise.network.unet is not self.unet:
            self.denoise = Batcher(Denoiser(self.unet))

    @torch.inference_mode()
    def fill(
        self,
        image: Tensor,
        mask: Tensor,
        settings: FillSettings,
        on_step: OnStep,
        on_rough: OnRough | None = None,
    ) -> Tensor:
        """Pictures (n, 3, S, S) in [-1, 1] for a picture (1, 3, S, S) and a mask (1, 1, S, S) in {0, 1}, 1 = repaint.

        Raises ValueError for a picture that is not finite and a mask that is not hard; `on_step` may raise to stop.
        """
        check_picture(image, mask)
        image, mask = (x.to(self.unet.device, self.unet.dtype) for x in (image, mask))
        if not self.task.keeps:
            mask = torch.ones_like(mask)
        latents = self.sample(image, mask, settings, on_step, on_rough)
        condition = (image, mask) if self.conditioned and self.task.keeps else (None, None)
        decoded = self.autoencoder.decode(
            latents / SCALE, *condition, reduction=self.reduction, way=self.way
        )
        if not torch.isfinite(decoded).all():
            decoded = self.decode_in_full(latents / SCALE, *condition)
        return decoded.float().clamp(-1, 1)

    def decode_in_full(self, latents: Tensor, image: Tensor | None, mask: Tensor | None) -> Tensor:
        """The same decode in fp32: half precision has overflown. By a copy, since other edits decode meanwhile."""
        whole = (None if part is None else part.float() for part in (image, mask))
        precise = copy.deepcopy(self.autoencoder).float()
        return precise.decode(latents.float(), *whole, self.reduction)

    def sample(
        self,
        image: Tensor,
        mask: Tensor,
        settings: FillSettings,
        on_step: OnStep,
        on_rough: OnRough | None = None,
    ) -> Tensor:
        """The sampled latents (n, 4, S/8, S/8), still scaled."""
        hole, masked = self.shown(image, mask)
        generators = [torch.Generator().manual_seed(seed) for seed in settings.seeds]
        shape = (1, masked.shape[1], *masked.shape[-2:])
        noise = torch.cat([torch.randn(shape, generator=g) for g in generators]).to(masked)
        sampler = make_sampler(self.sampler)
        sampler.set_timesteps(settings.steps, device=masked.device)
        timesteps = sampler.timesteps
        latents = noise * sampler.init_noise_sigma
        if settings.strength < 1:
            kept = max(1, min(round(settings.steps * settings.strength), settings.steps))
            timesteps = timesteps[-kept * sampler.order :]
            start = self.autoencoder.encode(image).mean * SCALE
            latents = sampler.add_noise(start.expand_as(noise), noise, timesteps[:1])
        guidance = lean(self.sampler, settings.guidance)
        contexts = self.contexts(settings, guidance)
        count = len(noise)
        shown = [part.expand(count, -1, -1, -1) for part in (hole, masked)]
        more = {"generator": generators} if self.sampler in NOISY else {}
        with self.denoise.sampling():
            for number, t in enumerate(timesteps, 1):
                stacked = self.task.stack(sampler.scale_model_input(latents, t), *shown)
                predicted = self.predict(stacked, t, contexts, guidance)
                noisy, latents = latents, sampler.step(predicted, t, latents, **more).prev_sample
                on_step(number, len(timesteps))
                if on_rough is not None and self.preview_decoder is not None:
                    signal = sampler.alphas_cumprod[int(t)].item()
                    on_rough(partial(self.rough, noisy[:1], predicted[:1], signal))
        return latents

    def shown(self, image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The hole (1, 1, h, w) and the scaled latents around it (1, 4, h, w): zeros where nothing is kept."""
        if self.task.keeps:
            hole, masked = show_hole(self.autoencoder, image, mask, self.reduction)
            return hole, masked * SCALE
        hole = latent_hole(mask, self.reduction)
        channels = self.autoencoder.config.latent_channels
        return hole, hole.new_zeros(1, channels, *hole.shape[-2:])

    @torch.inference_mode()
    def rough(self, noisy: Tensor, predicted: Tensor, signal: float) -> Tensor:
        """The picture (3, H, W) that noisy latents (1, 4, h, w) come to, were the predicted noise all there is.

        `signal` is the share of the latents' variance that is no noise (alpha-bar; Ho et al. 2020, equation 15).
        """
        clean = (noisy - (1 - signal) ** 0.5 * predicted) / signal**0.5
        return self.preview_decoder(clean)[0].float().clamp(-1, 1)

    def contexts(self, settings: FillSettings, guidance: float) -> Tensor:
        """What is wanted (1, tokens, d); with guidance what is not before it (2, tokens, d)."""
        wanted = self.guide.wanted(settings)
        if guidance == 1.0:
            return wanted
        return torch.cat([self.guide.unwanted(settings), wanted])

    def predict(self, stacked: Tensor, t: Tensor, contexts: Tensor, guidance: float) -> Tensor:
        """The predicted noise (n, 4, h, w), leaning from what is unwanted to what is (Ho and Salimans 2022)."""
        count, sides = len(stacked), len(contexts)
        predicted = self.denoise(
            stacked.repeat(sides, 1, 1, 1),
            t.expand(count * sides),
            contexts.repeat_interleave(count, 0),
        )
        if sides == 1:
            return predicted
        away, towards = predicted.chunk(2)
        return away + guidance * (towards - away)

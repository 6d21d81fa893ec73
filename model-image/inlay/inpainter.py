"""A profile's networks, loaded and ready to fill holes."""

import functools
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from inlay.autoencoder import Autoencoder, check_picture
from inlay.batcher import Batcher
from inlay.checkpoint import load_into, load_weights
from inlay.config import UNetConfig
from inlay.diffusion import fine_noise, sample, seeded_noise
from inlay.grain import match_grain
from inlay.hole import show_hole
from inlay.profile import Profile
from inlay.rough import fit_colours, rough_colours
from inlay.settings import FillSettings, OnRough, OnStep
from inlay.setup_log import SetupLog
from inlay.unet import UNet
from inlay.weights.folder import ProfileFiles


class Inpainter:
    """Fills the hole of a square picture at the profile's native size.

    Noise depends on each output's seed alone and is made on the CPU, so that output i is the same whatever n is.
    """

    def __init__(
        self,
        profile: Profile,
        decoder_name: str,
        weights_sha256: str,
        autoencoder: Autoencoder,
        unet: UNet,
    ) -> None:
        self.profile = profile
        self.decoder_name = decoder_name
        self.weights_sha256 = weights_sha256
        self.autoencoder = autoencoder.eval().requires_grad_(False)
        self._unet = unet.eval().requires_grad_(False)
        self._denoise = Batcher(self._unet)

    @classmethod
    def load(
        cls, folder: Path, device: torch.device, dtype: torch.dtype = torch.float32
    ) -> "Inpainter":
        """Loads and verifies a profile's folder; CheckpointError names what is wrong with it."""
        return load_inpainter(folder, Profile.read(folder), "", device, dtype, SetupLog())

    @property
    def native_size(self) -> int:
        """The side of the pictures that `fill` takes, in pixels."""
        return self.profile.native_size

    @property
    def borrows(self) -> bool:
        """As the profile says."""
        return self.profile.borrows

    @property
    def classifier(self) -> None:
        """None: it has no weights for one."""
        return None

    def filler(self, _task: str, _sampler: str) -> "Inpainter":
        """Itself: it knows one way to paint."""
        return self

    def denoisers(self) -> list[Batcher]:
        """The one network that it samples with."""
        return [self._denoise]

    def unread(self, _prompt: str) -> str:
        """Nothing: it reads no prompt, which the profile says."""
        return ""

    def reads_negative(self, _task: str, _sampler: str, _guidance: float) -> bool:
        """Never."""
        return False

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

        Guidance has no meaning without a prompt, and this reads none. `on_step` may raise to stop.
        """

        reference = next(self._unet.parameters())

        @functools.cache
        def fitted() -> Tensor:
            shown = image.to(reference)
            return fit_colours(self.autoencoder.encode(shown).mean, shown)

        @torch.inference_mode()
        def rough(clean: Tensor) -> Tensor:
            return rough_colours(clean / self._unet.latent_scale, fitted())

        def foresee(clean: Tensor) -> None:
            if on_rough is not None:
                on_rough(lambda: rough(clean[:1]))

        latents = self.sample(
            image, mask, settings.seeds, settings.steps, settings.strength, on_step, foresee
        )
        return self.painted(latents, image, mask, settings.seeds)

    @torch.inference_mode()
    def painted(self, latents: Tensor, image: Tensor, mask: Tensor, seeds: list[int]) -> Tensor:
        """The pictures of `fill` that latents (n, 4, S/8, S/8) hold."""
        image, mask = image.to(latents), mask.to(latents)
        decoded = self.autoencoder.decode(latents, image, mask, way=self.profile.decode)
        return self.finished(decoded.float().clamp(-1, 1), image, mask, seeds)

    @torch.inference_mode()
    def finished(self, decoded: Tensor, image: Tensor, mask: Tensor, seeds: list[int]) -> Tensor:
        """Decoded pictures (n, 3, S, S) with the grain of what surrounds the hole, where the profile matches it."""
        if not self.profile.matches_grain:
            return decoded
        return match_grain(decoded, image.to(decoded), mask.to(decoded), seeds)

    @torch.inference_mode()
    def sample(
        self,
        image: Tensor,
        mask: Tensor,
        seeds: list[int],
        steps: int,
        strength: float = 1.0,
        on_step: OnStep = lambda _done, _total: None,
        on_clean: Callable[[Tensor], None] = lambda _clean: None,
    ) -> Tensor:
        """The sampled latents (n, 4, S/8, S/8) of `fill`, before they are decoded."""
        check_picture(image, mask)
        reference = next(self._unet.parameters())
        image, mask = image.to(reference), mask.to(reference)
        scale = self._unet.latent_scale
        hole, masked = show_hole(self.autoencoder, image, mask)
        masked = masked * scale
        start = self.autoencoder.encode(image).mean * scale if strength < 1 else None
        count = len(seeds)

        def velocity(noisy: Tensor, t: Tensor) -> Tensor:
            return self._denoise(
                noisy, t, hole.expand(count, -1, -1, -1), masked.expand(count, -1, -1, -1)
            )

        shape = (self._unet.config.latent_channels, *hole.shape[-2:])
        noise = seeded_noise(seeds, shape).to(reference)
        if not self.profile.coarse_noise:
            noise = fine_noise(noise)
        with self._denoise.sampling():
            return sample(velocity, noise, steps, on_step, start, strength, on_clean) / scale


def load_inpainter(
    folder: Path,
    profile: Profile,
    decoder: str,
    device: torch.device,
    dtype: torch.dtype,
    log: SetupLog,
) -> Inpainter:
    """Loads a profile of this kind; CheckpointError for a file that is missing, another one, or does not fit."""
    files = ProfileFiles(folder, profile)
    name, spec = profile.choose_decoder(decoder)
    networks = {
        "autoencoder": (Autoencoder(spec.architecture), spec.file),
        "unet": (UNet(UNetConfig()), profile.component(profile.unet_of("inpaint")).weights),
    }
    for part, (network, file) in networks.items():
        with log.part(part, "check_ms"):
            path = files.checked(file)
        with log.part(part, "read_ms"):
            load_into(network, load_weights(path), file)
        with log.part(part, "place_ms"):
            # Convolutions are fastest with the channels last.
            network.to(device, dtype, memory_format=torch.channels_last)
    autoencoder, unet = (network for network, _ in networks.values())
    return Inpainter(profile, name, files.sha256, autoencoder, unet)

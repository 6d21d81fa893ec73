"""A profile's networks, loaded and ready to fill holes."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from inlay.autoencoder import Autoencoder, check_picture
from inlay.checkpoint import CheckpointError, load_into, load_weights
from inlay.config import AUTOENCODERS, UNetConfig
from inlay.diffusion import sample, seeded_noise
from inlay.hole import show_hole
from inlay.settings import FillSettings, OnStep
from inlay.unet import UNet


@dataclass(frozen=True)
class Profile:
    """What `profile.json` says: which architecture the folder's weights belong to, and what they can do."""

    name: str
    decoder: str
    autoencoder: str
    native_size: int
    tasks: tuple[str, ...]
    uses_prompt: bool
    files: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> "Profile":
        """The profile of a folder; CheckpointError if there is none or it is not understood."""
        try:
            values = json.loads((folder / "profile.json").read_text())
            return cls(**(values | {"tasks": tuple(values["tasks"])}))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise CheckpointError(f"{folder.name}/profile.json cannot be read: {error}") from error


class Inpainter:
    """Fills the hole of a square picture at the profile's native size.

    Noise depends on each output's seed alone and is made on the CPU, so that output i is the same whatever n is.
    """

    def __init__(self, profile: Profile, autoencoder: Autoencoder, unet: UNet) -> None:
        self._profile = profile
        self.autoencoder = autoencoder.eval().requires_grad_(False)
        self._unet = unet.eval().requires_grad_(False)

    @classmethod
    def load(
        cls, folder: Path, device: torch.device, dtype: torch.dtype = torch.float32
    ) -> "Inpainter":
        """Loads and verifies a profile's folder; CheckpointError names what is wrong with it."""
        profile = Profile.read(folder)
        states = {name: load_weights(folder / name, sha) for name, sha in profile.files.items()}
        autoencoder = Autoencoder(AUTOENCODERS[profile.autoencoder])
        load_into(autoencoder, states["autoencoder.safetensors"], "autoencoder.safetensors")
        unet = UNet(UNetConfig())
        load_into(unet, states["unet.safetensors"], "unet.safetensors")
        return cls(profile, autoencoder.to(device, dtype), unet.to(device, dtype))

    @property
    def native_size(self) -> int:
        """The side of the pictures that `fill` takes, in pixels."""
        return self._profile.native_size

    @property
    def profile(self) -> str:
        return self._profile.name

    @property
    def decoder_name(self) -> str:
        return self._profile.decoder

    @property
    def uses_prompt(self) -> bool:
        """Whether a prompt changes the result."""
        return self._profile.uses_prompt

    @property
    def weights_sha256(self) -> str:
        """One hash over the hashes of the files loaded."""
        joined = "".join(sha for _, sha in sorted(self._profile.files.items()))
        return hashlib.sha256(joined.encode()).hexdigest()

    @torch.inference_mode()
    def fill(self, image: Tensor, mask: Tensor, settings: FillSettings, on_step: OnStep) -> Tensor:
        """Pictures (n, 3, S, S) in [-1, 1] for a picture (1, 3, S, S) and a mask (1, 1, S, S) in {0, 1}, 1 = repaint.

        Guidance has no meaning without a prompt, and this reads none. `on_step` may raise to stop.
        """
        latents = self.sample(
            image, mask, settings.seeds, settings.steps, settings.strength, on_step
        )
        reference = next(self._unet.parameters())
        decoded = self.autoencoder.decode(latents, image.to(reference), mask.to(reference))
        return decoded.float().clamp(-1, 1)

    @torch.inference_mode()
    def sample(
        self,
        image: Tensor,
        mask: Tensor,
        seeds: list[int],
        steps: int,
        strength: float = 1.0,
        on_step: OnStep = lambda _done, _total: None,
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
            return self._unet(
                noisy, t, hole.expand(count, -1, -1, -1), masked.expand(count, -1, -1, -1)
            )

        shape = (self._unet.config.latent_channels, *hole.shape[-2:])
        noise = seeded_noise(seeds, shape).to(reference)
        return sample(velocity, noise, steps, on_step, start, strength) / scale

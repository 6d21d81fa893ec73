"""The two sides of a benchmark: a decoded picture and its mask in host memory to finished pictures in host memory."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from diffusers import AsymmetricAutoencoderKL, AutoencoderKL, StableDiffusionInpaintPipeline
from numpy.typing import NDArray
from torch import nn

from inlay.bench.holes import middle_hole
from inlay.bench.networks import Networks
from inlay.bench.sizes import BenchSize
from inlay.decode_way import DecodeWay
from inlay.pipeline import fill_picture
from inlay.pixels import Picture, Samples
from inlay.settings import FillSettings
from inlay.stable_diffusion.painter import Painter
from inlay.stable_diffusion.samplers import make_sampler
from inlay.stable_diffusion.text import TextEncoder

SAMPLER = "ddim"


@dataclass(frozen=True)
class Edit:
    """A picture (S, S, 3), what is to be repainted of it (S, S), and how."""

    picture: Picture
    mask: NDArray[np.bool_]
    settings: FillSettings


class Contender(Protocol):
    """Someone who edits."""

    name: str

    def edit(self, edit: Edit) -> list[Samples]:
        """The finished pictures (S, S, 3), one a seed."""
        ...

    def parts(self) -> dict[str, nn.Module]:
        """The networks that an edit runs through, in this order."""
        ...


class Ours:
    """`inlay.pipeline.fill_picture` around the painter: what the container does between decode and encode."""

    def __init__(self, networks: Networks, size: BenchSize, way: DecodeWay = "trimmed") -> None:
        self.name = "inlay x1.5"
        self._networks = networks
        text = TextEncoder(networks.tokenizer, networks.text)
        self._painter = Painter(
            networks.ours, networks.unet, text, sampler=SAMPLER, native_size=size.side, way=way
        )

    def edit(self, edit: Edit) -> list[Samples]:
        return fill_picture(
            self._painter, edit.picture, edit.mask, edit.settings, lambda _done, _total: None
        ).samples

    def parts(self) -> dict[str, nn.Module]:
        autoencoder = self._networks.ours
        return {
            "text": self._networks.text,
            "encode": autoencoder.encoder,
            "UNet": self._networks.unet,
            "decode": autoencoder.decoder,
        }


class Theirs:
    """diffusers' pipeline, and the composite that keeps what is kept.

    Its asymmetric decoder takes as many pictures as latents (one picture for several outputs is a KeyError in 0.42), so
    that several outputs are asked for as several edits of copies of the picture.
    """

    def __init__(
        self,
        name: str,
        networks: Networks,
        autoencoder: AsymmetricAutoencoderKL | AutoencoderKL,
    ) -> None:
        self.name = name
        self._networks = networks
        self._autoencoder = autoencoder
        self._pipeline = StableDiffusionInpaintPipeline(
            autoencoder,
            networks.text,
            networks.tokenizer,
            networks.unet,
            make_sampler(SAMPLER),
            None,
            None,
            None,
            False,
        )
        self._pipeline.set_progress_bar_config(disable=True)

    def edit(self, edit: Edit) -> list[Samples]:
        settings, samples = edit.settings, edit.picture.samples
        side, count = samples.shape[0], len(settings.seeds)
        copies = count if isinstance(self._autoencoder, AsymmetricAutoencoderKL) else 1
        picture = torch.from_numpy(samples).permute(2, 0, 1)[None].float() / 255
        mask = torch.from_numpy(edit.mask)[None, None].float()
        made = self._pipeline(
            [settings.prompt] * copies,
            image=picture.repeat(copies, 1, 1, 1),
            mask_image=mask.repeat(copies, 1, 1, 1),
            height=side,
            width=side,
            negative_prompt=[settings.negative_prompt] * copies,
            guidance_scale=settings.guidance,
            num_inference_steps=settings.steps,
            strength=1.0,
            num_images_per_prompt=count // copies,
            generator=[torch.Generator().manual_seed(seed) for seed in settings.seeds],
            output_type="pt",
        ).images
        pixels = (made.float() * 255).round().permute(0, 2, 3, 1).to("cpu", torch.uint8).numpy()
        return [np.where(edit.mask[..., None], one, samples) for one in pixels]

    def parts(self) -> dict[str, nn.Module]:
        return {
            "text": self._networks.text,
            "encode": self._autoencoder.encoder,
            "UNet": self._networks.unet,
            "decode": self._autoencoder.decoder,
        }


def contenders(networks: Networks, size: BenchSize) -> list[Contender]:
    """Ours first, then those it is compared with."""
    return [
        Ours(networks, size),
        Theirs("diffusers x1.5", networks, networks.asymmetric),
        Theirs("diffusers plain", networks, networks.plain),
    ]


def make_edit(size: BenchSize, share: float, count: int, number: int) -> Edit:
    """An edit of noise whose square mask covers a share of the picture; its prompt is like no other's."""
    side = size.side
    samples = np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8)
    settings = FillSettings(
        [number + index for index in range(count)],
        size.steps,
        prompt=f"a red kite {spelled(number)}",
        negative_prompt="grey",
    )
    return Edit(Picture("RGB", samples, None), middle_hole(side, share), settings)


def spelled(number: int) -> str:
    """A number in letters: the tokenizer knows no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))

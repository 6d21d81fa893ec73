"""The weights that ship: whole, small enough, and loadable by others."""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import diffusers_autoencoder
from PIL import Image

from inlay.checkpoint import load_weights
from inlay.config import AUTOENCODERS
from inlay.inpainter import Inpainter
from inlay.metrics.kept import pre_error
from inlay.reports.decoder import load_vanilla
from inlay.settings import FillSettings

ROOT = Path(__file__).parents[2]
TINY = ROOT / "model-image" / "weights" / "tiny"
PHOTOGRAPH = ROOT / "infra" / "local" / "photo" / "dandelions.jpg"


@pytest.fixture(scope="module")
def tiny() -> Inpainter:
    return Inpainter.load(TINY, torch.device("cpu"))


@pytest.fixture(scope="module")
def example() -> tuple[torch.Tensor, torch.Tensor]:
    """A crop of the demonstration's photograph (1, 3, 256, 256) and a hole."""
    samples = np.asarray(Image.open(PHOTOGRAPH).convert("RGB"))[100:356, 200:456]
    image = torch.from_numpy(samples.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    mask = torch.zeros(1, 1, 256, 256)
    mask[..., 90:170, 80:180] = 1
    return image, mask


def test_what_edits_need_fits_in_25_megabytes():
    sizes = {path.name: path.stat().st_size for path in TINY.glob("*.safetensors")}
    assert sum(sizes[name] for name in ("autoencoder.safetensors", "unet.safetensors")) <= 25e6


def test_its_decoder_keeps_what_the_vanilla_one_loses(tiny, example):
    image, mask = example
    with torch.inference_mode():
        latents = tiny.autoencoder.encode(image).mean
        kept = pre_error(tiny.autoencoder.decode(latents, image, mask), image, mask)
        lost = pre_error(load_vanilla(TINY).decode(latents), image, mask)
    assert kept.item() <= 12e-5
    assert lost.item() >= 60 * kept.item()


def test_its_decoder_gives_the_same_picture_in_diffusers(tiny, example):
    image, mask = example
    theirs = diffusers_autoencoder(AUTOENCODERS["tiny-base"])
    state = load_weights(TINY / "autoencoder.safetensors")
    missing, unexpected = theirs.load_state_dict(state, strict=False)
    assert not unexpected
    assert all(".up_layers." in name for name in missing)
    with torch.no_grad():
        latents = theirs.encode(image).latent_dist.mean
        decoded = theirs.decode(latents, image=image, mask=mask).sample
        mine = tiny.autoencoder.decode(latents, image, mask, reduction="nearest")
    assert (mine - decoded).abs().max() <= 1e-4


def test_a_fill_is_a_picture_whose_hole_is_new(tiny, example):
    image, mask = example
    filled = tiny.fill(image, mask, FillSettings([7], steps=4), lambda *_: None)
    assert filled.shape == image.shape
    assert torch.isfinite(filled).all()
    changed = (filled - image).abs().mean(1, keepdim=True)
    assert changed[mask.bool()].mean() > 4 * changed[~mask.bool()].mean()

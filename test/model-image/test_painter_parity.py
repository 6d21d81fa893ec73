"""Our painter beside diffusers' own pipelines, with the same weights, sampler, seed and noise."""

from dataclasses import replace

import pytest
import torch
from conftest import diffusers_autoencoder
from diffusers import AutoencoderKL, StableDiffusionInpaintPipeline
from diffusers.pipelines.deprecated.paint_by_example import PaintByExamplePipeline
from diffusers.pipelines.deprecated.paint_by_example.image_encoder import (
    PaintByExampleImageEncoder,
)
from painting import PLAIN, SIZE, WIDER, nothing, picture_with_hole
from small_diffusion import small_text, small_unet
from transformers import CLIPVisionConfig

from inlay.autoencoder import Autoencoder
from inlay.settings import FillSettings
from inlay.stable_diffusion.example import ExampleEncoder
from inlay.stable_diffusion.painter import SCALE, Painter
from inlay.stable_diffusion.samplers import make_sampler
from inlay.stable_diffusion.text import TextEncoder
from inlay.tasks import TASKS


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return small_text(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="module")
def example() -> tuple[torch.Tensor, torch.Tensor]:
    return picture_with_hole()


@pytest.mark.parametrize("sampler", ["ddim", "dpm++2m", "unipc"])
@pytest.mark.parametrize("config", [PLAIN, WIDER], ids=["plain", "x1.5"])
def test_it_gives_diffusers_picture_with_diffusers_weights(config, sampler, text, example):
    image, mask = example
    torch.manual_seed(3)
    theirs = diffusers_autoencoder(config)
    ours = Autoencoder(config).eval()
    unused = "decoder.condition_encoder.up_layers"
    ours.load_state_dict({k: v for k, v in theirs.state_dict().items() if not k.startswith(unused)})
    tokenizer, encoder = text
    unet = small_unet()
    pipeline = StableDiffusionInpaintPipeline(
        theirs, encoder, tokenizer, unet, make_sampler(sampler), None, None, None, False
    )
    pipeline.set_progress_bar_config(disable=True)
    with torch.no_grad():
        masked = theirs.encode(image * (1 - mask)).latent_dist.mean * SCALE
        latents = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(11))
        expected = pipeline(
            "a red kite",
            image=(image + 1) / 2,
            mask_image=mask,
            masked_image_latents=masked,
            latents=latents,
            negative_prompt="grey",
            guidance_scale=4.0,
            num_inference_steps=5,
            height=SIZE,
            width=SIZE,
            output_type="pt",
        ).images
    painter = Painter(
        ours,
        unet,
        TextEncoder(tokenizer, encoder),
        sampler=sampler,
        native_size=SIZE,
        reduction="nearest",
    )
    settings = FillSettings([11], 5, 4.0, prompt="a red kite", negative_prompt="grey")
    filled = (painter.fill(image, mask, settings, nothing) + 1) / 2
    assert (filled - expected).abs().max() <= 2 / 255


@pytest.fixture(scope="module")
def example_encoder():
    """diffusers' deprecated encoder at a small size."""
    torch.manual_seed(4)
    config = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=9,
        num_attention_heads=4,
        image_size=32,
        patch_size=8,
    )
    return PaintByExampleImageEncoder(config, proj_size=32).eval().requires_grad_(False)


def test_paint_by_example_gives_diffusers_last_pipelines_picture(example_encoder, example):
    image, mask = example
    torch.manual_seed(3)
    theirs = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 16, 32, 32),
        layers_per_block=1,
        norm_num_groups=8,
    )
    with torch.no_grad():
        # Their pipeline draws the masked latents; without variance there is one answer.
        theirs.quant_conv.weight[4:] = 0
        theirs.quant_conv.bias[4:] = -30
    ours = Autoencoder(replace(PLAIN, conditional=False)).eval()
    ours.load_state_dict(theirs.state_dict())
    encoder = ExampleEncoder(example_encoder.config, 32).eval()
    encoder.load_state_dict(example_encoder.state_dict())
    unet = small_unet()
    pipeline = PaintByExamplePipeline(
        theirs, example_encoder, unet, make_sampler("ddim"), None, None, False
    )
    pipeline.set_progress_bar_config(disable=True)
    shown = torch.rand((1, 3, 32, 32), generator=torch.Generator().manual_seed(7))
    latents = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(11))
    expected = pipeline(
        shown,
        image,
        mask,
        num_inference_steps=5,
        guidance_scale=4.0,
        latents=latents,
        output_type="pt",
    ).images
    task = TASKS["paint_by_example"]
    painter = Painter(
        ours, unet, encoder, task, "ddim", SIZE, conditioned=False, reduction="nearest"
    )
    settings = FillSettings([11], 5, 4.0, example=shown)
    filled = (painter.fill(image, mask, settings, nothing) + 1) / 2
    assert (filled - expected).abs().max() <= 2 / 255
    with pytest.raises(ValueError, match="needs an example"):
        painter.fill(image, mask, FillSettings([1]), nothing)

"""Stable Diffusion's inpainting around our decoder, beside diffusers' own pipeline with the same weights."""

import warnings
from dataclasses import replace

import pytest
import torch
from conftest import diffusers_autoencoder
from diffusers import AutoencoderKL, StableDiffusionInpaintPipeline
from diffusers.pipelines.deprecated.paint_by_example import PaintByExamplePipeline
from diffusers.pipelines.deprecated.paint_by_example.image_encoder import (
    PaintByExampleImageEncoder,
)
from small_diffusion import small_text, small_unet
from transformers import CLIPVisionConfig

from inlay.autoencoder import Autoencoder
from inlay.config import AutoencoderConfig, tiny_autoencoder
from inlay.copy_start import start_as_copy
from inlay.metrics.kept import pre_error
from inlay.settings import FillSettings
from inlay.stable_diffusion.example import ExampleEncoder
from inlay.stable_diffusion.painter import SCALE, Painter
from inlay.stable_diffusion.samplers import SAMPLERS, make_sampler
from inlay.stable_diffusion.text import TextEncoder
from inlay.tasks import TASKS

SIZE = 64
WIDER = AutoencoderConfig((8, 16, 32, 32), (24, 48, 96, 96), 1, 3, groups=8)
PLAIN = replace(WIDER, decoder_widths=(8, 16, 32, 32), decoder_blocks=1)


def nothing(_done: int, _total: int) -> None:
    """Takes no notice of progress."""


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return small_text(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="module")
def painter(text) -> Painter:
    torch.manual_seed(0)
    autoencoder = Autoencoder(PLAIN).eval().requires_grad_(False)
    return Painter(autoencoder, small_unet(), TextEncoder(*text), native_size=SIZE)


@pytest.fixture(scope="module")
def example() -> tuple[torch.Tensor, torch.Tensor]:
    image = torch.rand((1, 3, SIZE, SIZE), generator=torch.Generator().manual_seed(5)) * 2 - 1
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., 13:45, 9:50] = 1
    return image, mask


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


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_every_sampler_gives_each_seed_its_own_picture_whatever_n_is(painter, example, sampler):
    painter = replace(painter, sampler=sampler)
    settings = FillSettings([3, 4, 5, 6], 3, 2.0, prompt="kite")
    with warnings.catch_warnings():
        # What torch warns of; diffusers' schedulers call numpy in a way that numpy deprecates.
        warnings.simplefilter("error", UserWarning)
        together = painter.fill(*example, settings, nothing)
    assert together.shape == (4, 3, SIZE, SIZE)
    assert torch.isfinite(together).all()
    alone = painter.fill(*example, settings.for_outputs([2]), nothing)
    assert torch.allclose(together[2], alone[0], atol=1e-3)
    assert not torch.allclose(together[0], together[1], atol=1e-2)


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_strength_shortens_the_way_and_starts_from_the_picture(painter, example, sampler):
    seen: list[tuple[int, int]] = []
    painter = replace(painter, sampler=sampler)
    settings = FillSettings([3], 8, 2.0, strength=0.5)
    made = painter.fill(*example, settings, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert torch.isfinite(made).all()


def test_a_prompt_counts_and_a_negative_one_too(painter, example):
    plain = FillSettings([3], 3, 4.0)
    pictures = [
        painter.fill(*example, settings, nothing)
        for settings in (
            plain,
            replace(plain, prompt="kite"),
            replace(plain, negative_prompt="kite"),
        )
    ]
    assert not torch.equal(pictures[0], pictures[1])
    assert not torch.equal(pictures[0], pictures[2])


def test_a_callback_that_raises_stops_within_a_step(painter, example):
    class StopError(Exception):
        pass

    steps = []

    def stop(done: int, _total: int) -> None:
        steps.append(done)
        if done == 2:
            raise StopError

    with pytest.raises(StopError):
        painter.fill(*example, FillSettings([3], 9), stop)
    assert steps == [1, 2]


def test_a_decode_that_overflows_is_done_again_in_full_precision(painter, example, monkeypatch):
    half = replace(painter)
    given, calls = painter.autoencoder.decode, []

    def overflowing(latents, *rest, **more):
        calls.append(latents.dtype)
        decoded = given(latents, *rest, **more)
        return decoded * float("nan") if len(calls) == 1 else decoded

    monkeypatch.setattr(half.autoencoder, "decode", overflowing)
    filled = half.fill(*example, FillSettings([3], 2), nothing)
    assert torch.isfinite(filled).all()
    assert calls[1] == torch.float32


def test_what_cannot_be_filled_is_said(painter, example):
    image, mask = example
    with pytest.raises(ValueError, match="not finite"):
        painter.fill(image * float("nan"), mask, FillSettings([1]), nothing)
    with pytest.raises(ValueError, match="zeros and ones"):
        painter.fill(image, mask * 0.5, FillSettings([1]), nothing)
    with pytest.raises(ValueError, match=r"no sampler euler; there are ddim, dpm\+\+2m"):
        replace(painter, sampler="euler").fill(image, mask, FillSettings([1]), nothing)


def test_the_end_of_a_long_prompt_is_told_and_embeddings_are_kept(text):
    encoder = TextEncoder(*text)
    assert encoder.unread("a kite") == ""
    unread = encoder.unread(" ".join("a" for _ in range(80)))
    assert unread.replace(" ", "") == "a" * (80 - encoder.longest)
    first = encoder.encode("kite")
    assert encoder.encode("kite") is first
    assert first.shape == (1, 77, 32)
    for number in range(70):
        encoder.encode("a" * (number + 1))
    assert encoder.encode("kite") is not first


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


def test_text_to_image_takes_of_the_picture_its_size_alone(painter, example):
    image, mask = example
    drawing = replace(painter, unet=small_unet(4), task=TASKS["text_to_image"])
    settings = FillSettings([3], 3, 2.0, prompt="kite")
    pictures = [drawing.fill(p, mask, settings, nothing) for p in (image, -image)]
    assert torch.equal(*pictures)


@pytest.mark.parametrize("name", ["inpaint", "paint_by_example"])
def test_what_is_kept_is_kept_by_the_asymmetric_decode_and_not_by_the_vanilla(name, text):
    torch.manual_seed(0)
    copying = Autoencoder(tiny_autoencoder()).eval().requires_grad_(False)
    start_as_copy(copying)
    coarse = torch.rand((1, 3, 4, 4), generator=torch.Generator().manual_seed(1)) * 2 - 1
    image = torch.nn.functional.interpolate(coarse, size=(SIZE, SIZE), mode="bilinear")
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., 12:30, 20:41] = 1
    painter = Painter(copying, small_unet(), TextEncoder(*text), TASKS[name], native_size=SIZE)
    kept, lost = (
        replace(painter, conditioned=conditioned).fill(image, mask, FillSettings([1], 2), nothing)
        for conditioned in (True, False)
    )
    assert pre_error(kept, image, mask) < 1e-3 < pre_error(lost, image, mask)


def test_each_task_stacks_its_channels_in_its_checkpoints_order():
    noisy, hole, masked = (torch.full((1, c, 2, 2), float(c)) for c in (4, 1, 3))
    stacks = {name: task.stack(noisy, hole, masked) for name, task in TASKS.items()}
    assert stacks["inpaint"][0, :, 0, 0].tolist() == [4, 4, 4, 4, 1, 3, 3, 3]
    assert stacks["paint_by_example"][0, :, 0, 0].tolist() == [4, 4, 4, 4, 3, 3, 3, 0]
    assert torch.equal(stacks["text_to_image"], noisy)

"""Stable Diffusion's tasks around our decoder: what a prompt, a seed, a sampler and a mask mean to it."""

import warnings
from dataclasses import replace

import pytest
import torch
from painting import PLAIN, SIZE, nothing, picture_with_hole
from small_diffusion import small_text, small_unet

from inlay.autoencoder import Autoencoder
from inlay.config import tiny_autoencoder
from inlay.copy_start import start_as_copy
from inlay.metrics.kept import pre_error
from inlay.settings import FillSettings
from inlay.stable_diffusion.painter import Painter
from inlay.stable_diffusion.samplers import SAMPLERS
from inlay.stable_diffusion.text import TextEncoder
from inlay.tasks import TASKS


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
    return picture_with_hole()


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


@pytest.mark.parametrize("guidance", [0.0, 0.5, 1.0])
def test_guidance_of_one_or_less_is_none_and_reads_no_negative_prompt(painter, example, guidance):
    off = FillSettings([3], 3, 1.0, prompt="kite")
    wanted = painter.fill(*example, off, nothing)
    for negative in ("", "sun"):
        settings = replace(off, guidance=guidance, negative_prompt=negative)
        assert torch.equal(painter.fill(*example, settings, nothing), wanted)


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


def test_text_to_image_takes_of_the_picture_its_size_alone(painter, example):
    image, mask = example
    drawing = replace(painter, unet=small_unet(4), task=TASKS["text_to_image"])
    settings = FillSettings([3], 3, 2.0, prompt="kite")
    pictures = [drawing.fill(p, mask, settings, nothing) for p in (image, -image)]
    assert torch.equal(*pictures)


@pytest.mark.parametrize(
    ("task", "strength", "encoded"),
    [
        ("inpaint", 1.0, 1),
        ("inpaint", 0.5, 2),
        ("text_to_image", 1.0, 0),
        ("text_to_image", 0.5, 1),
    ],
)
def test_a_picture_is_encoded_only_where_its_latents_are_used(
    painter, example, task, strength, encoded
):
    painter = replace(painter, unet=small_unet(TASKS[task].channels), task=TASKS[task])
    calls: list[str] = []
    hook = painter.autoencoder.encoder.register_forward_hook(lambda *_: calls.append(task))
    try:
        made = painter.fill(*example, FillSettings([3, 4], 4, strength=strength), nothing)
    finally:
        hook.remove()
    assert made.shape == (2, 3, SIZE, SIZE)
    assert len(calls) == encoded


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

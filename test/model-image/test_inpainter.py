"""The loaded profile: seeds, determinism, and files that are refused."""

import json
import shutil

import pytest
import torch

from inlay.checkpoint import CheckpointError, load_weights, save_weights
from inlay.diffusion import add_noise, sample, signal_and_noise
from inlay.inpainter import Inpainter
from inlay.settings import FillSettings

CPU = torch.device("cpu")


def fill(inpainter: Inpainter, seeds: list[int], **options) -> torch.Tensor:
    image = torch.rand((1, 3, 64, 64), generator=torch.Generator().manual_seed(5)) * 2 - 1
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 16:48, 16:48] = 1
    image, mask = options.pop("image", image), options.pop("mask", mask)
    on_step = options.pop("on_step", lambda *_: None)
    return inpainter.fill(image, mask, FillSettings(seeds, **({"steps": 3} | options)), on_step)


def test_output_i_is_the_same_alone_and_in_a_batch(inpainter):
    together = fill(inpainter, [7, 8, 9])
    assert together.shape == (3, 3, 64, 64)
    for index, seed in enumerate((7, 8, 9)):
        assert torch.allclose(together[index], fill(inpainter, [seed])[0], atol=1e-4)
    assert not torch.allclose(together[0], together[1], atol=1e-2)


def test_strength_below_one_starts_from_the_picture(inpainter):
    assert not torch.equal(fill(inpainter, [7]), fill(inpainter, [7], strength=0.3))


def test_every_step_is_told_and_may_stop_it(inpainter):
    told = []
    fill(inpainter, [7], steps=4, on_step=lambda *p: told.append(p))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(inpainter, [7], on_step=stop)


@pytest.mark.parametrize(
    "wrong",
    [{"mask": torch.full((1, 1, 64, 64), 0.5)}, {"image": torch.full((1, 3, 64, 64), torch.nan)}],
)
def test_values_that_are_no_picture_and_no_mask_are_refused(inpainter, wrong):
    with pytest.raises(ValueError, match="must|finite"):
        fill(inpainter, [7], **wrong)


def test_the_sampler_finds_the_one_picture_that_a_perfect_denoiser_knows():
    target = torch.randn((2, 4, 8, 8), generator=torch.Generator().manual_seed(1))
    noise = torch.randn((2, 4, 8, 8), generator=torch.Generator().manual_seed(2))

    def velocity(noisy: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        signal, sigma = (share[:, None, None, None] for share in signal_and_noise(t))
        # At the end of the noise nothing of the picture is left; elsewhere both follow from what is seen.
        known = (noisy - signal * target) / sigma.clamp(min=1e-6)
        return signal * known - sigma * target

    for strength in (1.0, 0.4):
        found = sample(velocity, noise, 8, lambda *_: None, target, strength)
        assert torch.allclose(found, target, atol=1e-4)


def test_noise_is_added_so_that_signal_and_noise_are_told_apart_again():
    clean, noise = torch.randn(3, 4, 4, 4), torch.randn(3, 4, 4, 4)
    t = torch.tensor([0.0, 0.5, 1.0])
    noisy, velocity = add_noise(clean, noise, t)
    signal, sigma = (share[:, None, None, None] for share in signal_and_noise(t))
    assert torch.allclose(signal * noisy - sigma * velocity, clean, atol=1e-6)
    assert torch.allclose(noisy[0], clean[0])
    assert torch.allclose(noisy[2], noise[2], atol=1e-6)


@pytest.fixture
def copy(profile_folder, tmp_path):
    return shutil.copytree(profile_folder, tmp_path / "copy")


def rename_profile(folder, **changes) -> None:
    path = folder / "profile.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_file_that_is_not_the_profiles_is_refused_by_its_hash(copy):
    data = bytearray((copy / "unet.safetensors").read_bytes())
    data[-1] ^= 1
    (copy / "unet.safetensors").write_bytes(data)
    with pytest.raises(CheckpointError, match=r"unet\.safetensors is not the file"):
        Inpainter.load(copy, CPU)


def test_a_missing_file_and_a_missing_profile_are_named(copy):
    (copy / "unet.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"unet\.safetensors is missing"):
        Inpainter.load(copy, CPU)
    (copy / "profile.json").unlink()
    with pytest.raises(CheckpointError, match=r"profile\.json cannot be read"):
        Inpainter.load(copy, CPU)


def test_weights_of_another_architecture_name_the_first_tensor_that_does_not_fit(copy):
    spec = {"architecture": "tiny-large", "file": "autoencoder.safetensors"}
    rename_profile(copy, decoders={"base": spec})
    with pytest.raises(CheckpointError, match="do not fit this architecture, first decoder"):
        Inpainter.load(copy, CPU)


def test_damaged_and_infinite_weights_are_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"no safetensors")
    with pytest.raises(CheckpointError, match="is damaged"):
        load_weights(path)
    save_weights(path, {"x": torch.tensor([1.0, torch.inf])})
    with pytest.raises(CheckpointError, match="x holds values that are not finite"):
        load_weights(path)

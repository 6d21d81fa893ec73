"""Published weights: the authors' names and diffusers', both ways, and files that must not run code."""

import pickle
from pathlib import Path

import pytest
import torch
from conftest import diffusers_autoencoder

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import CheckpointError, load_into, load_published, save_weights, sha256_of
from inlay.config import AutoencoderConfig
from inlay.key_map import from_authors, is_authors, to_authors

CONFIG = AutoencoderConfig((8, 16, 32, 32), (16, 32, 64, 64), 2, 3, groups=8)

THEIRS = {
    "encoder.down.1.block.0.nin_shortcut.weight": "encoder.down_blocks.1.resnets.0.conv_shortcut.weight",
    "encoder.down.2.downsample.conv.bias": "encoder.down_blocks.2.downsamplers.0.conv.bias",
    "encoder.mid.attn_1.norm.weight": "encoder.mid_block.attentions.0.group_norm.weight",
    "encoder.norm_out.bias": "encoder.conv_norm_out.bias",
    "decoder.mid.block_2.conv1.weight": "decoder.mid_block.resnets.1.conv1.weight",
    "decoder.mid.attn_1.proj_out.weight": "decoder.mid_block.attentions.0.to_out.0.weight",
    "decoder.encoder.layers.4.weight": "decoder.condition_encoder.layers.4.weight",
    "decoder.up.0.block.0.nin_shortcut.bias": "decoder.up_blocks.3.resnets.0.conv_shortcut.bias",
    "decoder.up.3.upsample.conv.weight": "decoder.up_blocks.0.upsamplers.0.conv.weight",
    "decoder.conv_out.weight": "decoder.conv_out.weight",
    "post_quant_conv.bias": "post_quant_conv.bias",
}


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return Autoencoder(CONFIG).state_dict()


def test_names_of_every_kind_are_mapped_as_published(state):
    authors = to_authors(state)
    assert is_authors(authors)
    assert not is_authors(state)
    for theirs, ours in THEIRS.items():
        assert authors[theirs].flatten().equal(state[ours].flatten()), theirs
    assert authors["decoder.mid.attn_1.q.weight"].shape == (64, 64, 1, 1)


def test_there_and_back_is_the_same_state(state):
    again = from_authors(to_authors(state))
    assert again.keys() == state.keys()
    assert all(again[name].equal(tensor) for name, tensor in state.items())


def authors_file(path: Path, state: dict[str, torch.Tensor]) -> Path:
    """A checkpoint as the authors' training writes it, with all that does not belong to the autoencoder."""
    extra = {
        "loss.logvar": torch.zeros(()),
        "loss.discriminator.main.0.weight": torch.zeros(4, 3, 4, 4),
        "decoder.up_layers.0.deconv.weight": torch.zeros(64, 64, 4, 4),
    }
    torch.save({"state_dict": to_authors(state) | extra, "global_step": 120_030}, path)
    return path


def test_the_authors_checkpoint_loads_and_gives_the_same_picture(state, tmp_path):
    path = authors_file(tmp_path / "authors.ckpt", state)
    ours = Autoencoder(CONFIG)
    load_into(ours, load_published(path, sha256_of(path)), path.name)
    assert all(ours.state_dict()[name].equal(tensor) for name, tensor in state.items())


def test_diffusers_file_loads_and_ours_loads_into_diffusers(tmp_path):
    torch.manual_seed(1)
    theirs = diffusers_autoencoder(CONFIG)
    path = tmp_path / "diffusion_pytorch_model.safetensors"
    save_weights(path, theirs.state_dict())
    ours = Autoencoder(CONFIG)
    load_into(ours, load_published(path, sha256_of(path)), path.name)
    missing, unexpected = theirs.load_state_dict(ours.state_dict(), strict=False)
    assert not unexpected
    assert all(".up_layers." in name for name in missing)
    latents = torch.randn(1, 4, 4, 4)
    with torch.no_grad():
        assert torch.allclose(ours.decode(latents), theirs.decode(latents).sample, atol=1e-5)


def test_another_file_and_a_file_that_would_run_code_are_refused(state, tmp_path):
    path = authors_file(tmp_path / "authors.ckpt", state)
    with pytest.raises(CheckpointError, match="is not the file"):
        load_published(path, "0" * 64)

    class Harmful:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "ran",))

    path.write_bytes(pickle.dumps({"state_dict": Harmful()}, protocol=2))
    with pytest.raises(CheckpointError, match="cannot be read without running it"):
        load_published(path, sha256_of(path))
    assert not (tmp_path / "ran").exists()

"""A wider, deeper decoder starts at what the trained one computes."""

from dataclasses import replace

import pytest
import torch

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import CheckpointError, save_weights
from inlay.config import AutoencoderConfig
from inlay.match_norms import match_norms
from inlay.stage import load_trained
from inlay.widen import config_of, shares, sources

NARROW = AutoencoderConfig(
    encoder_widths=(8, 8, 8, 8),
    decoder_widths=(8, 16, 16, 16),
    encoder_blocks=1,
    decoder_blocks=1,
    groups=4,
    conditional=False,
)


@pytest.fixture
def trained(tmp_path):
    """A narrow decoder whose norms, too, are no longer as they began; with the file of its weights."""
    torch.manual_seed(1)
    narrow = Autoencoder(NARROW).eval()
    with torch.no_grad():
        for parameter in narrow.parameters():
            if parameter.dim() == 1:
                parameter += 0.3 * torch.randn(parameter.shape)
    save_weights(tmp_path / "narrow.safetensors", narrow.state_dict())
    return narrow, tmp_path / "narrow.safetensors"


def widened(path, factor, blocks=1, blend="add"):
    """The same layout at a multiple of the width, started from a file."""
    config = replace(
        NARROW,
        decoder_widths=tuple(int(factor * width) for width in NARROW.decoder_widths),
        decoder_blocks=blocks,
        conditional=True,
        blend=blend,
    )
    wide = Autoencoder(config).eval()
    load_trained(wide, path, decoder=True)
    return wide


@torch.no_grad()
def difference(narrow, wide):
    """How far the two decode the same latents apart, against how far the narrow one's pixels vary."""
    latents = torch.randn(2, 4, 6, 5, generator=torch.Generator().manual_seed(5))
    expected = narrow.decode(latents)
    return (wide.decode(latents) - expected).abs().max() / expected.std()


@pytest.mark.parametrize("blend", ["add", "concat"])
@pytest.mark.parametrize(("factor", "blocks"), [(1, 1), (1, 3), (2, 1), (2, 3), (3, 2)])
def test_at_a_whole_multiple_of_the_width_and_any_depth_it_decodes_the_same(
    trained, factor, blocks, blend
):
    narrow, path = trained
    assert difference(narrow, widened(path, factor, blocks, blend)) < 1e-4


def test_at_one_and_a_half_times_the_width_it_starts_nearer_than_from_nothing(trained):
    narrow, path = trained
    wide = widened(path, 1.5, 2)
    torch.manual_seed(2)
    fresh = Autoencoder(wide.config).eval()
    load_trained(fresh, path, decoder=False)
    assert difference(narrow, wide) < 0.5 * difference(narrow, fresh)


def test_repeats_of_a_channel_do_not_learn_the_same(trained):
    narrow, path = trained
    wide = widened(path, 2)
    wide.decode(torch.randn(1, 4, 4, 4)).square().mean().backward()
    grown = wide.decoder.conv_in.weight.grad
    first, second = (sources(16, 32, 4) == 0).nonzero().flatten()
    assert not torch.allclose(grown[first], grown[second])


def test_shares_of_one_channel_sum_to_one():
    repeats = sources(16, 24, 4)
    parts = shares(repeats, torch.Generator().manual_seed(1))
    sums = torch.zeros(16).index_add_(0, repeats, parts)
    assert torch.allclose(sums, torch.ones(16))


def test_a_channel_stays_in_its_group():
    assert sources(8, 12, 4).tolist() == [0, 1, 0, 2, 3, 2, 4, 5, 4, 6, 7, 6]


def test_a_narrower_decoder_cannot_be_started_so(trained):
    with pytest.raises(CheckpointError, match="cannot be widened"):
        widened(trained[1], 0.5)


def test_a_trained_file_with_a_tensor_missing_is_no_shallower_decoder(trained, tmp_path):
    state = trained[0].state_dict()
    del state["decoder.up_blocks.1.resnets.0.conv2.weight"]
    save_weights(tmp_path / "damaged.safetensors", state)
    with pytest.raises(CheckpointError, match="do not fit this architecture"):
        widened(tmp_path / "damaged.safetensors", 2)


@pytest.mark.parametrize("blend", ["add", "concat"])
def test_an_asymmetric_decoder_grows_with_its_condition_branch(tmp_path, blend):
    torch.manual_seed(4)
    config = replace(NARROW, conditional=True, blend=blend)
    narrow = Autoencoder(config).eval()
    with torch.no_grad():
        for parameter in narrow.decoder.parameters():
            parameter += 0.05 * torch.randn(parameter.shape)
    save_weights(tmp_path / "narrow.safetensors", narrow.state_dict())
    wide = widened(tmp_path / "narrow.safetensors", 2, 2, blend)
    image, mask = torch.rand(2, 3, 48, 40), (torch.rand(2, 1, 48, 40) > 0.5).float()
    latents = torch.randn(2, 4, 6, 5)
    with torch.no_grad():
        expected = narrow.decode(latents, image, mask)
        assert (wide.decode(latents, image, mask) - expected).abs().max() < 1e-4 * expected.std()
    assert config_of(narrow.state_dict(), wide.config) == config


def test_matched_norms_bring_an_uneven_start_nearer(trained):
    narrow, path = trained
    wide = widened(path, 1.5, 2)
    before = difference(narrow, wide)
    images, masks = torch.rand(4, 3, 48, 40), torch.ones(4, 1, 48, 40)
    match_norms(wide, narrow, images, masks)
    assert difference(narrow, wide) < 0.7 * before

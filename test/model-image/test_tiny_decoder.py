"""TAESD's decoder beside diffusers' class with the same weights."""

import pytest
import torch
from diffusers import AutoencoderTiny

from inlay.checkpoint import load_into
from inlay.stable_diffusion.tiny_decoder import TinyDecoder, decoder_names


@pytest.fixture(scope="module")
def theirs() -> AutoencoderTiny:
    torch.manual_seed(6)
    widths = (8, 8, 8, 8)
    return AutoencoderTiny(encoder_block_out_channels=widths, decoder_block_out_channels=widths)


def published(theirs: AutoencoderTiny) -> dict[str, torch.Tensor]:
    """The decoder's weights under the names of `taesd_decoder.safetensors`: the clamp counts as a part."""
    state = {}
    for name, tensor in theirs.decoder.layers.state_dict().items():
        number, _, rest = name.partition(".")
        state[f"{int(number) + 1}.{rest}"] = tensor.clone()
    return state


@pytest.mark.parametrize("as_published", [True, False], ids=["its own file", "diffusers' file"])
def test_it_decodes_as_diffusers_does_with_the_same_weights(theirs, as_published):
    decoder = TinyDecoder(width=8)
    state = published(theirs) if as_published else theirs.state_dict()
    load_into(decoder, decoder_names(state), "preview_decoder")
    latents = 4 * torch.randn((2, 4, 5, 6), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        wanted = theirs.decode(latents).sample
        assert wanted.shape == (2, 3, 40, 48)
        assert torch.allclose(decoder(latents), wanted, atol=1e-6)


def test_its_size_is_the_published_one():
    state = TinyDecoder().state_dict()
    # 1,222,531 numbers in 67 tensors: diffusers' AutoencoderTiny at its defaults, which are the published sizes.
    default = AutoencoderTiny().decoder.layers.state_dict()
    assert [t.shape for t in state.values()] == [t.shape for t in default.values()]
    assert {"1.weight", "3.conv.4.bias", "7.weight", "19.bias"} <= state.keys()

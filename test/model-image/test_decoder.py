"""The asymmetric autoencoder: the paper's sizes, diffusers' numbers, and what a mask means to it."""

import pytest
import torch
from diffusers import AsymmetricAutoencoderKL

from inlay.autoencoder import Autoencoder
from inlay.config import AUTOENCODERS, AutoencoderConfig
from inlay.decoder import ConditionEncoder, reduce_mask

SMALL = AutoencoderConfig((8, 16, 32, 32), (16, 32, 64, 64), 1, 2, groups=8)


def parameters(module: torch.nn.Module) -> int:
    return sum(tensor.numel() for tensor in module.parameters())


@pytest.fixture(scope="module")
def small() -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(SMALL).double().eval()


@pytest.fixture(scope="module")
def example() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Latents (2, 4, 8, 6), a picture (1, 3, 64, 48) and its mask."""
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn((2, 4, 8, 6), generator=generator, dtype=torch.float64)
    image = torch.rand((1, 3, 64, 48), generator=generator, dtype=torch.float64) * 2 - 1
    mask = torch.zeros((1, 1, 64, 48), dtype=torch.float64)
    mask[..., 10:40, 8:29] = 1
    return latents, image, mask


@pytest.mark.parametrize(
    ("name", "decoder", "condition", "total"),
    [
        ("base", 49_490_179, 10_786_048, 94_439_911),
        ("large", 135_872_259, 24_264_576, 194_300_519),
        ("large-x2", 328_833_027, 43_133_440, 406_130_151),
    ],
)
def test_the_papers_decoders_have_their_published_number_of_parameters(
    name, decoder, condition, total
):
    with torch.device("meta"):
        autoencoder = Autoencoder(AUTOENCODERS[name])
    encoder = autoencoder.decoder.condition_encoder
    assert parameters(encoder) == condition
    assert parameters(autoencoder.decoder) - condition == decoder
    assert parameters(autoencoder) == total


def test_it_gives_diffusers_numbers_with_diffusers_weights(example):
    latents, image, mask = example
    torch.manual_seed(2)
    theirs = AsymmetricAutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        down_block_out_channels=SMALL.encoder_widths,
        layers_per_down_block=SMALL.encoder_blocks,
        up_block_types=("UpDecoderBlock2D",) * 4,
        up_block_out_channels=SMALL.decoder_widths,
        layers_per_up_block=SMALL.decoder_blocks,
        norm_num_groups=SMALL.groups,
    ).double()
    ours = Autoencoder(SMALL).double()
    unused = "decoder.condition_encoder.up_layers"
    state = {k: v for k, v in theirs.state_dict().items() if not k.startswith(unused)}
    ours.load_state_dict(state)
    with torch.no_grad():
        posterior = theirs.encode(image).latent_dist
        assert torch.allclose(ours.encode(image).mean, posterior.mean, atol=1e-9)
        decoded = theirs.decode(latents[:1], image=image, mask=mask).sample
        # Theirs takes 1 for kept inside its blend, as its own pipelines pass it, and nearest cells.
        mine = ours.decode(latents[:1], image, mask, reduction="nearest")
        assert torch.allclose(mine, decoded, atol=1e-5)


def test_without_a_condition_it_decodes_as_with_a_mask_of_ones(small, example):
    latents, image, mask = example
    with torch.no_grad():
        plain = small.decode(latents)
        assert torch.equal(plain, small.decode(latents, image, torch.ones_like(mask)))


def test_one_picture_serves_every_output_and_each_comes_out_as_if_alone(small, example):
    latents, image, mask = example
    with torch.no_grad():
        together = small.decode(latents, image, mask)
        for index in range(2):
            alone = small.decode(latents[index : index + 1], image, mask)
            assert torch.allclose(together[index], alone[0], atol=1e-9)


def test_it_never_sees_what_the_mask_hides(small, example):
    latents, image, mask = example
    other = torch.where(mask.bool(), -image, image)
    with torch.no_grad():
        assert torch.equal(small.decode(latents, image, mask), small.decode(latents, other, mask))


def test_with_nothing_masked_the_latents_do_not_matter(small, example):
    latents, image, mask = example
    with torch.no_grad():
        first = small.decode(latents[:1], image, torch.zeros_like(mask))
        second = small.decode(latents[1:], image, torch.zeros_like(mask))
    assert torch.equal(first, second)


def test_a_condition_feature_sees_26_pixels_around_and_no_more():
    torch.manual_seed(3)
    encoder = ConditionEncoder((4, 4, 4, 4)).double()
    image = torch.zeros((1, 3, 128, 128), dtype=torch.float64, requires_grad=True)
    encoder(image)[4][0, :, 8, 8].sum().backward()
    seen = image.grad.abs().sum(dim=(0, 1)).nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [26, 26]


def test_a_cell_is_masked_as_soon_as_any_of_its_pixels_is():
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 13, 22] = 1
    assert reduce_mask(mask, (4, 4), "area")[0, 0].nonzero().tolist() == [[1, 2]]
    assert reduce_mask(mask, (4, 4), "nearest").sum() == 0
    assert reduce_mask(mask, (32, 32), "area") is mask

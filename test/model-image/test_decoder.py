"""The asymmetric autoencoder: the paper's sizes, diffusers' numbers, and what a mask means to it."""

from dataclasses import replace

import pytest
import torch
from conftest import diffusers_autoencoder

from inlay.autoencoder import Autoencoder, fill_up
from inlay.blend import AddBlend, ConcatBlend, reduce_mask
from inlay.condition import ConditionEncoder, partial_convolution
from inlay.config import AUTOENCODERS, AutoencoderConfig
from inlay.decoder import TILE

SMALL = AutoencoderConfig((8, 16, 32, 32), (16, 32, 64, 64), 1, 2, groups=8)
MODES = {"add": SMALL, "concat": replace(SMALL, blend="concat")}


def parameters(module: torch.nn.Module) -> int:
    return sum(tensor.numel() for tensor in module.parameters())


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def model(config: AutoencoderConfig) -> Autoencoder:
    torch.manual_seed(0)
    autoencoder = Autoencoder(config).double().eval()
    for blend in autoencoder.decoder.blends:
        # Away from the identity that it starts as, so that the condition counts.
        for parameter in blend.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
    return autoencoder


@pytest.fixture(scope="module", params=list(MODES))
def small(request: pytest.FixtureRequest) -> Autoencoder:
    return model(MODES[request.param])


@pytest.fixture(scope="module")
def add() -> Autoencoder:
    return model(SMALL)


@pytest.fixture(scope="module")
def example() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Latents (2, 4, 8, 6), a picture (1, 3, 64, 48) and its mask."""
    generator = seeded(1)
    latents = torch.randn((2, 4, 8, 6), generator=generator, dtype=torch.float64)
    image = torch.rand((1, 3, 64, 48), generator=generator, dtype=torch.float64) * 2 - 1
    mask = torch.zeros((1, 1, 64, 48), dtype=torch.float64)
    mask[..., 10:40, 8:29] = 1
    return latents, image, mask


@pytest.mark.parametrize(
    ("name", "decoder", "condition", "total", "tensors"),
    [
        ("base", 49_490_179, 10_786_048, 94_439_911, 258),
        ("large", 135_872_259, 24_264_576, 194_300_519, 290),
        ("large-x2", 328_833_027, 43_133_440, 406_130_151, 354),
    ],
)
def test_the_papers_decoders_have_their_published_number_of_parameters_and_tensors(
    name, decoder, condition, total, tensors
):
    with torch.device("meta"):
        autoencoder = Autoencoder(AUTOENCODERS[name])
    encoder = autoencoder.decoder.condition_encoder
    assert parameters(encoder) == condition
    assert parameters(autoencoder.decoder) - condition == decoder
    assert parameters(autoencoder) == total
    assert len(autoencoder.state_dict()) == tensors


def narrow(width: int, depth: int) -> AutoencoderConfig:
    """A decoder of the paper's shape at a reduced width."""
    widths = (width, 2 * width, 4 * width, 4 * width)
    return replace(SMALL, decoder_widths=widths, decoder_blocks=depth)


SHAPES = {"x1.5": narrow(24, 3), "x2": narrow(32, 5)}
REAL = [
    pytest.param(AUTOENCODERS[name], 0, id=name, marks=pytest.mark.slow)
    for name in ("large", "large-x2")
]


@pytest.mark.parametrize(
    ("config", "seed"),
    [pytest.param(c, s, id=f"{n}-{s}") for n, c in SHAPES.items() for s in range(3)] + REAL,
)
def test_it_gives_diffusers_numbers_with_diffusers_weights(config, seed):
    torch.manual_seed(seed)
    theirs = diffusers_autoencoder(config)
    ours = Autoencoder(config)
    unused = "decoder.condition_encoder.up_layers"
    ours.load_state_dict({k: v for k, v in theirs.state_dict().items() if not k.startswith(unused)})
    generator = seeded(seed)
    image = torch.rand((1, 3, 64, 48), generator=generator) * 2 - 1
    mask = (torch.rand((1, 1, 64, 48), generator=generator) < 0.4).float()
    latents = torch.randn((1, 4, 8, 6), generator=generator)
    with torch.no_grad():
        assert torch.allclose(
            ours.encode(image).mean, theirs.encode(image).latent_dist.mean, atol=1e-5
        )
        decoded = theirs.decode(latents, image=image, mask=mask).sample
        mine = ours.decode(latents, image, mask, reduction="nearest")
        assert (mine - decoded).abs().max() <= 1e-5
        assert (ours.decode(latents) - theirs.decode(latents).sample).abs().max() <= 1e-5


def test_without_a_condition_it_decodes_as_with_a_mask_of_ones(add, example):
    latents, image, mask = example
    with torch.no_grad():
        plain = add.decode(latents)
        assert torch.equal(plain, add.decode(latents, image, torch.ones_like(mask)))


def test_one_picture_serves_every_output_and_each_comes_out_as_if_alone(small, example):
    latents, image, mask = example
    four = torch.cat([latents, -latents])
    with torch.no_grad():
        together = small.decode(four, image, mask)
        for index in range(4):
            alone = small.decode(four[index : index + 1], image, mask)
            assert (together[index] - alone[0]).abs().max() <= 1e-5


def test_it_never_sees_what_the_mask_hides(small, example):
    latents, image, mask = example
    other = torch.where(mask.bool(), -image, image)
    with torch.no_grad():
        assert torch.equal(small.decode(latents, image, mask), small.decode(latents, other, mask))


def test_with_nothing_masked_the_latents_do_not_matter_to_add(add, example):
    latents, image, mask = example
    with torch.no_grad():
        first = add.decode(latents[:1], image, torch.zeros_like(mask))
        second = add.decode(latents[1:], image, torch.zeros_like(mask))
    assert torch.equal(first, second)


def test_a_picture_of_253_by_131_is_filled_up_and_cut_back(small):
    image = torch.rand((1, 3, 131, 253), generator=seeded(2), dtype=torch.float64) * 2 - 1
    mask = torch.zeros((1, 1, 131, 253), dtype=torch.float64)
    mask[..., 100:131, 200:253] = 1
    with torch.no_grad():
        latents = small.encode(image).mean
        decoded = small.decode(latents, image, mask)
        assert latents.shape == (1, 4, 17, 32)
        assert decoded.shape == image.shape
        filled = small.decode(latents, fill_up(image), fill_up(mask))
    assert torch.equal(decoded, filled[..., :131, :253])


def test_tiles_of_the_condition_give_the_same_picture(small, example):
    latents, image, mask = example
    with torch.no_grad():
        whole = small.decode(latents, image, mask)
        for tile in (8, 16, 40):
            tiled = small.decode(latents, image, mask, tile=tile)
            assert torch.allclose(tiled, whole, atol=1e-10)
    with pytest.raises(ValueError, match="multiple of 8"):
        small.decode(latents, image, mask, tile=20)


@pytest.mark.parametrize(("width", "tiles"), [(TILE, 0), (TILE + 8, 2)])
def test_a_picture_larger_than_a_tile_is_worked_through_in_tiles(small, monkeypatch, width, tiles):
    seen = []
    one = ConditionEncoder.tile

    def counted(encoder, image, mask, box):
        seen.append(box)
        return one(encoder, image, mask, box)

    monkeypatch.setattr(ConditionEncoder, "tile", counted)
    image = torch.rand((1, 3, 64, width), generator=seeded(3), dtype=torch.float64) * 2 - 1
    mask = torch.zeros((1, 1, 64, width), dtype=torch.float64)
    mask[..., 40:, 500:] = 1
    latents = torch.randn((1, 4, 8, width // 8), generator=seeded(4), dtype=torch.float64)
    with torch.no_grad():
        decoded = small.decode(latents, image, mask)
        assert len(seen) == tiles
        assert torch.allclose(decoded, small.decode(latents, image, mask, tile=None), atol=1e-10)


def test_checkpointing_gives_the_same_gradients(small, example):
    latents, image, mask = example
    gradients = []
    for checkpointing in (False, True):
        small.decoder.checkpointing = checkpointing
        small.zero_grad()
        small.decode(latents, image, mask).square().mean().backward()
        gradients.append(small.decoder.conv_in.weight.grad.clone())
    small.decoder.checkpointing = False
    assert torch.allclose(*gradients, atol=1e-12)


def test_a_condition_feature_sees_26_pixels_around_and_no_more():
    torch.manual_seed(3)
    encoder = ConditionEncoder((4, 4, 4, 4)).double()
    image = torch.zeros((1, 3, 128, 128), dtype=torch.float64, requires_grad=True)
    mask = torch.zeros((1, 1, 128, 128), dtype=torch.float64)
    encoder(image, mask)[4][0, :, 8, 8].sum().backward()
    seen = image.grad.abs().sum(dim=(0, 1)).nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [26, 26]


@pytest.mark.parametrize("channels", [4, 12])
def test_add_takes_its_own_features_in_the_hole_and_the_conditions_outside(channels):
    h, feature = torch.randn(2, channels, 4, 4), torch.randn(1, channels, 4, 4)
    blend = AddBlend()
    assert torch.equal(blend(h, feature, torch.ones(1, 1, 4, 4)), h)
    kept = blend(h, feature, torch.zeros(1, 1, 4, 4))
    assert torch.equal(kept, feature.expand_as(h))


@pytest.mark.parametrize("channels", [4, 12])
def test_concat_starts_as_its_own_features_and_can_learn_to_replace_them(channels):
    h, feature = torch.randn(2, channels, 4, 4), torch.randn(1, channels, 4, 4)
    blend = ConcatBlend(channels)
    mask = torch.ones(1, 1, 4, 4)
    for m in (mask, 1 - mask):
        assert torch.allclose(blend(h, feature, m), h, atol=1e-6)
    with torch.no_grad():
        blend.conv.weight.zero_()
        blend.conv.weight[:, channels : 2 * channels, 0, 0] = torch.eye(channels)
        blend.conv.weight[:, -1, 0, 0] = 1.0
    assert torch.allclose(blend(h, feature, mask), feature + 1, atol=1e-6)


def test_a_partial_convolution_averages_what_is_valid():
    layer = torch.nn.Conv2d(1, 1, 3, padding=1)
    torch.nn.init.constant_(layer.weight, 1 / 9)
    torch.nn.init.constant_(layer.bias, 0.5)
    x = torch.arange(25.0).reshape(1, 1, 5, 5)
    valid = torch.zeros(1, 1, 5, 5)
    valid[..., 0, 0] = valid[..., 0, 1] = 1
    y, after = partial_convolution(layer, x, valid)
    # Two valid pixels, 0 and 1: their mean, plus the bias; nothing where none is in the window.
    assert y[0, 0, 0, 0].item() == pytest.approx(0.5 + 0.5)
    assert y[0, 0, 1, 2].item() == pytest.approx(1.0 + 0.5)
    assert y[0, 0, 4, 4].item() == 0
    assert after[0, 0].sum() == 6
    everywhere, _ = partial_convolution(layer, x, torch.ones_like(valid))
    assert torch.allclose(everywhere[..., 1:-1, 1:-1], layer(x)[..., 1:-1, 1:-1])


def test_the_mask_may_be_a_channel_of_the_condition(example):
    latents, image, mask = example
    asuka = model(replace(SMALL, mask_channel=True))
    assert asuka.decoder.condition_encoder.layers[0].in_channels == 4
    with torch.no_grad():
        assert asuka.decode(latents, image, mask).shape == (2, 3, 64, 48)


def test_a_cell_is_masked_as_soon_as_any_of_its_pixels_is():
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 13, 22] = 1
    assert reduce_mask(mask, (4, 4), "area")[0, 0].nonzero().tolist() == [[1, 2]]
    assert reduce_mask(mask, (4, 4), "nearest").sum() == 0
    assert reduce_mask(mask, (32, 32), "area") is mask


def test_latents_that_are_no_numbers_and_soft_masks_are_refused(add, example):
    latents, image, mask = example
    with pytest.raises(ValueError, match="latents hold values"):
        add.decode(latents * torch.nan, image, mask)
    with pytest.raises(ValueError, match="zeros and ones"):
        add.decode(latents, image, mask * 0.5)


def test_no_condition_is_a_mask_of_ones(small, example):
    latents, image, mask = example
    with torch.no_grad():
        masked = small.decode(latents, image, torch.ones_like(mask))
        assert torch.allclose(small.decode(latents), masked, atol=1e-10)

"""The losses of the recipes, by hand-computed values and by what they lead to."""

import math

import pytest
import torch
from torch import nn

from inlay.checkpoint import CheckpointError, save_weights
from inlay.losses.decoder_loss import DecoderLoss, pixel_distance
from inlay.losses.edge import edge_weights
from inlay.losses.grain import grain_distance
from inlay.losses.patch_gan import (
    PatchDiscriminator,
    adaptive_weight,
    hinge_losses,
    log_generator_loss,
    log_losses,
)
from inlay.losses.preset import PRESETS
from inlay.losses.vgg import Vgg16, feature_distance

SMALL = ((4, 4), (8, 8), (8, 8, 8), (8, 8, 8), (8, 8, 8))


@pytest.fixture
def vgg() -> Vgg16:
    torch.manual_seed(0)
    return Vgg16(SMALL).eval().requires_grad_(False)


def pictures(seed: int) -> torch.Tensor:
    return torch.rand((2, 3, 32, 32), generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_vgg_has_torchvisions_layout_and_five_layers():
    with torch.device("meta"):
        network = Vgg16()
    names = [n for n in network.state_dict() if n.endswith("weight")]
    assert names[0] == "features.0.weight"
    assert names[-1] == "features.28.weight"
    assert sum(p.numel() for p in network.parameters()) == 14_714_688
    assert network.ends == [3, 8, 15, 22, 29]


def test_vgg_is_loaded_from_a_pinned_file_and_no_other(tmp_path):
    with torch.device("meta"):
        shapes = {n: t.shape for n, t in Vgg16().state_dict().items()}
    state = {name: torch.zeros(shape) for name, shape in shapes.items()}
    path = tmp_path / "vgg16.safetensors"
    sha256 = save_weights(path, state | {"classifier.0.weight": torch.zeros(1)})
    assert len(Vgg16.load(path, sha256)(torch.zeros(1, 3, 32, 32))) == 5
    with pytest.raises(CheckpointError, match="is not the file"):
        Vgg16.load(path, "0" * 64)


def test_the_perceptual_loss_is_nothing_between_equals_and_grows(vgg):
    a, b = pictures(1), pictures(2)
    assert feature_distance(vgg, a, a).item() == 0
    near = feature_distance(vgg, a, a + 0.1 * (b - a))
    assert 0 < near < feature_distance(vgg, a, b)


def test_grain_counts_how_rough_places_are_and_not_where_exactly():
    fine = torch.rand((1, 3, 64, 64), generator=torch.Generator().manual_seed(1)) * 2 - 1
    assert grain_distance(fine, fine).item() == 0
    moved = grain_distance(fine, fine.roll(3, dims=3))
    smooth = grain_distance(torch.zeros_like(fine), fine)
    assert moved < 0.2 < smooth
    # Twice the amplitude is four times the energy, at every place and scale.
    assert grain_distance(fine, 2 * fine).item() == pytest.approx(math.log(4), abs=0.01)


def test_grain_pulls_a_smooth_picture_towards_texture():
    target = torch.rand((1, 3, 32, 32), generator=torch.Generator().manual_seed(1)) * 2 - 1
    made = (0.01 * target).requires_grad_()
    grain_distance(made, target).backward()
    with torch.no_grad():
        stepped = made - 0.01 * made.grad / made.grad.norm()
        assert grain_distance(stepped, target) < grain_distance(made, target)


def test_the_discriminators_losses_at_known_judgements():
    real, fake = torch.tensor([2.0]), torch.tensor([-1.0])
    assert log_losses(real, fake).item() == pytest.approx(
        -math.log(1 / (1 + math.exp(-2))) - math.log(1 - 1 / (1 + math.e))
    )
    assert log_generator_loss(fake).item() == pytest.approx(-math.log(1 / (1 + math.e)))
    assert hinge_losses(real, torch.tensor([0.5])).item() == pytest.approx(0.75)


def test_a_discriminator_judges_patches():
    assert PatchDiscriminator()(torch.zeros(2, 3, 64, 64)).shape == (2, 1, 6, 6)


def test_the_adaptive_weight_is_the_ratio_of_gradients_at_the_last_layer():
    layer = nn.Parameter(torch.tensor([3.0]))
    weight = adaptive_weight((2 * layer).sum(), (0.5 * layer).sum(), layer)
    assert weight.item() == pytest.approx(2 / (0.5 + 1e-4))
    none = adaptive_weight((1e6 * layer).sum(), (0 * layer).sum(), layer)
    assert none.item() == 1e4


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_recipe_lets_a_decoder_learn(name, vgg):
    torch.manual_seed(1)
    preset = PRESETS[name]
    step = preset.adversarial_from
    loss = DecoderLoss(preset, vgg, [torch.ones(width[-1]) for width in SMALL])
    decoder = nn.Conv2d(3, 3, 3, padding=1)
    image = pictures(3)
    decoded = decoder(image)
    total = loss.for_decoder(decoded, image, step, decoder.weight)
    total.backward()
    assert decoder.weight.grad.abs().sum() > 0
    discriminator = getattr(loss, "discriminator", nn.Identity())
    assert all(p.grad is None and p.requires_grad for p in discriminator.parameters())
    judged = loss.for_discriminator(decoded, image, step)
    assert (judged is None) == (preset.adversarial == "none")
    assert loss.log_variance.requires_grad == preset.learnt_variance


def test_the_authors_discriminator_starts_late(vgg):
    loss = DecoderLoss(PRESETS["authors"], vgg, [torch.ones(width[-1]) for width in SMALL])
    image = pictures(1)
    assert loss.for_discriminator(image, image, 50_000) is None
    assert loss.for_discriminator(image, image, 50_001) is not None


def test_a_recipe_without_its_networks_says_what_to_give():
    with pytest.raises(ValueError, match="--vgg"):
        DecoderLoss(PRESETS["paper"])
    with pytest.raises(ValueError, match="--lpips"):
        DecoderLoss(PRESETS["authors"], nn.Identity())


def test_a_holes_pixels_weigh_more_the_nearer_they_are_to_what_is_kept():
    mask = torch.zeros(1, 1, 1, 12)
    mask[..., 4:] = 1
    weights = edge_weights(mask, 6.0)[0, 0, 0].tolist()
    # One pixel away all three reaches hold it, two away two of them, three and four away one.
    assert weights == [1.0] * 4 + [7.0, 5.0, 3.0, 3.0] + [1.0] * 4


def test_a_mask_of_ones_has_no_edge_and_no_weight_is_added_to_what_is_kept():
    assert torch.equal(edge_weights(torch.ones(1, 1, 9, 9), 6.0), torch.ones(1, 1, 9, 9))
    mask = (torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    assert torch.equal(edge_weights(mask, 6.0)[mask == 0], torch.ones(int((mask == 0).sum())))


def test_weights_say_how_much_each_pixels_error_counts():
    decoded, image = torch.zeros(1, 3, 1, 2), torch.tensor([1.0, 3.0]).expand(1, 3, 1, 2)
    weights = torch.tensor([3.0, 1.0]).view(1, 1, 1, 2)
    assert pixel_distance(decoded, image, weights).item() == pytest.approx((3 * 1 + 1 * 3) / 4)
    assert pixel_distance(decoded, image, None).item() == pytest.approx(2.0)

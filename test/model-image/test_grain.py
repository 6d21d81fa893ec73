"""The grain of fills: as rough as what surrounds them, and nothing of what is kept."""

import pytest
import torch
import torch.nn.functional as F

from inlay.diffusion import COARSE, fine_noise, seeded_noise
from inlay.grain import match_grain
from inlay.metrics.texture import colour_distance, roughness_ratio

SIZE = 96


@pytest.fixture
def mask() -> torch.Tensor:
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., 30:66, 30:66] = 1
    return mask


def gravel(deviation: float, seed: int = 0) -> torch.Tensor:
    noise = torch.randn((1, 3, SIZE, SIZE), generator=torch.Generator().manual_seed(seed))
    return (0.1 + deviation * noise).clamp(-1, 1)


@pytest.mark.parametrize("around", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("within", [0.0, 0.02, 0.2], ids=["flat", "soft", "rough"])
def test_a_fill_becomes_as_rough_as_its_ring_whatever_it_was(around, within, mask):
    image = gravel(around)
    filled = match_grain(gravel(within, seed=9), image, mask, [1])
    delivered = torch.where(mask.bool(), filled, image)
    assert 0.6 < roughness_ratio(delivered, mask).item() < 1.5
    assert colour_distance(delivered, mask).item() < 3


def test_grain_follows_its_place_where_one_side_is_rough_and_the_other_smooth(mask):
    image = gravel(0.2)
    image[..., SIZE // 2 :] = 0.1
    filled = match_grain(torch.full_like(image, 0.1), image, mask, [1])
    left, right = filled[..., 30:66, 30:40].std(), filled[..., 30:66, 56:66].std()
    assert left > 2 * right


def test_what_is_outside_the_hole_stays_as_it_was(mask):
    given = gravel(0.0)
    filled = match_grain(given, gravel(0.2), mask, [1])
    kept = (1 - mask).bool().expand_as(given)
    assert torch.equal(filled[kept], given[kept])
    assert not torch.equal(filled, given)


def test_an_edge_across_a_smooth_ring_makes_no_grain_of_itself(mask):
    image = torch.full((1, 3, SIZE, SIZE), -0.5)
    image[..., :48, :] = 0.5
    filled = match_grain(torch.zeros_like(image), image, mask, [1])
    assert filled[..., 30:66, 30:66].std() < 0.1


def test_an_outputs_grain_depends_on_its_seed_alone(mask):
    image = gravel(0.2)
    flat = torch.zeros(2, 3, SIZE, SIZE)
    both = match_grain(flat, image, mask, [5, 6])
    alone = match_grain(flat[:1], image, mask, [6])
    assert torch.equal(both[1:], alone)
    assert not torch.equal(both[0], both[1])


def test_where_nothing_is_kept_there_is_nothing_to_match():
    given = gravel(0.1)
    assert match_grain(given, gravel(0.2), torch.ones(1, 1, SIZE, SIZE), [1]) is given


@pytest.mark.parametrize("side", [2, 8, 32])
def test_fine_noise_has_unit_deviation_and_hardly_any_coarse_part(side):
    white = seeded_noise([1, 2], (4, side, side))
    noise = fine_noise(white)
    assert noise.std(dim=(1, 2, 3)) == pytest.approx(torch.ones(2), abs=1e-5)
    places = max(1, side // COARSE)
    coarse, before = (F.adaptive_avg_pool2d(n, places).std() for n in (noise, white))
    assert coarse < 0.5 * before

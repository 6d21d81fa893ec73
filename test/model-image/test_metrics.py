"""Every metric against a value worked out by hand or another way of computing it."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inlay.metrics.distribution import frechet_distance, inception_score
from inlay.metrics.kept import pre_error, pre_error_sum, psnr
from inlay.metrics.perceptual import clip_score, lpips
from inlay.metrics.seam import drift, seam
from inlay.metrics.ssim import ssim
from inlay.metrics.texture import colour_distance, ring_of, roughness_ratio, to_lab


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_pre_error_counts_kept_pixels_alone():
    image = torch.zeros(2, 3, 4, 4)
    decoded = torch.zeros(2, 3, 4, 4)
    mask = torch.zeros(2, 1, 4, 4)
    mask[..., :2] = 1
    decoded[..., :2] = 9.0
    decoded[0, :, 0, 2] = 0.5
    assert pre_error_sum(decoded, image, mask).tolist() == [3 * 0.25, 0.0]
    assert pre_error(decoded, image, mask).tolist() == [0.25 / 8, 0.0]
    assert pre_error(decoded, image, torch.ones_like(mask)).isnan().all()


def test_psnr_of_a_known_error():
    a = torch.zeros(1, 3, 8, 8)
    assert psnr(a, a + 0.2).item() == pytest.approx(20.0, abs=1e-4)
    assert psnr(a, a + 0.1, span=1.0).item() == pytest.approx(20.0, abs=1e-4)


def test_ssim_equals_the_formula_window_by_window():
    a = torch.rand((1, 1, 14, 13), generator=seeded(1), dtype=torch.float64)
    b = torch.rand((1, 1, 14, 13), generator=seeded(2), dtype=torch.float64)
    x = np.arange(11) - 5
    line = np.exp(-(x**2) / (2 * 1.5**2))
    window = np.outer(line, line) / np.outer(line, line).sum()
    values = []
    for top in range(4):
        for left in range(3):
            p = a[0, 0, top : top + 11, left : left + 11].numpy()
            q = b[0, 0, top : top + 11, left : left + 11].numpy()
            mp, mq = (window * p).sum(), (window * q).sum()
            vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
            cov = (window * (p - mp) * (q - mq)).sum()
            c1, c2 = 0.01**2, 0.03**2
            values.append(
                (2 * mp * mq + c1) * (2 * cov + c2) / ((mp**2 + mq**2 + c1) * (vp + vq + c2))
            )
    assert ssim(a, b, span=1.0).item() == pytest.approx(np.mean(values), abs=1e-9)
    assert ssim(a, a).item() == pytest.approx(1.0)


def test_a_seam_is_the_step_at_the_edge_beyond_the_pictures_own():
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 8:24, 8:24] = 1
    pasted = 0.4 * mask.expand(1, 3, 32, 32)
    assert seam(pasted, mask).item() == pytest.approx(0.4, abs=1e-6)
    ramp = (torch.arange(32.0) / 50).expand(1, 3, 32, 32)
    assert seam(ramp + ramp.mT, mask).item() == pytest.approx(0.0, abs=1e-6)
    assert seam(pasted, torch.zeros_like(mask)).isnan().all()


@given(st.floats(0.01, 0.5), st.integers(0, 50))
@settings(max_examples=25, deadline=None)
def test_a_seam_grows_with_the_step_whatever_the_picture(step, seed):
    mask = torch.zeros(1, 1, 24, 24)
    mask[..., 6:18, 5:19] = 1
    smooth = torch.rand((1, 3, 1, 1), generator=seeded(seed)).expand(1, 3, 24, 24)
    assert seam(smooth + step * mask, mask).item() == pytest.approx(step, abs=1e-5)


def test_drift_is_what_is_lost_from_the_first_picture():
    picture = torch.zeros(1, 3, 4, 4)
    lost = drift(picture, lambda current, _number: current + 0.1, edits=3)
    assert lost == pytest.approx([0.1, 0.2, 0.3])
    assert drift(picture, lambda current, _number: current) == [0.0] * 10
    half = torch.zeros(1, 1, 4, 4)
    half[..., :2] = 1
    assert drift(picture, lambda current, _: current + 0.1 * half, 2, half) == pytest.approx(
        [0.1, 0.2]
    )
    assert drift(picture, lambda current, _: current + 0.1 * half, 2, 1 - half) == [0.0, 0.0]


def with_moments(mean: torch.Tensor, deviation: torch.Tensor) -> torch.Tensor:
    """Features whose mean and covariance are exactly these (diagonal)."""
    count = len(mean)
    corners = torch.cat([torch.eye(count), -torch.eye(count)]).double()
    spread = corners * math.sqrt((2 * count - 1) / 2)
    return spread * deviation + mean


def test_the_frechet_distance_of_gaussians_with_known_moments():
    mean_a, mean_b = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 1.0, 0.0])
    dev_a, dev_b = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 2.0, 1.0])
    expected = ((mean_a - mean_b) ** 2).sum() + ((dev_a - dev_b) ** 2).sum()
    found = frechet_distance(with_moments(mean_a, dev_a), with_moments(mean_b, dev_b))
    assert found == pytest.approx(expected.item(), abs=1e-6)


def test_the_frechet_distance_is_nothing_to_itself_and_does_not_mind_rotation():
    a = torch.randn((200, 6), generator=seeded(1), dtype=torch.float64)
    b = torch.randn((200, 6), generator=seeded(2), dtype=torch.float64) * 2 + 1
    rotation, _ = torch.linalg.qr(torch.randn((6, 6), generator=seeded(3), dtype=torch.float64))
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-8)
    assert frechet_distance(a @ rotation, b @ rotation) == pytest.approx(frechet_distance(a, b))


def test_the_inception_score_of_certain_and_of_clueless_classes():
    certain = torch.eye(10).repeat(10, 1)
    assert inception_score(certain, splits=1)[0] == pytest.approx(10.0)
    clueless = torch.full((100, 10), 0.1)
    assert inception_score(clueless)[0] == pytest.approx(1.0)


def test_lpips_weighs_squared_distances_of_unit_features():
    a = torch.zeros(1, 2, 1, 1)
    a[0, 0] = 3.0
    b = torch.zeros(1, 2, 1, 1)
    b[0, 1] = 5.0
    weights = [torch.tensor([1.0, 0.5])]
    assert lpips(a, b, lambda x: [x], weights).item() == pytest.approx(1.5)
    assert lpips(a, 7 * a, lambda x: [x], weights).item() == pytest.approx(0.0)


def test_the_clip_score_is_a_hundred_times_the_cosine():
    a = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    b = torch.tensor([[2.0, 0.0], [1.0, 0.0]])
    assert clip_score(a, b).tolist() == pytest.approx([100.0, 100 / math.sqrt(2)])


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_lab_of_known_colours(rgb, lab):
    pixel = torch.tensor(rgb, dtype=torch.float64).reshape(1, 3, 1, 1) / 127.5 - 1
    assert to_lab(pixel).flatten().tolist() == pytest.approx(lab, abs=0.02)


def test_a_fill_of_the_same_colour_and_roughness_is_told_from_a_flat_and_a_tinted_one():
    mask = torch.zeros(1, 1, 96, 96)
    mask[..., 36:60, 36:60] = 1
    noisy = (torch.rand((1, 3, 96, 96), generator=seeded(1)) - 0.5) * 0.4
    assert roughness_ratio(noisy, mask).item() == pytest.approx(1.0, abs=0.1)
    assert colour_distance(noisy, mask).item() < 1
    flat = torch.where(mask.bool(), torch.zeros_like(noisy), noisy)
    assert roughness_ratio(flat, mask).item() < 0.2
    tint = torch.tensor([0.3, -0.1, -0.2])[:, None, None]
    assert colour_distance(noisy + tint * mask, mask).item() > 8
    assert ring_of(mask).sum() == (24 + 48) ** 2 - 24**2

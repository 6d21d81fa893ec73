"""Decoding around the hole: what decoding in full gives, for less."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shipped import TINY, example  # noqa: F401
from torch import Tensor

from inlay.autoencoder import Autoencoder
from inlay.bench.flops import count_tflop, trimmed_tflop
from inlay.bench.sizes import SIZES
from inlay.config import AutoencoderConfig
from inlay.inpainter import Inpainter
from inlay.metrics.seam import seam
from inlay.profile import Profile, check
from inlay.windows.core import largest_solid
from inlay.windows.decode import decode_in_windows
from inlay.windows.statistics import recorded

SMALL = AutoencoderConfig((8, 16, 32, 32), (12, 24, 48, 48), 1, 2, groups=4)
HEIGHT, WIDTH = 104, 128
WAYS = ("trimmed", "bucketed")


@pytest.fixture(scope="module")
def small() -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(SMALL).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def tiny() -> Inpainter:
    return Inpainter.load(TINY, torch.device("cpu"))


def hole(*boxes: tuple[int, int, int, int]) -> Tensor:
    """A mask (1, 1, H, W) with boxes: left, top, right, bottom."""
    mask = torch.zeros(1, 1, HEIGHT, WIDTH)
    for left, top, right, bottom in boxes:
        mask[..., top:bottom, left:right] = 1
    return mask


def dots() -> Tensor:
    mask = hole()
    mask[..., ::16, ::16] = 1
    return mask


HOLES = {
    "a box": hole((40, 30, 90, 70)),
    "at the border": hole((50, 0, WIDTH, 40)),
    "in parts": hole((3, 3, 9, 9), (70, 50, 74, 60), (10, 80, 20, HEIGHT)),
    "thin": hole((33, 5, 34, 90)),
    "dots": dots(),
    "a pixel": hole((7, 5, 8, 6)),
    "all but a pixel": 1 - hole((50, 50, 51, 51)),
}


def inputs(n: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(n)
    image = torch.rand(1, 3, HEIGHT, WIDTH, generator=generator) * 2 - 1
    return torch.randn(n, 4, HEIGHT // 8, WIDTH // 8, generator=generator), image


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", HOLES)
@pytest.mark.parametrize(("n", "reduction"), [(1, "area"), (2, "nearest")])
@torch.no_grad()
def test_with_the_whole_pictures_statistics_a_window_is_the_full_decode(
    small, way, name, n, reduction
):
    latents, image = inputs(n)
    mask = HOLES[name]
    with recorded(small.decoder) as known:
        full = small.decoder(latents, image, mask, reduction)
    window = decode_in_windows(small.decoder, latents, image, mask, way, reduction, known=known)
    assert (window - full).abs().max() <= 1e-5 * full.abs().max()


@given(
    st.integers(0, WIDTH - 1),
    st.integers(0, HEIGHT - 1),
    st.integers(1, WIDTH),
    st.integers(1, HEIGHT),
    st.sampled_from(WAYS),
)
@settings(max_examples=25, deadline=None)
def test_and_so_it_is_for_any_box(left, top, width, height, way):
    torch.manual_seed(0)
    decoder = Autoencoder(SMALL).eval().requires_grad_(False).decoder.double()
    latents, image = (part.double() for part in inputs(1))
    mask = hole((left, top, left + width, top + height)).double()
    with torch.no_grad():
        with recorded(decoder) as known:
            full = decoder(latents, image, mask, "area")
        window = decode_in_windows(decoder, latents, image, mask, way, known=known)
    # In double precision nothing is left of rounding, and what is left is a mistake.
    assert (window - full).abs().max() <= 1e-9


def test_around_a_box_of_15_percent_the_large_decoder_costs_no_more_than_the_plain_one():
    counted = count_tflop(SIZES["full"])
    trimmed = trimmed_tflop(SIZES["full"], 0.15)
    assert trimmed <= counted["decode plain"] < counted["decode x1.5"] / 3
    assert trimmed_tflop(SIZES["full"], 0.05) < trimmed < trimmed_tflop(SIZES["full"], 0.5)


@pytest.mark.parametrize("way", WAYS)
@torch.inference_mode()
def test_on_trained_weights_the_fill_is_the_same_to_a_grey_level_and_its_seam_no_larger(
    tiny,
    example,  # noqa: F811
    way,
):
    image, _ = example
    for left, top in ((20, 30), (90, 80), (140, 150)):
        mask = torch.zeros(1, 1, 256, 256)
        mask[..., top : top + 99, left : left + 99] = 1
        latents = tiny.sample(image, mask, [left], 4)
        full, window = (
            tiny.autoencoder.decode(latents, image, mask, way=one).clamp(-1, 1)
            for one in ("exact", way)
        )
        apart = ((window - full).abs() * mask).sum() / (3 * mask.sum())
        assert apart <= 2 / 255
        before, after = (
            seam(torch.where(mask.bool(), one, image), mask).item() for one in (full, window)
        )
        assert after <= before + 1 / 255


@pytest.mark.parametrize("way", WAYS)
@torch.no_grad()
def test_what_cannot_be_decoded_in_windows_is_decoded_in_full(small, way):
    latents, image = inputs(1)
    whole, nothing, box = torch.ones_like(hole()), hole(), HOLES["a box"]
    joined = Autoencoder(replace(SMALL, blend="concat")).eval()
    for autoencoder, mask in ((small, whole), (small, nothing), (joined, box)):
        full = autoencoder.decode(latents, image, mask)
        assert torch.equal(autoencoder.decode(latents, image, mask, way=way), full)
    assert torch.equal(small.decode(latents, way=way), small.decode(latents))


def test_gradients_are_taken_in_full(small):
    latents, image = inputs(1)
    latents.requires_grad_(True)
    small.decode(latents, image, HOLES["a box"], way="trimmed").sum().backward()
    assert latents.grad.abs().sum() > 0


def test_a_profile_says_its_way_and_no_other_is_taken(tmp_path):
    profile = Profile.read(TINY)
    assert profile.decode == "trimmed"
    with pytest.raises(ValueError, match="exact, trimmed, bucketed"):
        check(replace(profile, decode="somehow"))


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=6))
def test_the_largest_box_within_a_hole_is_found(rows):
    marked = torch.tensor(rows).numpy()
    best = max(
        (
            (bottom - top) * (right - left)
            for top in range(len(rows))
            for bottom in range(top + 1, len(rows) + 1)
            for left in range(5)
            for right in range(left + 1, 6)
            if marked[top:bottom, left:right].all()
        ),
        default=0,
    )
    found = largest_solid(marked)
    if found is None:
        assert best == 0
    else:
        assert marked[found.top : found.bottom, found.left : found.right].all()
        assert (found.bottom - found.top) * (found.right - found.left) == best

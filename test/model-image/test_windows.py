"""Decoding around the hole: what decoding in full gives, for less."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shipped import TINY, example  # noqa: F401
from torch import Tensor
from torch._dynamo.testing import CompileCounter

from inlay.autoencoder import Autoencoder
from inlay.bench.flops import tflop_of, windowed_tflop
from inlay.bench.sizes import SIZES
from inlay.config import AutoencoderConfig
from inlay.decoder import Decoder
from inlay.inpainter import Inpainter
from inlay.metrics.seam import seam
from inlay.profile import Profile, check
from inlay.windows import decode
from inlay.windows.core import largest_solid
from inlay.windows.decode import MARGIN, decode_in_windows
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
    assert apart(window, full, image, mask) <= 1e-5 * full.abs().max()


def apart(window: Tensor, full: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """By how much a window's decode differs from the full one: at the hole and some pixels around it, or anywhere.

    Further away it may be the picture.
    """
    off = (window - full).abs()
    near = F.max_pool2d(mask.float(), 2 * MARGIN + 1, 1, MARGIN).bool()
    return torch.where(near, off, torch.minimum(off, (window - image).abs())).max()


@cache
def in_double() -> Decoder:
    torch.manual_seed(0)
    return Autoencoder(SMALL).eval().requires_grad_(False).decoder.double()


@given(
    st.integers(0, WIDTH - 1),
    st.integers(0, HEIGHT - 1),
    st.integers(1, WIDTH),
    st.integers(1, HEIGHT),
    st.sampled_from(WAYS),
)
@settings(max_examples=15, deadline=None)
def test_and_so_it_is_for_any_box(left, top, width, height, way):
    decoder = in_double()
    latents, image = (part.double() for part in inputs(1))
    mask = hole((left, top, left + width, top + height)).double()
    with torch.no_grad():
        with recorded(decoder) as known:
            full = decoder(latents, image, mask, "area")
        window = decode_in_windows(decoder, latents, image, mask, way, known=known)
    # In double precision nothing is left of rounding, and what is left is a mistake.
    assert apart(window, full, image, mask) <= 1e-9


@pytest.mark.parametrize("way", WAYS)
@torch.no_grad()
def test_each_picture_of_a_batch_has_its_own_hole(small, way):
    latents, image = inputs(3)
    images = torch.cat([image, -image, image.mT.reshape(image.shape)])
    masks = torch.cat([HOLES[name] for name in ("a pixel", "in parts", "at the border")])
    with recorded(small.decoder) as known:
        full = small.decoder(latents, images, masks)
    window = decode_in_windows(small.decoder, latents, images, masks, way, known=known)
    assert apart(window, full, images, masks) <= 1e-5 * full.abs().max()


@torch.no_grad()
def test_one_compilation_serves_a_bucket_wherever_it_lies(monkeypatch):
    latents, image = inputs(1)
    shallow = Autoencoder(replace(SMALL, decoder_blocks=0)).eval()
    holes = [hole((40, 30, 46, 36)), hole((56, 54, 62, 60)), hole((34, 66, 40, 72))]

    def decoded() -> list[Tensor]:
        return [shallow.decode(latents, image, mask, way="bucketed") for mask in holes]

    plain = decoded()
    counter = CompileCounter()
    compiled = torch.compile(decode.through_level, backend=counter, fullgraph=True, dynamic=False)
    monkeypatch.setattr(decode, "through_level", compiled)
    for one, other in zip(plain, decoded(), strict=True):
        assert torch.equal(one, other)
    assert counter.frame_count == len(shallow.decoder.up_blocks)


@pytest.mark.parametrize(
    ("left", "top", "width", "height"),
    [(157, 157, 198, 198), (153, 153, 198, 198), (116, 186, 281, 140), (0, 0, 198, 198)],
)
def test_around_a_box_of_15_percent_the_large_decoder_costs_no_more_than_the_plain_one(
    left, top, width, height
):
    mask = np.zeros((512, 512), bool)
    mask[top : top + height, left : left + width] = True
    assert mask.mean() == pytest.approx(0.15, abs=1e-3)
    assert windowed_tflop(SIZES["full"], mask) <= plain_tflop() < 2.52


def plain_tflop() -> float:
    """TFLOP of Stable Diffusion's own decoder at 512 px."""
    with torch.device("meta"):
        decoder = Autoencoder(SIZES["full"].plain).decoder
        latents = torch.empty(1, 4, 64, 64)
    return tflop_of(lambda: decoder(latents))


@pytest.mark.parametrize("way", WAYS)
@torch.inference_mode()
def test_on_trained_weights_the_fill_is_the_same_to_a_grey_level_and_its_seam_no_larger(
    tiny,
    example,  # noqa: F811
    way,
):
    image, _ = example
    for left, top in ((20, 30), (140, 150)):
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

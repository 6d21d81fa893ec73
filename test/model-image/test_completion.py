"""Completing a picture with its own patches: what is kept stays, what goes on goes on, and nothing is invented."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import NoiseFiller, nothing
from torch import Tensor

from inlay import canvas, completion
from inlay.completion import complete
from inlay.pipeline import fill_picture
from inlay.pixels import Picture
from inlay.settings import FillSettings
from inlay.shift_map import ShiftMap

SIDE = 96


def masked(box: tuple[int, int, int, int], height: int = SIDE, width: int = SIDE) -> Tensor:
    """A mask (1, 1, H, W) with one box: left, top, right, bottom."""
    mask = torch.zeros(1, 1, height, width)
    mask[..., box[1] : box[3], box[0] : box[2]] = 1
    return mask


def stripes(angle: float, period: float = 12, height: int = SIDE, width: int = SIDE) -> Tensor:
    """Waves (1, 3, H, W) in [-1, 1]."""
    row, column = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    along = column * np.cos(angle) + row * np.sin(angle)
    return torch.sin(2 * torch.pi * along / period).expand(1, 3, -1, -1).contiguous()


def noise(seed: int, height: int = SIDE, width: int = SIDE) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed)) * 2 - 1


@pytest.mark.parametrize("angle", [0.0, np.pi / 2, np.pi / 4])
def test_stripes_go_on_through_the_hole(angle):
    picture, mask = stripes(angle), masked((32, 30, 62, 66))
    made = complete(torch.zeros_like(picture), picture, mask)
    off = (made - picture).abs()[mask.expand_as(picture) > 0]
    assert off.mean() < 0.05


def test_a_ramp_has_no_step_at_the_holes_edge():
    ramp = torch.linspace(-0.5, 0.5, SIDE).expand(1, 3, SIDE, SIDE).contiguous()
    mask = masked((30, 30, 60, 60))
    made = complete(torch.full_like(ramp, 0.9), ramp, mask)
    steps = made.diff(dim=3).abs()
    assert steps.max() < 0.06
    assert (made - ramp).abs().max() < 0.15


@given(
    st.integers(0, SIDE - 1),
    st.integers(0, SIDE - 1),
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(40, SIDE),
)
@settings(max_examples=15, deadline=None)
def test_any_hole_is_made_of_what_is_kept_and_nothing_else_changes(left, top, width, height, rows):
    picture = noise(1, rows) * 0.5
    mask = masked((left, top, left + width, top + height), rows)
    made = complete(torch.ones_like(picture), picture, mask)
    if not mask.any():
        assert made is None
        return
    inside = mask.expand_as(picture) > 0
    assert torch.equal(made[~inside], picture[~inside])
    assert made.isfinite().all()
    assert made.abs().max() <= 1


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 45), st.integers(1, 45))
@settings(max_examples=15, deadline=None)
def test_every_pixel_of_the_hole_is_taken_from_one_that_is_kept(left, top, width, height):
    picture, mask = noise(1), masked((left, top, left + width, top + height))
    maps: list[ShiftMap] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            completion, "composed", lambda image, _mask, shifts: maps.append(shifts) or image
        )
        complete(noise(2), picture, mask)
    [found] = maps
    row, column = (mask[0, 0] > 0).nonzero().unbind(1)
    down, right = found.shifts[row - found.box.top, column - found.box.left].unbind(1)
    assert (mask[0, 0, row + down, column + right] == 0).all()


def test_what_was_in_the_hole_makes_no_difference():
    picture, mask = noise(1), masked((30, 30, 60, 60))
    fill = noise(2)
    made = complete(fill, picture, mask)
    assert torch.equal(made, complete(fill, torch.where(mask > 0, noise(3), picture), mask))


def test_a_dull_guide_among_gravel_becomes_gravel_though_duller_things_are_near():
    picture = noise(4, SIDE, 2 * SIDE) * 0.4
    picture[..., SIDE:] = 0
    mask = masked((30, 30, 60, 60), SIDE, 2 * SIDE)
    made = complete(torch.zeros_like(picture), picture, mask)
    assert made[..., 36:54, 36:54].std() > 0.7 * picture[..., :30].std()


def test_a_thing_that_ends_in_the_hole_ends_softly():
    picture = torch.full((1, 3, SIDE, SIDE), -0.7)
    picture[..., 40:56, :30] = 0.7
    mask = masked((30, 24, 70, 72))
    made = complete(torch.full_like(picture, -0.7), picture, mask)
    assert made[..., 24:72, 44:70].mean() < -0.6
    assert made.diff(dim=3).abs().max() < 1.0


def test_a_hole_at_the_very_end_of_odd_sides_is_completed():
    picture = stripes(0.5, 10, 95, 97)
    mask = masked((40, 94, 97, 95), 95, 97)
    made = complete(torch.zeros_like(picture), picture, mask)
    assert ((made - picture).abs() * mask).sum() / (3 * mask.sum()) < 0.2


def test_among_patches_that_would_do_the_fill_decides():
    blots = F.avg_pool2d(noise(7, SIDE + 8, SIDE + 8), 9, 1).sign() * 0.6
    mask = masked((24, 24, 72, 72))
    dark, light = (
        complete(torch.full_like(blots, value), blots, mask)[..., 30:66, 30:66].mean()
        for value in (-0.6, 0.6)
    )
    assert dark < light - 0.2


def test_each_output_is_the_same_whatever_others_there_are():
    picture, mask = noise(2), masked((30, 30, 60, 60))
    fills = torch.cat([noise(seed) for seed in (3, 4, 5)])
    together = complete(fills, picture, mask)
    assert not torch.equal(together[:1], together[1:2])
    for one, fill in zip(together, fills, strict=True):
        assert torch.equal(one, complete(fill[None], picture, mask)[0])


@pytest.mark.parametrize(
    ("picture", "mask"),
    [
        (noise(1), torch.zeros(1, 1, SIDE, SIDE)),
        (noise(1), torch.ones(1, 1, SIDE, SIDE)),
        (noise(1), masked((0, 0, SIDE, SIDE - 6))),
        (noise(1, 6, 90), masked((10, 0, 20, 6), 6, 90)),
    ],
)
def test_nothing_is_made_where_there_is_no_hole_or_too_little_is_kept(picture, mask):
    assert complete(picture, picture, mask) is None


def borrowed(picture: Picture, box: tuple[int, int, int, int], native: int = 64) -> np.ndarray:
    """What the pipeline makes of a filler that paints noise and borrows."""
    height, width = picture.samples.shape[:2]
    hole = masked(box, height, width)[0, 0].numpy() > 0
    filler = NoiseFiller(native, borrows=True)
    [made] = fill_picture(filler, picture, hole, FillSettings([1], 1), nothing).samples
    assert (made[~hole] == picture.samples[~hole]).all()
    return made[hole].astype(int)


def stripe_samples(height: int, width: int, channels: int, most: int) -> np.ndarray:
    waves = stripes(0.3, 16, height, width)[0].permute(1, 2, 0).numpy()[..., :channels]
    return np.ascontiguousarray(
        ((waves * 0.4 + 0.5) * most).astype(np.uint16 if most > 255 else np.uint8)
    )


@pytest.mark.parametrize(
    ("mode", "channels", "most", "depth"),
    [("RGB", 3, 255, 8), ("L", 1, 255, 8), ("RGB", 3, 65535, 16)],
)
@pytest.mark.parametrize("size", [(80, 150), (200, 240)])
def test_a_picture_of_any_kind_is_completed_at_its_own_resolution(
    mode, channels, most, depth, size
):
    samples = stripe_samples(*size, channels, most)
    picture = Picture(mode, samples, None)
    box = (50, 20, 80, 60)
    made = borrowed(picture, box)
    truth = samples[box[1] : box[3], box[0] : box[2]].reshape(made.shape).astype(int)
    assert np.abs(made - truth).mean() < most / 20


def test_a_crop_that_is_too_large_gets_the_fill(monkeypatch):
    samples = stripe_samples(80, 150, 3, 255)
    box = (50, 20, 80, 60)
    truth = samples[box[1] : box[3], box[0] : box[2]].reshape(-1, 3).astype(int)
    monkeypatch.setattr(canvas, "LARGEST", 32)
    made = borrowed(Picture("RGB", samples, None), box)
    assert np.abs(made - truth).mean() > 30


@pytest.mark.parametrize(
    ("other", "sides"),
    [((0, 0, 0, 0), [(128, 128)]), ((150, 100, 156, 106), [(64, 64), (128, 128)])],
    ids=["alone", "beside one that waits"],
)
def test_what_surrounds_a_crop_is_borrowed_from_unless_another_hole_waits_there(
    other, sides, monkeypatch
):
    seen: list[tuple[int, ...]] = []
    monkeypatch.setattr(
        canvas, "complete", lambda _fill, image, _mask: seen.append(tuple(image.shape[-2:]))
    )
    samples = stripe_samples(200, 240, 3, 255)
    hole = (masked((100, 90, 120, 110), 200, 240) + masked(other, 200, 240))[0, 0].numpy() > 0
    fill_picture(
        NoiseFiller(64, borrows=True),
        Picture("RGB", samples, None),
        hole,
        FillSettings([1], 1),
        nothing,
    )
    assert seen == sides

"""LaMa's holes: in their strengths, their shares, and from their seeds."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inlay.lama_masks import STYLES, lama_mask, mask_of_share


def drawn(style: str, count: int, size: int = 64) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [lama_mask(STYLES[style], size, generator) for _ in range(count)]


@given(st.sampled_from(sorted(STYLES)), st.sampled_from([32, 64, 100]), st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_a_mask_is_hard_marks_something_and_at_most_half(style, size, seed):
    mask = lama_mask(STYLES[style], size, torch.Generator().manual_seed(seed))
    assert mask.shape == (1, size, size)
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    assert 0 < mask.mean() <= 0.5
    again = lama_mask(STYLES[style], size, torch.Generator().manual_seed(seed))
    assert torch.equal(mask, again)


def thickness(masks: list[torch.Tensor]) -> float:
    """Mean area to edge length: how far the inside is from what is kept."""
    edges = [
        (m[..., 1:] != m[..., :-1]).sum() + (m[..., 1:, :] != m[..., :-1, :]).sum() for m in masks
    ]
    return sum((m.sum() / e).item() for m, e in zip(masks, edges, strict=True)) / len(masks)


def test_thin_medium_and_thick_are_what_they_say():
    thin, medium, thick = (thickness(drawn(style, 40, 256)) for style in STYLES)
    assert thin < medium < thick


def test_masks_of_a_wanted_share_have_it_and_impossible_ones_are_refused():
    generator = torch.Generator().manual_seed(1)
    for _ in range(3):
        mask = mask_of_share(STYLES["thick"], 64, generator, (0.4, 0.5))
        assert 0.4 < mask.mean() <= 0.5
    with pytest.raises(ValueError, match="no mask of this style"):
        mask_of_share(STYLES["thin"], 64, generator, (0.99, 1.0))

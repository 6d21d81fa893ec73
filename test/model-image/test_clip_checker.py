"""The published safety checker, beside diffusers' class with the same weights."""

import numpy as np
import pytest
import torch
from conftest import noise_picture
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from small_diffusion import published_checker, small_checker

from inlay.checkpoint import CheckpointError, load_into
from inlay.safety.clip_checker import ClipChecker, checker_names, clip_pixels, make_checker


def ours(other: StableDiffusionSafetyChecker, state: dict[str, torch.Tensor]) -> ClipChecker:
    """Our class, from a published config and weights."""
    checker = make_checker(other.config.to_dict())
    load_into(checker, checker_names(state), "safety_checker")
    return checker


@pytest.mark.parametrize(
    ("special", "blocked"),
    [(9.0, [1, 2, 4, 8, 9, 11]), (0.27, [1, 2, 4, 8, 9, 10, 11])],
    ids=["nothing special", "one blocked for a special concept nearby"],
)
def test_it_decides_as_diffusers_does_with_the_same_weights(special, blocked):
    other = small_checker(0.47, special)
    checker = ours(other, published_checker(other))
    crops = [noise_picture(40, 40, seed=seed) // (1 + seed % 3) for seed in range(12)]
    pixels = torch.stack([clip_pixels(crop, checker.size) for crop in crops])
    _, decided = other(pixels, np.ones((len(crops), 8, 8, 3)))
    assert [score["nsfw"] > 0 for score in checker.score(crops)] == decided
    assert [index for index, bad in enumerate(decided) if bad] == blocked


def test_pictures_are_shown_to_it_as_clips_own_processor_does():
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    processor = CLIPImageProcessorPil(
        size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}
    )
    picture = noise_picture(61, 40)
    wanted = processor(picture, return_tensors="pt").pixel_values[0]
    assert torch.allclose(clip_pixels(picture, 28), wanted, atol=1e-5)


def test_weights_that_do_not_fit_say_so():
    other = small_checker()
    state = published_checker(other)
    state["concept_embeds"] = state["concept_embeds"][:16]
    with pytest.raises(CheckpointError, match="concept_embeds"):
        ours(other, state)

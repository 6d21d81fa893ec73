"""CompVis' safety checker for Stable Diffusion: CLIP's view of a picture beside the embeddings of concepts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from transformers import CLIPVisionConfig, CLIPVisionModel

from inlay.clip_picture import DEVIATION, MEAN
from inlay.safety.classifier import Scores

CONCEPTS, SPECIAL = 17, 3
NEARER = 0.01
"""What a picture near a special concept has to stay further away from the others."""


class ClipChecker(nn.Module):
    """The published network. A score is the cosine to a category's nearest concept less that concept's threshold.

    `nsfw` is what diffusers blocks by, above 0. `special_care` alone blocks nothing there: it brings `nsfw` nearer.
    """

    categories = frozenset({"nsfw", "special_care"})

    def __init__(self, config: CLIPVisionConfig, projection: int = 768) -> None:
        super().__init__()
        self.size = config.image_size
        self.vision_model = CLIPVisionModel(config)
        self.visual_projection = nn.Linear(config.hidden_size, projection, bias=False)
        for name, count in (("concept", CONCEPTS), ("special_care", SPECIAL)):
            self.register_buffer(f"{name}_embeds", torch.ones(count, projection))
            self.register_buffer(f"{name}_embeds_weights", torch.ones(count))

    @torch.inference_mode()
    def score(self, crops: Sequence[NDArray[np.uint8]]) -> list[Scores]:
        """As `Classifier.score`."""
        pixels = torch.stack([clip_pixels(crop, self.size) for crop in crops])
        return [
            {"nsfw": float(nsfw.max()), "special_care": float(special.max())}
            for nsfw, special in zip(*self.concept_scores(pixels), strict=True)
        ]

    def concept_scores(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of all concepts (B, 17) and special ones (B, 3) for pictures (B, 3, S, S), normalised as CLIP's.

        They are rounded to three places, as diffusers does before it compares with 0.
        """
        seen = self.vision_model(pixels.to(self.concept_embeds)).pooler_output
        embedding = F.normalize(self.visual_projection(seen)).float()
        special = nearness(embedding, self.special_care_embeds, self.special_care_embeds_weights)
        nearer = torch.zeros(len(pixels), device=embedding.device)
        # A special concept that was found counts from the next one on.
        for column in special.unbind(1):
            column.copy_((column + nearer).round(decimals=3))
            nearer = torch.where(column > 0, NEARER, nearer)
        concepts = nearness(embedding, self.concept_embeds, self.concept_embeds_weights)
        return (concepts + nearer[:, None]).round(decimals=3), special


def nearness(embedding: Tensor, concepts: Tensor, thresholds: Tensor) -> Tensor:
    """Cosines (B, N) of unit vectors (B, d) to concepts (N, d), less each concept's threshold."""
    return embedding @ F.normalize(concepts.float()).T - thresholds.float()


def clip_pixels(picture: NDArray[np.uint8], size: int) -> Tensor:
    """RGB samples (H, W, 3) as CLIP sees them, (3, size, size): the shorter side to size, the middle, normalised."""
    image = Image.fromarray(picture)
    scale = size / min(image.size)
    sides = (max(size, int(image.width * scale)), max(size, int(image.height * scale)))
    image = image.resize(sides, Image.Resampling.BICUBIC)
    left, top = (sides[0] - size) // 2, (sides[1] - size) // 2
    values = np.asarray(image.crop((left, top, left + size, top + size)), np.float32) / 255
    normal = (values - np.float32(MEAN)) / np.float32(DEVIATION)
    return torch.from_numpy(normal).permute(2, 0, 1)


def checker_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The published names as transformers has them today: one `vision_model.` less, and no counted positions."""
    doubled = "vision_model.vision_model."
    return {
        name.replace(doubled, "vision_model.", 1): tensor
        for name, tensor in state.items()
        if not name.endswith("embeddings.position_ids")
    }


def make_checker(config: dict[str, Any]) -> ClipChecker:
    """A checker without weights, from the published `config.json`."""
    return ClipChecker(
        CLIPVisionConfig.from_dict(config["vision_config"]), config["projection_dim"]
    )

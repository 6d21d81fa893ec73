"""CLIP's image encoder (Radford et al. 2021), by which the paper tells how like an edited region is to its example."""

from pathlib import Path

from torch import Tensor, nn

from inlay.checkpoint import CheckpointError, load_into, load_weights
from inlay.clip_picture import clip_picture

HEAD = 64
"""Channels of an attention head, in every published size."""


class ClipVision(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1] to embeddings (B, d). Sizes are read off the weights."""

    def __init__(self, state: dict[str, Tensor], what: str) -> None:
        """`state` in the layout of transformers; CheckpointError where it is no vision model's."""
        from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

        super().__init__()
        wanted = ("vision_model.", "visual_projection.")
        state = {n: t for n, t in state.items() if n.startswith(wanted) and "position_ids" not in n}
        try:
            width, _, patch, _ = state["vision_model.embeddings.patch_embedding.weight"].shape
            places = len(state["vision_model.embeddings.position_embedding.weight"]) - 1
            inner = len(state["vision_model.encoder.layers.0.mlp.fc1.weight"])
            embedding = len(state["visual_projection.weight"])
        except KeyError as error:
            raise CheckpointError(f"{what} holds no vision model of CLIP's: no {error}") from error
        layers = {n.split(".")[3] for n in state if n.startswith("vision_model.encoder.layers.")}
        self.side = patch * round(places**0.5)
        config = CLIPVisionConfig(
            hidden_size=width,
            intermediate_size=inner,
            num_hidden_layers=len(layers),
            num_attention_heads=max(1, width // HEAD),
            image_size=self.side,
            patch_size=patch,
            projection_dim=embedding,
        )
        self.model = CLIPVisionModelWithProjection(config)
        load_into(self.model, state, what)
        self.eval().requires_grad_(False)

    @classmethod
    def load(cls, path: Path, sha256: str) -> "ClipVision":
        """The encoder of a safetensors file; CheckpointError for another file, or one without it."""
        return cls(load_weights(path, sha256), path.name)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.model(pixel_values=clip_picture(pictures, self.side)).image_embeds

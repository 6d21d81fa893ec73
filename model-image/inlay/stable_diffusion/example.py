"""An example picture as the UNet of paint-by-example reads it (Yang et al. 2022), in the layout of its checkpoint."""

import torch
from diffusers.models.attention import BasicTransformerBlock
from torch import Tensor, nn
from transformers import CLIPVisionConfig, CLIPVisionModel

from inlay.settings import FillSettings


class Mapper(nn.Module):
    """A fifth as many transformer blocks as the vision model has, one head each, over its pooled token."""

    def __init__(self, config: CLIPVisionConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.blocks = nn.ModuleList(
            [
                BasicTransformerBlock(width, 1, width, activation_fn="gelu", attention_bias=True)
                for _ in range((config.num_hidden_layers + 1) // 5)
            ]
        )

    def forward(self, token: Tensor) -> Tensor:
        for block in self.blocks:
            token = block(token)
        return token


class ExampleEncoder(nn.Module):
    """CLIP's vision model, the mapper, and the vector that stands for no example."""

    def __init__(self, config: CLIPVisionConfig, width: int = 768) -> None:
        super().__init__()
        self.model = CLIPVisionModel(config)
        self.mapper = Mapper(config)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size)
        self.proj_out = nn.Linear(config.hidden_size, width)
        self.uncond_vector = nn.Parameter(torch.zeros(1, 1, width))

    def forward(self, example: Tensor) -> Tensor:
        """Pictures (B, 3, 224, 224), normalised as CLIP's are, to one token each (B, 1, width)."""
        token = self.model(pixel_values=example).pooler_output[:, None]
        return self.proj_out(self.final_layer_norm(self.mapper(token)))

    @torch.inference_mode()
    def wanted(self, settings: FillSettings) -> Tensor:
        """The example's token; ValueError where the settings have no example."""
        if settings.example is None:
            raise ValueError("paint-by-example needs an example picture")
        return self(settings.example.to(self.uncond_vector))

    def unwanted(self, _settings: FillSettings) -> Tensor:
        """The token of no example: there is no other."""
        return self.uncond_vector

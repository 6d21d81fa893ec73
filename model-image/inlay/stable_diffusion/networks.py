"""Stable Diffusion's networks without weights, from the `config.json` that is published beside them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, CLIPVisionConfig

from inlay.checkpoint import CheckpointError, load_into
from inlay.stable_diffusion.example import ExampleEncoder

N = TypeVar("N", bound=nn.Module)

POSITIONS = "position_ids"
"""Counted, not learned: older files hold them, newer classes do not."""

PREFIXES = ("text_model.", "vision_model.")
"""Parts of published names that classes of transformers 5 have no more."""


def read_config(path: Path) -> dict[str, Any]:
    """A `config.json`; CheckpointError for what is none."""
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path.parent.name}/{path.name} is no config: {error}") from error


def make_unet(config: dict[str, Any]) -> UNet2DConditionModel:
    """A denoiser."""
    return UNet2DConditionModel.from_config(config)


def make_text_encoder(config: dict[str, Any]) -> CLIPTextModel:
    """CLIP's text encoder."""
    return CLIPTextModel(CLIPTextConfig.from_dict(config))


def make_example_encoder(config: dict[str, Any]) -> ExampleEncoder:
    """Paint-by-example's encoder, whose token has the width of CLIP's projection."""
    sizes = CLIPVisionConfig.from_dict(config)
    return ExampleEncoder(sizes, sizes.projection_dim)


def make_tokenizer(vocabulary: Path, merges: Path, longest: int) -> CLIPTokenizer:
    """CLIP's tokenizer of two files that lie side by side; `longest` counts the marks of beginning and end, too."""
    if vocabulary.parent != merges.parent:
        raise CheckpointError(f"{merges.name} must lie beside {vocabulary.name}.")
    return CLIPTokenizer.from_pretrained(
        vocabulary.parent, model_max_length=longest, local_files_only=True
    )


def without_weights(make: Callable[[], N], what: str) -> N:
    """A network whose tensors take no memory until they are filled; CheckpointError for sizes that cannot be."""
    try:
        with torch.device("meta"):
            return make()
    except (TypeError, ValueError, KeyError, NotImplementedError, ZeroDivisionError) as error:
        raise CheckpointError(f"{what}: its config is not understood: {error}") from error


def fill_network(network: N, state: dict[str, Tensor], what: str) -> N:
    """Gives a network its weights by their published names; CheckpointError where they do not fit."""
    names = network.state_dict().keys()
    fitting = {}
    for published, tensor in state.items():
        name = published
        for prefix in PREFIXES:
            name = name if name in names else name.replace(prefix, "")
        if name in names or not name.endswith(POSITIONS):
            fitting[name] = tensor
    load_into(network, fitting, what, assign=True)
    for name, buffer in list(network.named_buffers()):
        owner, _, last = name.rpartition(".")
        if buffer.is_meta and last == POSITIONS:
            positions = torch.arange(buffer.shape[-1])[None]
            network.get_submodule(owner).register_buffer(last, positions, persistent=False)
    return network.eval().requires_grad_(False)

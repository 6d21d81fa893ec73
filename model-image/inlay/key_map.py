"""Names of tensors: diffusers' (which are ours) and the authors' (LDM's), mapped both ways.

The authors' decoder counts its levels from the picture down, diffusers' from the latents up. Their attention is made of
1x1 convolutions, diffusers' of linear layers. Their checkpoints hold more than the autoencoder: the losses' networks,
and four `up_layers` in the decoder that are never called. Those are left out.
"""

import re

from torch import Tensor

LEVELS = 4
DROPPED = re.compile(r"^(loss\.|decoder\.up_layers\.|model_ema\.)|^logvar$")

RULES: tuple[tuple[str, str], ...] = (
    ("decoder.encoder.", "decoder.condition_encoder."),
    (".down.", ".down_blocks."),
    (".up.", ".up_blocks."),
    (".mid.block_1.", ".mid_block.resnets.0."),
    (".mid.block_2.", ".mid_block.resnets.1."),
    (".mid.attn_1.norm.", ".mid_block.attentions.0.group_norm."),
    (".mid.attn_1.q.", ".mid_block.attentions.0.to_q."),
    (".mid.attn_1.k.", ".mid_block.attentions.0.to_k."),
    (".mid.attn_1.v.", ".mid_block.attentions.0.to_v."),
    (".mid.attn_1.proj_out.", ".mid_block.attentions.0.to_out.0."),
    (".downsample.", ".downsamplers.0."),
    (".upsample.", ".upsamplers.0."),
    (".block.", ".resnets."),
    (".nin_shortcut.", ".conv_shortcut."),
    ("coder.norm_out.", "coder.conv_norm_out."),
)
"""Parts of names, the authors' and diffusers', applied in this order."""

LINEAR = re.compile(r"\.attentions\.0\.to_(q|k|v|out\.0)\.weight$")
LEVEL = re.compile(r"^(decoder\.up_blocks\.)(\d)")


def from_authors(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """An authors' state dict under diffusers' names, with what the autoencoder does not need left out."""
    converted = {}
    for name, tensor in state.items():
        if DROPPED.search(name):
            continue
        renamed = flip_level(rename(name, RULES))
        linear = LINEAR.search(renamed) and tensor.ndim == 4
        converted[renamed] = tensor[:, :, 0, 0] if linear else tensor
    return converted


def to_authors(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state dict in diffusers' names under the authors'; `from_authors` gives it back."""
    backwards = tuple((theirs, ours) for ours, theirs in RULES)
    return {
        rename(flip_level(name), backwards): (
            tensor[:, :, None, None] if LINEAR.search(name) else tensor
        )
        for name, tensor in state.items()
    }


def is_authors(state: dict[str, Tensor]) -> bool:
    """Whether these names are the authors'."""
    return any(name.startswith(("encoder.down.", "decoder.up.", "decoder.mid.")) for name in state)


def rename(name: str, rules: tuple[tuple[str, str], ...]) -> str:
    """A name with every rule applied."""
    for old, new in rules:
        name = name.replace(old, new)
    return name


def flip_level(name: str) -> str:
    """The decoder's levels counted from the other end."""
    return LEVEL.sub(lambda match: f"{match[1]}{LEVELS - 1 - int(match[2])}", name)

"""Starts a wider and deeper decoder at what a narrower trained one computes, instead of from nothing.

Every channel is repeated within its own group, and what reads the repeats shares its weights out among them, by chance,
so that they learn different things (Net2Net, Chen, Goodfellow and Shlens 2016). Blocks that the narrower decoder lacks
start as their shortcut alone. Where each channel is repeated equally often the start decodes exactly as the trained
decoder does; at 1.5 times the width some are repeated and some not, which moves the statistics of their group, and the
start is near it.
"""

import math
from dataclasses import replace

import torch
from torch import Tensor

from inlay.config import AutoencoderConfig

ADDED = ("decoder.condition_encoder.", "decoder.blends.")
"""What an asymmetric decoder has beside the plain one."""


def widen(
    trained: dict[str, Tensor], own: dict[str, Tensor], groups: int, generator: torch.Generator
) -> dict[str, Tensor]:
    """A state for `own`'s shapes that does what `trained` does, where both are autoencoders of one layout.

    Tensors of one shape are taken over; condition branch and blends stay `own`'s where `trained` has none. ValueError
    where `own` is narrower, or its widths are no whole number of groups. The shares come from `generator`.
    """
    blocks = {block_of(name) for name in trained}
    widened = {}
    for name, tensor in own.items():
        if name in trained:
            widened[name] = widen_tensor(name, trained[name], tensor, groups, generator)
        elif name.startswith("decoder.up_blocks.") and block_of(name) not in blocks:
            widened[name] = torch.zeros_like(tensor) if ".conv2." in name else tensor
        elif name.startswith(ADDED):
            widened[name] = tensor
    return widened


def block_of(name: str) -> str:
    """The residual block that a tensor of a level belongs to: `decoder.up_blocks.0.resnets.1` and the like."""
    return ".".join(name.split(".")[:5])


def widen_tensor(
    name: str, trained: Tensor, own: Tensor, groups: int, generator: torch.Generator
) -> Tensor:
    """One weight, bias or norm at its new size."""
    result = trained
    if own.shape[0] != trained.shape[0]:
        repeats = sources(trained.shape[0], own.shape[0], groups)
        result = result[repeats]
        if ".to_q." in name:
            # Scores sum over the repeats, and are divided by the root of the width.
            counts = torch.bincount(repeats)[repeats]
            factor = math.sqrt(own.shape[0] / trained.shape[0]) / counts
            result = result * factor.reshape(-1, *[1] * (result.dim() - 1))
    if own.dim() > 1 and own.shape[1] != trained.shape[1]:
        repeats = inputs_of(name, trained.shape[1], own.shape[1], groups)
        result = result[:, repeats] * shares(repeats, generator).reshape(
            1, -1, *[1] * (own.dim() - 2)
        )
    return result


def inputs_of(name: str, narrow: int, wide: int, groups: int) -> Tensor:
    """What a layer's inputs repeat; a `concat` blend reads the decoder's features, the condition's, the mask."""
    if not name.startswith("decoder.blends."):
        return sources(narrow, wide, groups)
    once = sources(narrow // 2, wide // 2, groups)
    return torch.cat([once, once + narrow // 2, torch.tensor([narrow - 1])])


def config_of(trained: dict[str, Tensor], like: AutoencoderConfig) -> AutoencoderConfig:
    """The sizes of an autoencoder that differs from `like` in its decoder alone, read from its tensors."""
    levels = [trained[f"decoder.up_blocks.{n}.resnets.0.conv2.bias"] for n in (3, 2, 1, 0)]
    blocks = {block_of(name) for name in trained if name.startswith("decoder.up_blocks.0.resnets.")}
    return replace(
        like,
        decoder_widths=tuple(len(bias) for bias in levels),
        decoder_blocks=len(blocks) - 1,
        conditional=any(name.startswith(ADDED[0]) for name in trained),
        blend="concat" if any(name.startswith(ADDED[1]) for name in trained) else "add",
    )


def sources(narrow: int, wide: int, groups: int) -> Tensor:
    """For each of the `wide` channels the narrow one that it repeats, group by group."""
    if wide < narrow or narrow % groups or wide % groups:
        raise ValueError(f"{narrow} channels in {groups} groups cannot be widened to {wide}.")
    small, large = narrow // groups, wide // groups
    within = torch.arange(large) % small
    return (torch.arange(groups)[:, None] * small + within).flatten()


def shares(repeats: Tensor, generator: torch.Generator) -> Tensor:
    """Random shares, one for each repeat; those of one channel sum to one."""
    drawn = torch.rand(len(repeats), generator=generator) + 0.5
    total = torch.zeros(int(repeats.max()) + 1).index_add_(0, repeats, drawn)
    return drawn / total[repeats]

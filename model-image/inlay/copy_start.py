"""Starts an asymmetric decoder so that it copies kept pixels from its first step on.

A plain start has to learn the copy through the group norm before the output, which erases what copying needs: each
group's mean and contrast. Here three groups carry a colour each, as four channels: the colour, its negative, and a
constant with its negative. Their mean is nought and their deviation nearly that of the constant, whatever the picture,
so that the norm only scales; and `silu(x) - silu(-x) = x` undoes the activation. The decoder's own last level starts in
the same layout, since inside the hole its features stand in the same groups; there it starts with no colour and learns
it from features that are trained already.
"""

import math

import torch
from torch import nn

from inlay.autoencoder import Autoencoder

CONSTANT = 4.0
"""The constant beside a colour in [-1, 1]: large, so that the colour hardly moves the group's deviation."""

TYPICAL_SQUARE = 0.25
"""Mean square of a colour channel of photographs on [-1, 1], about; it only centres the scale."""


@torch.no_grad()
def start_as_copy(autoencoder: Autoencoder) -> None:
    """Lays out condition branch, last level and output for copying; needs four channels a group or more."""
    decoder = autoencoder.decoder
    first: nn.Conv2d = decoder.condition_encoder.layers[0]
    norm, out = decoder.conv_norm_out, decoder.conv_out
    size = norm.num_channels // norm.num_groups
    if size < 4:
        raise ValueError(f"copying needs four channels a group; there are {size}")
    scale = math.sqrt(2 * (CONSTANT**2 + TYPICAL_SQUARE) / size)
    last_level = decoder.up_blocks[-1].resnets
    given = out.weight.clone()
    out.weight.zero_()
    out.bias.zero_()
    for colour in range(3):
        plus, minus, high, low, *more = range(colour * size, (colour + 1) * size)
        group = slice(colour * size, (colour + 1) * size)
        first.weight[group] = 0
        first.bias[group] = 0
        for channel, sign in ((plus, 1.0), (minus, -1.0)):
            first.weight[channel, colour, 1, 1] = sign
            out.weight[colour, channel, 1, 1] = sign * scale
            set_constant(last_level, channel, 0.0)
        for channel, value in ((high, CONSTANT), (low, -CONSTANT)):
            first.bias[channel] = value
            set_constant(last_level, channel, value)
        # At nought, a wider group's other channels leave its deviation alone; they learn by what reads them.
        for channel in more:
            set_constant(last_level, channel, 0.0)
            out.weight[:, channel] = given[:, channel]
        norm.weight[group] = 1
        norm.bias[group] = 0


def set_constant(blocks: nn.ModuleList, channel: int, value: float) -> None:
    """Has a level put out one value in a channel; its first block has to have a convolution as its shortcut."""
    for position, block in enumerate(blocks):
        for layer in outputs_of(block):
            layer.weight[channel] = 0
            layer.bias[channel] = 0
        if position == 0:
            block.conv_shortcut.bias[channel] = value


def outputs_of(block: nn.Module) -> list[nn.Conv2d]:
    """The convolutions whose sum a residual block puts out, beside its plain shortcut."""
    shortcut = [block.conv_shortcut] if hasattr(block, "conv_shortcut") else []
    return [block.conv2, *shortcut]

"""The blocks that encoder and decoder are built from, named as in diffusers, so that state dicts are exchanged."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-6


def activate(normed: Tensor) -> Tensor:
    """SiLU of what nobody else holds: in its own memory where no gradient is wanted."""
    return F.silu(normed, inplace=not torch.is_grad_enabled())


class ResnetBlock(nn.Module):
    """Two normalised 3x3 convolutions beside a shortcut; (B, in, H, W) to (B, out, H, W)."""

    def __init__(self, channels_in: int, channels_out: int, groups: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, channels_in, eps=EPSILON)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, channels_out, eps=EPSILON)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        if channels_in != channels_out:
            self.conv_shortcut = nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(activate(self.norm1(x)))
        h = self.conv2(activate(self.norm2(h)))
        h += self.conv_shortcut(x) if hasattr(self, "conv_shortcut") else x
        return h


class Attention(nn.Module):
    """Single-head self-attention over all positions, with its own norm and shortcut."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels, eps=EPSILON)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        h = self.group_norm(x).flatten(2).transpose(1, 2)
        # With heads as a dimension of their own, if only one, torch takes its fused kernel.
        q, k, v = (to(h)[:, None] for to in (self.to_q, self.to_k, self.to_v))
        h = F.scaled_dot_product_attention(q, k, v)[:, 0]
        h = self.to_out[0](h).transpose(1, 2).reshape(batch, channels, height, width)
        return x + h


class MidBlock(nn.Module):
    """Block, attention, block at the latents' resolution: the only place that sees the whole picture at once."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.resnets = nn.ModuleList([ResnetBlock(channels, channels, groups) for _ in range(2)])
        self.attentions = nn.ModuleList([Attention(channels, groups)])

    def forward(self, x: Tensor) -> Tensor:
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class Downsample(nn.Module):
    """Halves height and width by a strided convolution, padded right and below only."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    """Doubles height and width: nearest neighbour, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Level(nn.Module):
    """Residual blocks at one resolution."""

    def __init__(self, channels_in: int, channels_out: int, blocks: int, groups: int) -> None:
        super().__init__()
        widths = [channels_in] + [channels_out] * blocks
        self.resnets = nn.ModuleList(
            [ResnetBlock(a, b, groups) for a, b in zip(widths, widths[1:], strict=False)]
        )

    def forward(self, x: Tensor) -> Tensor:
        for block in self.resnets:
            x = block(x)
        return x


class DownBlock(Level):
    """One level of the encoder; every one but the last halves the size at its end."""

    def __init__(
        self, channels_in: int, channels_out: int, blocks: int, groups: int, last: bool
    ) -> None:
        super().__init__(channels_in, channels_out, blocks, groups)
        self.downsamplers = nn.ModuleList([] if last else [Downsample(channels_out)])

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x)
        for layer in self.downsamplers:
            x = layer(x)
        return x


class UpBlock(Level):
    """One level of the decoder; every one but the last doubles the size at its end."""

    def __init__(
        self, channels_in: int, channels_out: int, blocks: int, groups: int, last: bool
    ) -> None:
        super().__init__(channels_in, channels_out, blocks, groups)
        self.upsamplers = nn.ModuleList([] if last else [Upsample(channels_out)])

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x)
        for layer in self.upsamplers:
            x = layer(x)
        return x

"""How the decoder takes the condition's features in: by replacing its own (`add`) or beside them (`concat`)."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BlendMode = Literal["add", "concat"]
MaskReduction = Literal["area", "nearest"]


def reduce_mask(mask: Tensor, size: tuple[int, int], how: MaskReduction) -> Tensor:
    """A mask (B, 1, H, W), 1 = repaint, at a smaller resolution.

    `area` marks a cell as soon as any of its pixels is marked, so that no kept feature is taken from a cell that
    holds a hole. `nearest` takes each cell's first pixel, as the released weights were trained.
    """
    if tuple(mask.shape[-2:]) == size:
        return mask
    if how == "nearest":
        return F.interpolate(mask, size=size, mode="nearest")
    return F.adaptive_max_pool2d(mask, size)


class AddBlend(nn.Module):
    """`h * m + f * (1 - m)`: the decoder's own features inside the mask, the condition's outside (equation 2).

    Masks are hard, so that choosing is the same, in one pass.
    """

    def forward(self, h: Tensor, feature: Tensor, mask: Tensor) -> Tensor:
        """`h` (n, c, H, W), `feature` (b, c, H, W) and `mask` (b, 1, H, W), with b = n or 1."""
        return torch.where(mask > 0, h, feature)

    def without(self, h: Tensor) -> Tensor:
        """The same where everything is repainted: `h`."""
        return h


class ConcatBlend(nn.Module):
    """`[h, f, m]` through a 1x1 convolution back to c channels; starts as the identity on h.

    The paper names the mode (tables 3, 7 and 8) and not the order inside the concatenation, which is ours.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2 * channels + 1, channels, 1)
        with torch.no_grad():
            self.conv.weight.zero_()
            self.conv.weight[:, :channels, 0, 0] = torch.eye(channels)
            self.conv.bias.zero_()

    def forward(self, h: Tensor, feature: Tensor, mask: Tensor) -> Tensor:
        """As `AddBlend.forward`."""
        count = len(h)
        sides = [part.expand(count, -1, -1, -1) for part in (feature, mask)]
        return self.conv(torch.cat([h, *sides], dim=1))

    def without(self, h: Tensor) -> Tensor:
        """The same where everything is repainted: no feature of the condition is valid, so all are nought."""
        return self(h, torch.zeros_like(h[:1]), torch.ones_like(h[:1, :1]))


def blends_of(mode: BlendMode, channels: tuple[int, ...]) -> nn.ModuleList:
    """One blend for each level's number of channels."""
    return nn.ModuleList([AddBlend() if mode == "add" else ConcatBlend(c) for c in channels])

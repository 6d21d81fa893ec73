"""The asymmetric decoder (arXiv 2306.04632, section 3.2): it looks at the kept pixels while it decodes."""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from inlay.config import AutoencoderConfig
from inlay.layers import EPSILON, MidBlock, UpBlock

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


class ConditionEncoder(nn.Module):
    """Features of the masked picture (B, 3, H, W), by level: at H, H, H/2, H/4, H/8.

    Each level's feature is the plain output of its convolution; the activation feeds the next one only. Without norm
    or attention, a feature sees 26 pixels around it and no more.
    """

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        c1, c2, c3, c4 = widths
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(3, c1, 3, padding=1),
                nn.Conv2d(c1, c2, 3, padding=1),
                nn.Conv2d(c2, c3, 4, stride=2, padding=1),
                nn.Conv2d(c3, c4, 4, stride=2, padding=1),
                nn.Conv2d(c4, c4, 4, stride=2, padding=1),
            ]
        )

    def forward(self, masked: Tensor) -> list[Tensor]:
        features = []
        x = masked
        for layer in self.layers:
            x = layer(x)
            features.append(x)
            x = F.relu(x)
        return features


class Decoder(nn.Module):
    """Latents (B, 4, H/8, W/8) to a picture (B, 3, H, W) in about [-1, 1].

    With a picture and a mask, its own features are replaced by the condition's where the mask is 0, before each of the
    four levels and once more before the output: `h * m + f * (1 - m)`. Without them nothing is replaced, which is what
    a mask of ones would do.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        c1, c2, c3, c4 = widths = config.decoder_widths
        blocks, groups = config.decoder_blocks + 1, config.groups
        self.conv_in = nn.Conv2d(config.latent_channels, c4, 3, padding=1)
        self.mid_block = MidBlock(c4, groups)
        self.up_blocks = nn.ModuleList(
            [
                UpBlock(c4, c4, blocks, groups, last=False),
                UpBlock(c4, c3, blocks, groups, last=False),
                UpBlock(c3, c2, blocks, groups, last=False),
                UpBlock(c2, c1, blocks, groups, last=True),
            ]
        )
        if config.conditional:
            self.condition_encoder = ConditionEncoder(widths)
        self.conv_norm_out = nn.GroupNorm(groups, c1, eps=EPSILON)
        self.conv_out = nn.Conv2d(c1, 3, 3, padding=1)

    def forward(
        self,
        latents: Tensor,
        image: Tensor | None = None,
        mask: Tensor | None = None,
        reduction: MaskReduction = "area",
    ) -> Tensor:
        """Decodes latents (n, 4, h, w).

        `image` (b, 3, H, W) in [-1, 1] and `mask` (b, 1, H, W) in {0, 1}, with b = n, or 1 for any n.
        """
        features: list[Tensor] | None = None
        if image is not None and mask is not None:
            features = self.condition_encoder(image * (1 - mask))

        def blend(h: Tensor, level: int) -> Tensor:
            if features is None or mask is None:
                return h
            m = reduce_mask(mask, (h.shape[-2], h.shape[-1]), reduction)
            return h * m + features[level] * (1 - m)

        h = self.mid_block(self.conv_in(latents))
        for level, block in zip((4, 3, 2, 1), self.up_blocks, strict=True):
            h = block(blend(h, level))
        h = blend(h, 0)
        return self.conv_out(F.silu(self.conv_norm_out(h)))

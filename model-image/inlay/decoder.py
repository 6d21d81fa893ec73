"""The asymmetric decoder (arXiv 2306.04632, section 3.2): it looks at the kept pixels while it decodes."""

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from inlay.blend import MaskReduction, blends_of, reduce_mask
from inlay.condition import ConditionEncoder
from inlay.config import AutoencoderConfig
from inlay.decode_way import DecodeWay
from inlay.layers import EPSILON, MidBlock, UpBlock, activate
from inlay.windows.decode import decode_in_windows

TILE = 512
"""Pixels of a tile's side: larger pictures take no more memory for what is computed on the way to their features."""


class Decoder(nn.Module):
    """Latents (B, 4, H/8, W/8) to a picture (B, 3, H, W) in about [-1, 1].

    With a picture and a mask, the condition's features are blended in before each of the four levels and once more
    before the output. Without them everything is repainted, as under a mask of ones.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        c1, c2, c3, c4 = widths = config.decoder_widths
        blocks, groups = config.decoder_blocks + 1, config.groups
        self.checkpointing = False
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
            partial = config.blend == "concat"
            self.condition_encoder = ConditionEncoder(widths, partial, config.mask_channel)
            self.blends = blends_of(config.blend, (c1, c2, c3, c4, c4))
        self.conv_norm_out = nn.GroupNorm(groups, c1, eps=EPSILON)
        self.conv_out = nn.Conv2d(c1, 3, 3, padding=1)

    def forward(
        self,
        latents: Tensor,
        image: Tensor | None = None,
        mask: Tensor | None = None,
        reduction: MaskReduction = "area",
        tile: int | None = TILE,
        way: DecodeWay = "exact",
    ) -> Tensor:
        """Decodes latents (n, 4, h, w).

        `image` (b, 3, H, W) in [-1, 1] and `mask` (b, 1, H, W) in {0, 1}, with b = n, or 1 for any n. The condition's
        features are computed in tiles of `tile` pixels a side, or at once without. Other ways than `exact` are for
        `add` decoders and masks that each repaint something.
        """
        if way != "exact":
            return decode_in_windows(self, latents, image, mask, way, reduction)
        h = self.mid_block(self.conv_in(latents))
        features = None
        if image is not None and mask is not None:
            features = self.condition_encoder(image, mask, tile)
        for level, block in zip((4, 3, 2, 1), self.up_blocks, strict=True):
            h = self.blend(h, level, features, mask, reduction)
            h = self.through(block, h)
        h = self.blend(h, 0, features, mask, reduction)
        return self.conv_out(activate(self.conv_norm_out(h)))

    def blend(
        self,
        h: Tensor,
        level: int,
        features: list[Tensor] | None,
        mask: Tensor | None,
        reduction: MaskReduction,
    ) -> Tensor:
        """One of the five places where the condition enters."""
        if features is None or mask is None:
            return self.blends[level].without(h) if hasattr(self, "blends") else h
        m = reduce_mask(mask, (h.shape[-2], h.shape[-1]), reduction)
        return self.blends[level](h, features[level], m)

    def through(self, block: nn.Module, h: Tensor) -> Tensor:
        """A level; with `checkpointing` its activations are computed again on the way back instead of kept."""
        if self.checkpointing and torch.is_grad_enabled():
            return checkpoint(block, h, use_reentrant=False)
        return block(h)

"""How large the networks of a benchmark are: Stable Diffusion 1.5's own sizes, or a quarter of its widths."""

from dataclasses import dataclass, replace
from typing import Any

from inlay.config import AUTOENCODERS, AutoencoderConfig


@dataclass(frozen=True)
class BenchSize:
    """The networks of one benchmark, and the edit that is timed."""

    side: int
    """Pixels of the square picture."""
    steps: int
    autoencoder: AutoencoderConfig
    """With the asymmetric decoder x1.5."""
    unet: dict[str, Any]
    text: dict[str, Any]

    @property
    def plain(self) -> AutoencoderConfig:
        """The same encoder with the decoder of its own width, without a condition."""
        given = self.autoencoder
        return replace(
            given,
            decoder_widths=given.encoder_widths,
            decoder_blocks=given.encoder_blocks,
            conditional=False,
        )


SIZES: dict[str, BenchSize] = {
    "small": BenchSize(
        side=128,
        steps=8,
        autoencoder=AutoencoderConfig((32, 64, 128, 128), (48, 96, 192, 192), 2, 3, groups=8),
        unet={
            "block_out_channels": (80, 160, 320, 320),
            "cross_attention_dim": 192,
            "norm_num_groups": 8,
        },
        text={
            "hidden_size": 192,
            "intermediate_size": 768,
            "num_hidden_layers": 12,
            "num_attention_heads": 12,
        },
    ),
    "full": BenchSize(
        side=512,
        steps=20,
        autoencoder=AUTOENCODERS["large"],
        unet={"block_out_channels": (320, 640, 1280, 1280), "cross_attention_dim": 768},
        text={
            "vocab_size": 49408,
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_hidden_layers": 12,
            "num_attention_heads": 12,
        },
    ),
}

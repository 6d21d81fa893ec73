"""The sizes of every network, as data: a variant is another set of numbers, never another file."""

from dataclasses import dataclass

from inlay.blend import BlendMode


@dataclass(frozen=True)
class AutoencoderConfig:
    """An autoencoder with downsampling 8 whose decoder may be wider and deeper than its encoder.

    Widths are per level, from the picture's resolution down to the latents'. Every decoder of the paper is one of
    these: base (128, 2), large (192, 3), large x2 (256, 5), as the first width and the blocks per level.
    """

    encoder_widths: tuple[int, int, int, int]
    decoder_widths: tuple[int, int, int, int]
    encoder_blocks: int = 2
    decoder_blocks: int = 2
    groups: int = 32
    latent_channels: int = 4
    conditional: bool = True
    blend: BlendMode = "add"
    mask_channel: bool = False
    codes: int | None = None
    """Size of the codebook; None for the KL autoencoder."""


@dataclass(frozen=True)
class UNetConfig:
    """The denoiser of an inpainter: noisy latents, mask and masked latents in, velocity out."""

    widths: tuple[int, ...] = (64, 96, 128)
    blocks: int = 2
    groups: int = 8
    latent_channels: int = 4


def sd_autoencoder(width: int, blocks: int) -> AutoencoderConfig:
    """Stable Diffusion's encoder with a decoder of this width and depth (section 4.1 of the paper)."""
    return AutoencoderConfig(
        encoder_widths=(128, 256, 512, 512),
        decoder_widths=(width, 2 * width, 4 * width, 4 * width),
        decoder_blocks=blocks,
    )


def tiny_autoencoder(
    width: int = 32, blocks: int = 1, conditional: bool = True, blend: BlendMode = "add"
) -> AutoencoderConfig:
    """The autoencoder of the `tiny` profile: the same classes, always in 8 groups."""
    return AutoencoderConfig(
        encoder_widths=(32, 64, 128, 128),
        decoder_widths=(width, 2 * width, 4 * width, 4 * width),
        encoder_blocks=1,
        decoder_blocks=blocks,
        groups=8,
        conditional=conditional,
        blend=blend,
    )


AUTOENCODERS: dict[str, AutoencoderConfig] = {
    "base": sd_autoencoder(128, 2),
    "large": sd_autoencoder(192, 3),
    "large-x2": sd_autoencoder(256, 5),
    "tiny-base": tiny_autoencoder(),
    "tiny-base-concat": tiny_autoencoder(blend="concat"),
    "tiny-large": tiny_autoencoder(48, 2),
    "tiny-large-concat": tiny_autoencoder(48, 2, blend="concat"),
    "tiny-large-x2": tiny_autoencoder(64, 3),
    "tiny-vanilla": tiny_autoencoder(conditional=False),
}

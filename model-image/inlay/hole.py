"""What a sampler is shown of a picture with a hole."""

from torch import Tensor

from inlay.autoencoder import FACTOR, Autoencoder, fill_up
from inlay.blend import MaskReduction, reduce_mask


def latent_hole(mask: Tensor, reduction: MaskReduction = "area") -> Tensor:
    """A mask (B, 1, H, W), 1 = repaint, at the latents' resolution (B, 1, h, w); by default a cell is marked if any
    of its pixels is.

    Sides that are no multiples of 8 are filled up as pictures are.
    """
    mask = fill_up(mask)
    return reduce_mask(mask, (mask.shape[-2] // FACTOR, mask.shape[-1] // FACTOR), reduction)


def show_hole(
    autoencoder: Autoencoder, image: Tensor, mask: Tensor, reduction: MaskReduction = "area"
) -> tuple[Tensor, Tensor]:
    """The hole and the latents (B, 4, h, w) of a picture (B, 3, H, W) whose marked pixels are grey; unscaled."""
    return latent_hole(mask, reduction), autoencoder.encode(image * (1 - mask)).mean

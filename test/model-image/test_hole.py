"""What a sampler is shown of a picture with a hole."""

import torch

from inlay.autoencoder import Autoencoder
from inlay.config import tiny_autoencoder
from inlay.hole import latent_hole, show_hole


def test_a_cell_with_one_marked_pixel_is_a_hole_at_any_size():
    mask = torch.zeros(1, 1, 20, 33)
    mask[..., 17, 32] = 1
    hole = latent_hole(mask)
    assert hole.shape == (1, 1, 3, 5)
    assert hole.nonzero().tolist() == [[0, 0, 2, 4]]


def test_what_is_in_the_hole_is_not_shown():
    torch.manual_seed(0)
    autoencoder = Autoencoder(tiny_autoencoder()).eval()
    image = torch.rand(1, 3, 20, 33) * 2 - 1
    mask = torch.zeros(1, 1, 20, 33)
    mask[..., 4:12, 5:20] = 1
    other = torch.where(mask.bool(), -image, image)
    with torch.no_grad():
        hole, shown = show_hole(autoencoder, image, mask)
        assert torch.equal(shown, show_hole(autoencoder, other, mask)[1])
    assert shown.shape[-2:] == hole.shape[-2:] == (3, 5)

"""What the tests of the painter share: sizes of small autoencoders, a picture with a hole, and an ear that is deaf."""

from dataclasses import replace

import torch

from inlay.config import AutoencoderConfig

SIZE = 64
WIDER = AutoencoderConfig((8, 16, 32, 32), (24, 48, 96, 96), 1, 3, groups=8)
PLAIN = replace(WIDER, decoder_widths=(8, 16, 32, 32), decoder_blocks=1)


def nothing(_done: int, _total: int) -> None:
    """Takes no notice of progress."""


def picture_with_hole() -> tuple[torch.Tensor, torch.Tensor]:
    """A picture (1, 3, 64, 64) of noise and its mask."""
    image = torch.rand((1, 3, SIZE, SIZE), generator=torch.Generator().manual_seed(5)) * 2 - 1
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., 13:45, 9:50] = 1
    return image, mask

"""The edge of a hole at twice its size: where one looks for a seam."""

import torch.nn.functional as F
from torch import Tensor

ZOOM = 2


def edge_of(mask: Tensor, side: int) -> tuple[int, int]:
    """Top and left of a window of `side` pixels around the left edge of a hole (1, 1, H, W), within the picture.

    The edge is taken in the row where the hole is widest; without a hole the window is the picture's middle.
    """
    hole = mask[0, 0] > 0
    height, width = hole.shape
    row, column = height // 2, width // 2
    if hole.any():
        row = int(hole.sum(1).argmax().item())
        column = int(hole[row].float().argmax().item())
    top = min(max(row - side // 2, 0), height - side)
    left = min(max(column - side // 2, 0), width - side)
    return top, left


def zoom_on_edge(pictures: list[Tensor], mask: Tensor) -> list[Tensor]:
    """The same window of pictures (1, 3, S, S), every pixel as four, so that the size stays."""
    side = mask.shape[-1] // ZOOM
    top, left = edge_of(mask, side)
    windows = [picture[..., top : top + side, left : left + side] for picture in pictures]
    return [F.interpolate(window, scale_factor=ZOOM, mode="nearest") for window in windows]

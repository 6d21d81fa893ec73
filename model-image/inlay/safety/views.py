"""What a classifier is shown of a picture: squares, since a CLIP model sees no more than the middle one."""

from collections.abc import Sequence

from inlay.crops import Crop, cut
from inlay.pixels import Samples


def views_of(colour: Samples, crops: Sequence[Crop] = ()) -> list[Samples]:
    """RGB samples (s, s, 3) of each crop of a picture (H, W, 3); without crops, squares that cover the whole of it."""
    return [cut(colour, crop) for crop in crops] or squares(colour)


def squares(colour: Samples) -> list[Samples]:
    """Squares along a picture's longer side. Neighbours share at least half of themselves, so that what is up to half
    as large as one lies whole within one.
    """
    height, width = colour.shape[:2]
    side, longer = min(height, width), max(height, width)
    count = 1 + -(-(longer - side) // max(1, side // 2))
    starts = [(longer - side) * index // max(1, count - 1) for index in range(count)]
    if width >= height:
        return [colour[:, start : start + side] for start in starts]
    return [colour[start : start + side] for start in starts]

"""What a classifier is shown of an output: the picture as it would be delivered, cut to where it was painted."""

from collections.abc import Sequence
from dataclasses import replace

from inlay.crops import Crop
from inlay.pipeline import cut
from inlay.pixels import Picture, Samples


def views_of(picture: Picture, samples: Samples, crops: Sequence[Crop]) -> list[Samples]:
    """RGB samples (s, s, 3) of each crop of an output's samples (H, W, C); the whole where there are no crops."""
    colour = replace(picture, samples=samples).colour()
    return [cut(colour, crop) for crop in crops] or [colour]

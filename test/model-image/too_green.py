"""An operator's own classifier, as a policy names it: it measures how green a picture is."""

from collections.abc import Sequence

import numpy as np
import torch


class Green:
    """Scores the mean of the green channel, from 0 to 255."""

    categories = frozenset({"green"})

    def score(self, crops: Sequence[np.ndarray]) -> list[dict[str, float]]:
        return [{"green": float(crop[..., 1].mean())} for crop in crops]


def make(_device: torch.device) -> Green:
    return Green()

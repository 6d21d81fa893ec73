"""How fast a run learns: the rate at each step."""

import math
from typing import Literal

Decay = Literal["settle", "cosine"]


def learning_rate(peak: float, step: int, warmup: int, done: float, decay: Decay) -> float:
    """The rate at `step`, when the share `done` (0 to 1) of the run is over.

    Rises evenly over the warm-up. Then `settle` stays at the peak until the last fifth and falls to three tenths of it,
    so that what is kept has settled; `cosine` falls along half a cosine to nought, as the paper's runs do.
    """
    rising = min(1.0, (step + 1) / max(warmup, 1))
    if decay == "settle":
        return peak * rising * (1.0 if done < 0.8 else 0.3)
    return peak * rising * 0.5 * (1 + math.cos(math.pi * min(max(done, 0.0), 1.0)))

"""How holes are filled: what a customer chose, whatever network fills them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

OnStep = Callable[[int, int], None]
"""Called after every step with the number done and their total; may raise to stop."""

OnRough = Callable[[Callable[[], Tensor]], None]
"""Called after every step with what makes a rough picture (3, H, W) in [-1, 1] of the first output as it is then.

It costs nothing until it is called, and may be called later and on another thread.
"""


@dataclass(frozen=True)
class FillSettings:
    """One setting for each output's seed, and the rest for all."""

    seeds: list[int]
    steps: int = 20
    guidance: float = 7.5
    """How far to lean towards the prompt; 1 and less is not at all, and the negative prompt is not read."""
    strength: float = 1.0
    """The share of the way that starts from noise; 1 forgets what was in the hole."""
    masked_content: str = "original"
    """What is in the hole where `strength` is below 1: the picture's own content, or `fill`, a classical one."""
    feather: int = 0
    """Pixels over which a fill fades in from the kept ones, within the mask."""
    match_ring: bool = True
    """Whether fills get the shade and, where they are enlarged, the grain of what surrounds them; not for parity."""
    watermark: bytes = b""
    """The key of the mark that what is painted gets; none without one."""
    may_colour: bool = False
    """Whether a coloured fill may make a grey picture RGB."""
    prompt: str = ""
    negative_prompt: str = ""
    example: Tensor | None = None
    """What paint-by-example is to paint (1, 3, 224, 224), normalised as CLIP's pictures are."""

    def for_outputs(self, indices: list[int]) -> "FillSettings":
        """The same for some of the outputs."""
        return replace(self, seeds=[self.seeds[index] for index in indices])

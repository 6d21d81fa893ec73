"""What group normalisation divides by, when it is known or estimated and not computed from the tensor at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

LEAST = 1e-4
"""A variance is at least this share of the mean square: an estimate may come out negative."""

PART = 1 << 20
"""Values of one picture that are worked on at a time."""


@dataclass(frozen=True)
class GroupStatistics:
    """Mean and variance of every group, both (n, groups)."""

    mean: Tensor
    variance: Tensor

    def repeated(self, times: int) -> "GroupStatistics":
        """The same for several tensors of each picture, one after the other."""
        return GroupStatistics(
            self.mean.repeat_interleave(times, 0), self.variance.repeat_interleave(times, 0)
        )


Known = dict[nn.Module, GroupStatistics]
"""Statistics by norm."""


def statistics_of(x: Tensor, groups: int) -> GroupStatistics:
    """Those of a whole tensor (n, c, H, W), as `nn.GroupNorm` takes them."""
    each, area = x.shape[1] // groups, x.shape[-2] * x.shape[-1]
    parts = rows_of(x)
    first = sum(precise(part).sum((2, 3)) for part in parts)
    mean = (first / area).unflatten(1, (groups, each)).mean(-1)
    centre = mean.repeat_interleave(each, 1)[..., None, None]
    second = sum((precise(part) - centre).square_().sum((2, 3)) for part in parts)
    return GroupStatistics(mean, (second / area).unflatten(1, (groups, each)).mean(-1))


def rows_of(x: Tensor) -> tuple[Tensor, ...]:
    """A tensor (n, c, H, W) in parts of some rows, so that on a processor what is made of one stays in its caches."""
    if x.device.type != "cpu":
        return (x,)
    return x.split(max(1, PART // (x.shape[1] * x.shape[3])), 2)


def normalise(norm: nn.GroupNorm, x: Tensor, known: GroupStatistics) -> Tensor:
    """A group norm of (n, c, h, w) with statistics from elsewhere."""
    each = norm.num_channels // norm.num_groups
    inverse = (known.variance + norm.eps).rsqrt().repeat_interleave(each, 1)
    scale = inverse * norm.weight
    shift = norm.bias - known.mean.repeat_interleave(each, 1) * scale
    return torch.addcmul(shift[..., None, None], precise(x), scale[..., None, None]).to(x.dtype)


def precise(x: Tensor) -> Tensor:
    """Half precision in full: sums of many values and differences of large ones would drown in it."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


@dataclass(frozen=True)
class Moments:
    """Sums of values and of their squares by channel, both (n, c), and of how many pixels (n, 1)."""

    first: Tensor
    second: Tensor
    count: Tensor

    @classmethod
    def of(cls, x: Tensor, weight: Tensor | None = None) -> "Moments":
        """Those of a tensor (n, c, h, w), each pixel counting by its weight (n or 1, 1, h, w)."""
        x = precise(x)
        if weight is None:
            count = x.new_full((len(x), 1), float(x.shape[-2] * x.shape[-1]))
            return cls(x.sum((2, 3)), x.square().sum((2, 3)), count)
        weight = weight.to(x).expand(len(x), -1, -1, -1)
        weighed = x * weight
        return cls(weighed.sum((2, 3)), (weighed * x).sum((2, 3)), weight.sum((2, 3)))

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.first + other.first, self.second + other.second, self.count + other.count
        )

    def standing_for(self, count: Tensor) -> "Moments":
        """The same distribution over another number of pixels (n, 1)."""
        share = count / self.count
        return Moments(self.first * share, self.second * share, count)

    def statistics(self, groups: int) -> GroupStatistics:
        """Mean and variance by group."""
        mean, square = (
            (sums / self.count).unflatten(1, (groups, -1)).mean(-1)
            for sums in (self.first, self.second)
        )
        return GroupStatistics(mean, torch.maximum(square - mean.square(), LEAST * square))


@contextmanager
def recorded(module: nn.Module) -> Iterator[Known]:
    """Fills a table with the statistics of every group norm that runs within."""
    known: Known = {}

    def note(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        known[norm] = statistics_of(given[0], norm.num_groups)

    norms = [part for part in module.modules() if isinstance(part, nn.GroupNorm)]
    hooks = [norm.register_forward_pre_hook(note) for norm in norms]
    try:
        yield known
    finally:
        for hook in hooks:
            hook.remove()

"""Linear layers on a processor by oneDNN, as its convolutions are: torch takes MKL, which knows no AVX-512 on AMD's."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode


class OneDnnLinear(TorchFunctionMode):
    """Has `F.linear` run by oneDNN where it can: in single precision, on a processor. Numbers differ by rounding."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is F.linear and is_plain(*args):
            return linear(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


def is_plain(x: Tensor, weight: Tensor, *_bias: Tensor | None) -> bool:
    """Whether oneDNN has a kernel for this."""
    return x.device.type == "cpu" and x.dtype == weight.dtype == torch.float32


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """As `F.linear`, without gradients: the call that torch's own compiler makes of linear layers on processors."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


def fast_linear() -> AbstractContextManager[object]:
    """While it lasts, linear layers that no gradient is wanted of run by oneDNN, if this torch has it.

    What is compiled sees to that itself.
    """
    has_op = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    if not has_op or torch.is_grad_enabled() or torch.compiler.is_compiling():
        return nullcontext()
    return OneDnnLinear()

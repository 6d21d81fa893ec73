"""Linear layers by oneDNN: the same numbers, only where nothing else is wanted."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from inlay.stable_diffusion.linear import fast_linear

side = st.integers(1, 40)


class Calls(TorchDispatchMode):
    """Remembers which operations ran."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.append(str(func))
        return func(*args, **(kwargs or {}))


def parts(
    *shape: int, out: int, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(out)
    wanted = (shape, (out, shape[-1]), (out,))
    return tuple(torch.randn(one, generator=generator, dtype=dtype) for one in wanted)


@given(st.lists(side, min_size=1, max_size=3), side, st.booleans())
@settings(max_examples=40, deadline=None)
def test_they_are_what_torch_makes_of_them_but_for_rounding(shape, out, has_bias):
    x, weight, bias = parts(*shape, out=out)
    given = (x, weight, bias if has_bias else None)
    expected = F.linear(*given)
    with torch.inference_mode(), fast_linear(), Calls() as calls:
        made = F.linear(*given)
    assert any("_linear_pointwise" in name for name in calls.names)
    assert made.shape == expected.shape
    assert torch.allclose(made, expected, atol=1e-4)


def test_a_layer_takes_part_whose_input_is_a_view():
    layer = torch.nn.Linear(6, 5)
    x = torch.randn(2, 6, 7).mT
    with torch.inference_mode():
        expected = layer(x)
        with fast_linear():
            assert torch.allclose(layer(x), expected, atol=1e-5)


def test_gradients_are_left_to_torch():
    x, weight, bias = (part.requires_grad_(True) for part in parts(3, 4, out=5))
    with fast_linear():
        F.linear(x, weight, bias).sum().backward()
    assert weight.grad is not None


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_precisions_are_left_to_torch(dtype):
    given = parts(3, 4, out=5, dtype=dtype)
    with torch.inference_mode(), fast_linear(), Calls() as calls:
        made = F.linear(*given)
    assert torch.equal(made, F.linear(*given))
    assert not any("_linear_pointwise" in name for name in calls.names)


def test_nothing_is_left_of_it_afterwards():
    given = parts(3, 4, out=5)
    with torch.inference_mode(), Calls() as calls:
        with fast_linear():
            F.linear(*given)
        calls.names.clear()
        F.linear(*given)
    assert not any("_linear_pointwise" in name for name in calls.names)

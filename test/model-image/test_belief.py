"""The choice of labels on a grid: the cheapest where that can be told, and neighbours that agree."""

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from inlay.belief import cheapest


def costs(seed: int, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def total(labels: Tensor, own: Tensor, across: Tensor, down: Tensor) -> float:
    """What a choice costs."""
    height, width = labels.shape
    cost = sum(own[y, x, labels[y, x]] for y, x in product(range(height), range(width)))
    cost += sum(
        across[y, x, labels[y, x], labels[y, x + 1]]
        for y, x in product(range(height), range(width - 1))
    )
    cost += sum(
        down[y, x, labels[y, x], labels[y + 1, x]]
        for y, x in product(range(height - 1), range(width))
    )
    return float(cost)


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 1000), st.booleans())
@settings(max_examples=40, deadline=None)
def test_in_a_line_the_choice_is_the_cheapest_of_all(length, count, seed, upright):
    height, width = (length, 1) if upright else (1, length)
    own = costs(seed, height, width, count)
    across = costs(seed + 1, height, width - 1, count, count)
    down = costs(seed + 2, height - 1, width, count, count)
    best = min(
        total(torch.tensor(labels).view(height, width), own, across, down)
        for labels in product(range(count), repeat=length)
    )
    chosen = total(cheapest(own, across, down), own, across, down)
    assert chosen == pytest.approx(best, abs=1e-5)


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_on_a_grid_it_costs_no_more_than_if_each_had_chosen_alone(seed):
    own = costs(seed, 4, 5, 3)
    across, down = 3 * costs(seed + 1, 4, 4, 3, 3), 3 * costs(seed + 2, 3, 5, 3, 3)
    chosen = total(cheapest(own, across, down), own, across, down)
    assert chosen <= total(own.argmin(2), own, across, down)


def test_one_that_is_sure_convinces_all_whose_neighbours_should_be_alike():
    own = torch.zeros(6, 7, 2)
    own[2, 3] = torch.tensor([5.0, 0.0])
    differ = 1 - torch.eye(2)
    labels = cheapest(own, differ.expand(6, 6, 2, 2), differ.expand(5, 7, 2, 2))
    assert (labels == 1).all()

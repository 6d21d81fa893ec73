"""Where a training run stands, beside its weights: step, every optimizer's moments and the random state."""

from pathlib import Path

import torch

from inlay.checkpoint import CheckpointError, load_weights, save_weights

Optimizers = dict[str, torch.optim.Optimizer]
"""A run's optimizers by name, such as `network` and `discriminator`."""


def save_run(path: Path, step: int, optimizers: Optimizers, generator: torch.Generator) -> None:
    """Writes all that `load_run` needs as safetensors, whole or not at all."""
    state = {
        f"{owner}.{index}.{name}": tensor
        for owner, optimizer in optimizers.items()
        for index, moments in optimizer.state_dict()["state"].items()
        for name, tensor in moments.items()
    }
    save_weights(path, state | {"step": torch.tensor(step), "random": generator.get_state()})


def load_run(path: Path, optimizers: Optimizers, generator: torch.Generator) -> int:
    """Restores optimizers and generator; returns the step to go on with.

    CheckpointError as `load_weights`, and for a run whose parameters were others or stood in another order.
    """
    tensors = load_weights(path)
    step = int(tensors.pop("step").item())
    generator.set_state(tensors.pop("random"))
    states: dict[str, dict[int, dict[str, torch.Tensor]]] = {}
    for key, tensor in tensors.items():
        owner, index, name = key.split(".")
        states.setdefault(owner, {}).setdefault(int(index), {})[name] = tensor
    if not states.keys() <= optimizers.keys():
        raise CheckpointError(other_parameters(path))
    for owner, state in states.items():
        restore(optimizers[owner], state, path)
    return step


def restore(
    optimizer: torch.optim.Optimizer, state: dict[int, dict[str, torch.Tensor]], path: Path
) -> None:
    """Gives an optimizer its moments back, where they fit its parameters."""
    moving = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for index, moments in state.items():
        if index >= len(moving) or moments["exp_avg"].shape != moving[index].shape:
            raise CheckpointError(other_parameters(path))
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def other_parameters(path: Path) -> str:
    """What is said of a run that is not this one."""
    return (
        f"{path.name} belongs to a run with other parameters."
        " Begin a new run from its weights with --initial-weights."
    )

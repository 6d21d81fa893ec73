"""Where a training run stands, beside its weights: step, optimizer moments and random state, as safetensors."""

from pathlib import Path

import torch

from inlay.checkpoint import CheckpointError, load_weights, save_weights


def save_run(
    path: Path, step: int, optimizer: torch.optim.Optimizer, generator: torch.Generator
) -> None:
    """Writes all that `load_run` needs, whole or not at all."""
    state = {
        f"optimizer.{index}.{name}": tensor
        for index, moments in optimizer.state_dict()["state"].items()
        for name, tensor in moments.items()
    }
    save_weights(path, state | {"step": torch.tensor(step), "random": generator.get_state()})


def load_run(path: Path, optimizer: torch.optim.Optimizer, generator: torch.Generator) -> int:
    """Restores optimizer and generator; returns the step to go on with.

    CheckpointError as `load_weights`, and for a run whose parameters were others or stood in another order.
    """
    tensors = load_weights(path)
    step = int(tensors.pop("step").item())
    generator.set_state(tensors.pop("random"))
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, tensor in tensors.items():
        _, index, name = key.split(".")
        state.setdefault(int(index), {})[name] = tensor
    moving = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for index, moments in state.items():
        if index >= len(moving) or moments["exp_avg"].shape != moving[index].shape:
            raise CheckpointError(
                f"{path.name} belongs to a run with other parameters. Begin a new run from its weights with --start."
            )
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    return step

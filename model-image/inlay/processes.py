"""The processes that share a training step, one a GPU, as `torchrun` starts them."""

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn


@dataclass(frozen=True)
class Processes:
    """This process among all; alone unless `torchrun` says otherwise."""

    rank: int
    count: int
    device: torch.device
    """Where this process computes: a GPU of its own, or the CPU."""

    @classmethod
    def start(cls, device: str = "auto") -> "Processes":
        """Joins the others where there are any; `auto` takes a GPU where there is one."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        kind = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        if count > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if kind == "cuda" else "gloo")
        place = f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if kind == "cuda" else kind
        return cls(int(os.environ.get("RANK", "0")), count, torch.device(place))

    def average_gradients(self, parameters: list[nn.Parameter]) -> None:
        """Gives every process the mean of all their gradients."""
        if self.count == 1:
            return
        for parameter in parameters:
            if parameter.grad is not None:
                dist.all_reduce(parameter.grad)
                parameter.grad /= self.count

    def agree(self, mine: bool) -> bool:
        """Whether any process says so: all stop at the same step."""
        if self.count == 1:
            return mine
        said = torch.tensor(float(mine), device=self.device)
        dist.all_reduce(said)
        return said.item() > 0

    def leave(self) -> None:
        """Waits until every process has come this far, then parts: none ends while another still saves.

        A process that ended as a member could abort: its group's threads would let go of tensors of an interpreter that
        is no more, and `torchrun` then stops the process that writes the weights.
        """
        if self.count == 1:
            return
        self.agree(True)
        dist.destroy_process_group()

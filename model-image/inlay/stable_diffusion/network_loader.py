"""Brings a profile's networks onto a device: offline, checked by their hash, in the precision that is computed in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from inlay.checkpoint import load_weights
from inlay.profile import Component, Profile
from inlay.setup_log import SetupLog
from inlay.stable_diffusion.networks import fill_network, read_config, without_weights
from inlay.weights.folder import ProfileFiles

N = TypeVar("N", bound=nn.Module)
State = dict[str, Tensor]


def as_published(state: State) -> State:
    """Tensors under the names they have."""
    return state


@dataclass(frozen=True)
class NetworkLoader:
    """One for a setup. Its methods may run in several threads; every one raises CheckpointError."""

    profile: Profile
    files: ProfileFiles
    device: torch.device
    dtype: torch.dtype
    log: SetupLog

    def component(self, name: str, make: Callable[[dict[str, Any]], N]) -> N:
        """A component of the profile, made of its `config.json` and filled with its weights."""
        component = self.profile.component(name)
        return self.network(name, lambda: make(self.config(component)), component.weights)

    def network(
        self,
        name: str,
        make: Callable[[], N],
        file: str,
        rename: Callable[[State], State] = as_published,
    ) -> N:
        """A network filled from a file."""
        network = without_weights(make, name)
        return self.place(name, fill_network(network, rename(self.weights(name, file)), file))

    def config(self, component: Component) -> dict[str, Any]:
        """A component's sizes."""
        return read_config(self.files.checked(component.config))

    def weights(self, name: str, file: str) -> State:
        """The tensors of a file, on the CPU, in the precision that is computed in."""
        with self.log.part(name, "check_ms"):
            path = self.files.checked(file)
        with self.log.part(name, "read_ms"):
            return load_weights(path, dtype=self.dtype)

    def place(self, name: str, network: N) -> N:
        """A network on the device; convolutions are fastest with the channels last."""
        with self.log.part(name, "place_ms"):
            return network.to(self.device, memory_format=torch.channels_last)

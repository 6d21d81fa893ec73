"""Low-rank changes of a UNet, merged into its weights: LCM-LoRA, Hyper-SD and whatever else trains in their layout.

Names are those of kohya's trainer: `lora_unet_`, the module's name with underscores, then `.lora_down.weight`
(r, in, ...), `.lora_up.weight` (out, r, ...) and `.alpha`. A module's weight becomes W + scale * alpha / r * up @ down
(Hu et al. 2021).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

PREFIX = "lora_unet_"
PARTS = ("lora_down.weight", "lora_up.weight", "alpha")


class LoraError(Exception):
    """A LoRA that does not fit the UNet; the message names the first module that does not."""


@dataclass(frozen=True)
class Change:
    """The low-rank change of one module's weight."""

    down: Tensor
    up: Tensor
    alpha: float

    def full(self) -> Tensor:
        """The change (out, in, ...) in fp32."""
        rank = self.down.shape[0]
        product = self.up.float().flatten(1) @ self.down.float().flatten(1)
        shape = (self.up.shape[0], *self.down.shape[1:])
        return product.reshape(shape) * (self.alpha / rank)


def merge_lora(
    state: dict[str, Tensor], lora: dict[str, Tensor], scale: float = 1.0
) -> dict[str, Tensor]:
    """A UNet's state dict in diffusers' names with a LoRA merged; `state` is left as it is.

    Products are computed in fp32 and come out in each weight's own precision. Raises LoraError for names that are not
    in the layout, modules that the UNet does not have, and shapes that do not fit.
    """
    weights = {
        PREFIX + name.removesuffix(".weight").replace(".", "_"): name
        for name in state
        if name.endswith(".weight")
    }
    merged = dict(state)
    for module, change in read_changes(lora).items():
        name = weights.get(module)
        if name is None:
            raise LoraError(f"{module}: the UNet has no such module; is this LoRA for another one?")
        weight, difference = state[name], change.full()
        if difference.shape != weight.shape:
            raise LoraError(
                f"{module}: it changes {tuple(difference.shape)},"
                f" and the UNet's weight has {tuple(weight.shape)}"
            )
        merged[name] = (weight.float() + scale * difference).to(weight.dtype)
    return merged


def read_changes(lora: dict[str, Tensor]) -> dict[str, Change]:
    """The changes of a LoRA's file by module. Without an alpha it is the rank."""
    modules: dict[str, dict[str, Tensor]] = {}
    for name, tensor in lora.items():
        module, _, part = name.partition(".")
        if not module.startswith(PREFIX) or part not in PARTS:
            raise LoraError(
                f"{name}: not understood; names like {PREFIX}..._to_q.lora_down.weight are"
            )
        modules.setdefault(module, {})[part] = tensor
    if not modules:
        raise LoraError("the file has no LoRA")
    return {module: change_of(module, parts) for module, parts in modules.items()}


def change_of(module: str, parts: dict[str, Tensor]) -> Change:
    """The change that the parts of one module make."""
    down, up = (parts.get(part) for part in PARTS[:2])
    if down is None or up is None:
        raise LoraError(f"{module}: {PARTS[0 if down is None else 1]} is missing")
    # The second factor of a convolution has a kernel of one pixel.
    if down.shape[0] != up.shape[1] or up[0, 0].numel() != 1:
        raise LoraError(
            f"{module}: {tuple(up.shape)} does not follow {tuple(down.shape)} with one rank"
        )
    for tensor in parts.values():
        if not torch.isfinite(tensor).all():
            raise LoraError(f"{module}: it holds values that are not finite")
    alpha = parts.get("alpha")
    return Change(down, up, float(down.shape[0] if alpha is None else alpha))

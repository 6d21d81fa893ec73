"""Gives a widened decoder's group norms the statistics that the trained one's have.

Where some channels of a group are repeated and some are not, the group's mean and deviation move, and everything after
with them. Scale and shift of each channel are set anew, in the order in which the norms run, so that over some
photographs each channel leaves its norm with the mean and deviation that it had (as Mishkin and Matas start networks,
2016).
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inlay.autoencoder import Autoencoder
from inlay.widen import sources

Hook = Callable[[nn.GroupNorm, tuple[Tensor], Tensor], Tensor | None]


@torch.no_grad()
def match_norms(wide: Autoencoder, trained: Autoencoder, images: Tensor, masks: Tensor) -> None:
    """Sets the norms of `wide`, which was widened from `trained`; pictures (B, 3, H, W), masks (B, 1, H, W)."""
    latents = wide.encode(images).mean
    known: dict[str, tuple[Tensor, Tensor]] = {}

    def note(name: str) -> Hook:
        def hook(norm: nn.GroupNorm, given: tuple[Tensor], out: Tensor) -> None:
            known[name] = statistics(out)

        return hook

    def follow(name: str) -> Hook:
        def hook(norm: nn.GroupNorm, given: tuple[Tensor], out: Tensor) -> Tensor | None:
            if name not in known:
                return None
            mean, deviation = known[name]
            repeats = sources(len(mean), norm.num_channels, norm.num_groups)
            normed = F.group_norm(given[0], norm.num_groups, eps=norm.eps)
            own_mean, own_deviation = statistics(normed)
            scale = norm.weight.sign() * deviation[repeats] / own_deviation
            norm.weight.copy_(scale)
            norm.bias.copy_(mean[repeats] - own_mean * scale)
            return norm.forward(given[0])

        return hook

    run(trained, note, latents, images, masks)
    run(wide, follow, latents, images, masks)


def run(
    autoencoder: Autoencoder,
    hook_of: Callable[[str], Hook],
    latents: Tensor,
    images: Tensor,
    masks: Tensor,
) -> None:
    """Decodes once with a hook on each of the decoder's norms, named as in its state."""
    norms = {n: m for n, m in autoencoder.decoder.named_modules() if isinstance(m, nn.GroupNorm)}
    handles = [norm.register_forward_hook(hook_of(name)) for name, norm in norms.items()]
    has_condition = hasattr(autoencoder.decoder, "condition_encoder")
    autoencoder.decode(latents, *((images, masks) if has_condition else ()))
    for handle in handles:
        handle.remove()


def statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel of (B, C, ...) over everything else."""
    rows = x.transpose(0, 1).flatten(1)
    return rows.mean(1), rows.std(1) + 1e-6

"""What a decoder makes of true latents: the paper's Pre_error, and what stands beside it."""

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from inlay.autoencoder import Autoencoder
from inlay.metrics.kept import pre_error, pre_error_sum, psnr
from inlay.metrics.seam import drift
from inlay.reports.examples import Example

DRIFTING = 8
"""Examples that are decoded ten times over."""


def measure_true_latents(
    ours: Autoencoder, vanilla: Autoencoder, examples: list[Example]
) -> dict[str, float]:
    """Mean figures of the asymmetric decoder and of the vanilla one of the same encoder."""
    return means(decode_true_latents(ours, vanilla, examples))


def means(columns: dict[str, list[float]]) -> dict[str, float]:
    """The mean of every figure over the examples that have it."""
    figures = {name: float(np.nanmean(values)) for name, values in columns.items()}
    figures["pre_error ratio"] = figures["pre_error vanilla"] / figures["pre_error asymmetric"]
    return figures


@torch.inference_mode()
def decode_true_latents(
    ours: Autoencoder, vanilla: Autoencoder, examples: list[Example]
) -> dict[str, list[float]]:
    """The same, for every example by itself."""
    columns: dict[str, list[Tensor]] = {}

    def note(name: str, value: Tensor) -> None:
        columns.setdefault(name, []).append(value)

    for example in tqdm(examples, desc="true latents"):
        image, mask = example.image, example.mask
        latents = ours.encode(image).mean
        decodes = {
            "vanilla": vanilla.decode(latents),
            "asymmetric": ours.decode(latents, image, mask),
            "asymmetric, without mask": ours.decode(latents),
        }
        for name, decoded in decodes.items():
            note(f"pre_error {name}", pre_error(decoded, image, mask))
            note(f"pre_error as a sum, {name}", pre_error_sum(decoded, image, mask))
            note(f"edited region error, {name}", pre_error(decoded, image, 1 - mask))
        for name in ("vanilla", "asymmetric, without mask"):
            note(f"psnr of a plain reconstruction, {name} (dB)", psnr(decodes[name], image))
    return {name: torch.cat(values).tolist() for name, values in columns.items()}


@torch.inference_mode()
def measure_drift(
    ours: Autoencoder, vanilla: Autoencoder, examples: list[Example]
) -> dict[str, float]:
    """What ten raw decodes in a row make of kept pixels, as the mean absolute difference on [-1, 1]."""
    lost: dict[str, list[float]] = {"vanilla": [], "asymmetric": []}
    for example in tqdm(examples[:DRIFTING], desc="drift"):
        image, mask = example.image, example.mask

        def softened(picture: Tensor, _number: int) -> Tensor:
            return vanilla.decode(vanilla.encode(picture).mean).clamp(-1, 1)

        def kept(picture: Tensor, _number: int, mask: Tensor = mask) -> Tensor:
            return ours.decode(ours.encode(picture).mean, picture, mask).clamp(-1, 1)

        lost["vanilla"].append(drift(image, softened, kept=1 - mask)[-1])
        lost["asymmetric"].append(drift(image, kept, kept=1 - mask)[-1])
    return {f"drift after 10 decodes, {n}": sum(v) / max(len(v), 1) for n, v in lost.items()}

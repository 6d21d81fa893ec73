"""Trains one network of a profile: `python -m inlay.train autoencoder|decoder|unet --minutes 30`.

Runs resume from their newest checkpoint. Each stage needs the ones before it: the decoder and the UNet learn on the
frozen encoder of the autoencoder.
"""

import argparse
import csv
import itertools
import json
import time
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from inlay.autoencoder import FACTOR, Autoencoder
from inlay.blend import reduce_mask
from inlay.checkpoint import load_into, load_weights, save_weights
from inlay.config import AUTOENCODERS, UNetConfig
from inlay.copy_start import start_as_copy
from inlay.data import CropStream
from inlay.diffusion import add_noise
from inlay.disturb import disturb
from inlay.masks import random_mask
from inlay.run_state import load_run, save_run
from inlay.unet import UNet

STAGES = ("autoencoder", "decoder", "unet")


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a run; saved beside its checkpoint."""

    stage: str = "autoencoder"
    autoencoder: str = "tiny-base"
    pictures: Path = Path("data/pictures")
    runs: Path = Path("runs")
    start: Path = Path()
    """Weights of an earlier run to begin with; the optimizer starts anew, with its warm-up."""
    minutes: float = 30.0
    steps: int = 1_000_000
    size: int = 128
    batch: int = 8
    learning_rate: float = 4e-4
    warmup: int = 100
    divergence: float = 1e-6
    full_masks: float = 0.5
    disturbed: float = 0.75
    average: float = 0.999
    save_every: int = 100
    seed: int = 0


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("stage", choices=STAGES)
    for field in fields(TrainConfig):
        if field.name != "stage":
            flag = f"--{field.name.replace('_', '-')}"
            parser.add_argument(flag, type=type(field.default), default=field.default)
    train(TrainConfig(**vars(parser.parse_args())))


def train(config: TrainConfig) -> list[float]:
    """Trains one stage until its minutes or steps are over; returns the losses of this call, one a step."""
    folder = config.runs / config.stage
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config.seed)
    autoencoder = Autoencoder(AUTOENCODERS[config.autoencoder])
    network, trained = build(config, autoencoder)
    average = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimizer = torch.optim.AdamW(trained, lr=config.learning_rate, weight_decay=0.0)
    generator = torch.Generator().manual_seed(config.seed)
    step = resume(config, folder, network, average, optimizer, generator)
    stream = CropStream(config.pictures, config.size, generator)

    losses: list[float] = []
    started = time.monotonic()
    log = csv.writer((folder / "loss.csv").open("a", newline="", buffering=1))
    bar = tqdm(itertools.count(step), desc=config.stage, initial=step, mininterval=10)
    for step in bar:
        elapsed = (time.monotonic() - started) / 60
        if elapsed >= config.minutes or step >= config.steps:
            break
        rate = config.learning_rate * min(1.0, (step + 1) / config.warmup)
        # The last fifth of the time falls to three tenths of the rate, so that what is kept has settled.
        rate *= 1.0 if elapsed < 0.8 * config.minutes else 0.3
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(config, autoencoder, network, stream, generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        blend_average(average, network, min(config.average, (step + 1) / (step + 10)))
        losses.append(loss.item())
        log.writerow([step, f"{losses[-1]:.6f}"])
        bar.set_postfix(loss=f"{sum(losses[-50:]) / len(losses[-50:]):.4f}", refresh=False)
        if (step + 1) % config.save_every == 0:
            save(config, folder, step + 1, network, average, optimizer, generator)
    save(config, folder, step, network, average, optimizer, generator)
    return losses


def build(config: TrainConfig, autoencoder: Autoencoder) -> tuple[nn.Module, list[nn.Parameter]]:
    """The network that a stage trains and its moving parameters; earlier stages are loaded and frozen."""
    if config.stage == "autoencoder":
        moving = [p for n, p in autoencoder.named_parameters() if "condition_encoder" not in n]
        return autoencoder, moving
    weights = config.runs / "autoencoder" / "average.safetensors"
    load_into(autoencoder, load_weights(weights), weights.name)
    autoencoder.requires_grad_(False)
    if config.stage == "decoder":
        autoencoder.decoder.requires_grad_(True)
        start_as_copy(autoencoder)
        return autoencoder, list(autoencoder.decoder.parameters())
    unet = UNet(UNetConfig())
    some = CropStream(config.pictures, config.size, torch.Generator().manual_seed(config.seed))
    with torch.no_grad():
        unet.latent_scale.fill_(1 / autoencoder.encode(some.batch(32)).mean.std())
    return unet, list(unet.parameters())


def loss_of(
    config: TrainConfig,
    autoencoder: Autoencoder,
    network: nn.Module,
    stream: CropStream,
    generator: torch.Generator,
) -> Tensor:
    """The loss of one fresh batch."""
    image = stream.batch(config.batch)
    if config.stage == "autoencoder":
        posterior = autoencoder.encode(image)
        decoded = autoencoder.decode(posterior.sample(generator))
        return F.l1_loss(decoded, image) + config.divergence * posterior.divergence().mean()

    full = config.full_masks if config.stage == "decoder" else 0.1
    mask = torch.stack([random_mask(config.size, generator, full) for _ in range(config.batch)])
    small = (config.size // FACTOR, config.size // FACTOR)
    hole = reduce_mask(mask, small, "area")
    with torch.no_grad():
        latents = autoencoder.encode(image).mean
    if config.stage == "decoder":
        if torch.rand((), generator=generator) < config.disturbed:
            partial = (hole.amin(dim=(1, 2, 3), keepdim=True) < 1).float()
            latents = disturb(latents, hole * partial, generator)
        return F.l1_loss(autoencoder.decode(latents, image, mask), image)

    with torch.no_grad():
        masked = autoencoder.encode(image * (1 - mask)).mean
    scale = network.latent_scale
    t = torch.rand(config.batch, generator=generator)
    noise = torch.randn(latents.shape, generator=generator)
    noisy, velocity = add_noise(latents * scale, noise, t)
    error = (network(noisy, t, hole, masked * scale) - velocity) ** 2
    # Outside the hole the answer is given; a small weight keeps the two sides in step.
    weight = hole + 0.1 * (1 - hole)
    return (error * weight).sum() / (weight.sum() * latents.shape[1])


def blend_average(average: dict[str, Tensor], network: nn.Module, keep: float) -> None:
    """Moves the running average of the weights a step towards them."""
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            average[name].lerp_(tensor, 1 - keep)


def save(
    config: TrainConfig,
    folder: Path,
    step: int,
    network: nn.Module,
    average: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> None:
    """Writes a checkpoint that `resume` goes on from, step for step."""
    save_weights(folder / "weights.safetensors", network.state_dict())
    save_weights(folder / "average.safetensors", average)
    save_run(folder / "run.safetensors", step, optimizer, generator)
    described = asdict(replace(config)) | {"step": step}
    (folder / "config.json").write_text(json.dumps(described, indent=2, default=str) + "\n")


def begin_with(state: dict[str, Tensor], network: nn.Module, average: dict[str, Tensor]) -> None:
    """Fills a network and its running average with the weights of an earlier run."""
    load_into(network, state, "the weights to start with")
    average.update({name: tensor.clone() for name, tensor in network.state_dict().items()})


def resume(
    config: TrainConfig,
    folder: Path,
    network: nn.Module,
    average: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> int:
    """Loads the newest checkpoint of a run, if there is one; returns the step to go on with."""
    if not (folder / "run.safetensors").is_file():
        if config.start.is_file():
            begin_with(load_weights(config.start), network, average)
        return 0
    load_into(network, load_weights(folder / "weights.safetensors"), "weights.safetensors")
    average.update(load_weights(folder / "average.safetensors"))
    return load_run(folder / "run.safetensors", optimizer, generator)


if __name__ == "__main__":
    main()

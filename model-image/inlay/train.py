"""Trains one network of a profile: `python -m inlay.train autoencoder|decoder|unet --minutes 30`.

Runs resume from their newest checkpoint. Each stage needs the ones before it: the decoder and the UNet learn on the
frozen encoder of the autoencoder. Under `torchrun` several processes share a step; each draws its own batches.
"""

import argparse
import csv
import itertools
import json
import time
from dataclasses import asdict, fields
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from inlay.checkpoint import load_into, load_weights, save_weights
from inlay.data import CropStream
from inlay.loss_plot import plot_losses
from inlay.processes import Processes
from inlay.run_state import Optimizers, load_run, save_run
from inlay.sample_grid import save_samples
from inlay.schedule import learning_rate
from inlay.stage import Stage, batch_loss, build
from inlay.train_config import STAGES, TrainConfig


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("stage", choices=STAGES)
    for field in fields(TrainConfig):
        flag = f"--{field.name.replace('_', '-')}"
        if isinstance(field.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=field.default)
        elif field.name != "stage":
            parser.add_argument(flag, type=type(field.default), default=field.default)
    train(TrainConfig(**vars(parser.parse_args())))


def train(config: TrainConfig) -> list[float]:
    """Trains one stage until its minutes or steps are over; returns the losses of this call, one a step."""
    processes = Processes.start(config.device)
    folder = config.runs / config.stage
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config.seed)
    stage = build(config).to(processes.device)
    average = {name: tensor.clone() for name, tensor in stage.network.state_dict().items()}
    optimizers = optimizers_of(stage, config)
    generator = torch.Generator().manual_seed(config.seed + processes.rank)
    step = resume(config, folder, stage, average, optimizers, generator)
    stream = CropStream(config.pictures, config.size, generator, config.recolour)

    losses: list[float] = []
    started = time.monotonic()
    log = csv.writer((folder / "loss.csv").open("a", newline="", buffering=1))
    bar = tqdm(itertools.count(step), desc=config.stage, initial=step, mininterval=10)
    for step in bar:
        elapsed = (time.monotonic() - started) / 60
        done = max(elapsed / config.minutes, step / config.steps)
        if processes.agree(done >= 1 or step >= config.steps):
            break
        rate = learning_rate(config.learning_rate, step, config.warmup, done, config.decay)
        for optimizer in optimizers.values():
            optimizer.zero_grad(set_to_none=True)
            for group in optimizer.param_groups:
                group["lr"] = rate * group["share"]
        total = 0.0
        for _ in range(config.accumulate):
            bf16 = config.precision == "bf16"
            with torch.autocast(processes.device.type, torch.bfloat16, enabled=bf16):
                loss, judged = batch_loss(stage, config, stream, generator, step)
            (loss / config.accumulate).backward()
            if judged is not None:
                (judged / config.accumulate).backward()
            total += loss.item() / config.accumulate
        processes.average_gradients([*stage.moving, *stage.loss.parameters()])
        nn.utils.clip_grad_norm_(stage.moving, 1.0)
        for optimizer in optimizers.values():
            optimizer.step()
        blend_average(average, stage.network, min(config.average, (step + 1) / (step + 10)))
        losses.append(total)
        bar.set_postfix(loss=f"{sum(losses[-50:]) / len(losses[-50:]):.4f}", refresh=False)
        if processes.rank == 0:
            log.writerow([step, f"{total:.6f}"])
            if (step + 1) % config.save_every == 0:
                save(config, folder, step + 1, stage, average, optimizers, generator)
            if (step + 1) % config.samples_every == 0:
                save_samples(stage, config, folder / f"samples-{step + 1:07d}.png")
    if processes.rank == 0:
        save(config, folder, step, stage, average, optimizers, generator)
        plot_losses(folder / "loss.csv", folder / "loss.png")
        save_samples(stage, config, folder / "samples.png")
    processes.leave()
    return losses


def optimizers_of(stage: Stage, config: TrainConfig) -> Optimizers:
    """The network's optimizer, and the discriminator's own where there is one."""
    rate = config.learning_rate
    optimizers: Optimizers = {"network": torch.optim.AdamW(stage.groups, rate, weight_decay=0.0)}
    if stage.discriminator is not None:
        groups = [{"params": list(stage.discriminator.parameters()), "share": 1.0}]
        optimizers["discriminator"] = torch.optim.AdamW(groups, rate, (0.5, 0.9), weight_decay=0.0)
    return optimizers


def blend_average(average: dict[str, Tensor], network: nn.Module, keep: float) -> None:
    """Moves the running average of the weights a step towards them."""
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            average[name].lerp_(tensor, 1 - keep)


def save(
    config: TrainConfig,
    folder: Path,
    step: int,
    stage: Stage,
    average: dict[str, Tensor],
    optimizers: Optimizers,
    generator: torch.Generator,
) -> None:
    """Writes a checkpoint that `resume` goes on from, step for step."""
    save_weights(folder / "weights.safetensors", stage.network.state_dict())
    save_weights(folder / "average.safetensors", average)
    save_weights(folder / "loss.safetensors", stage.loss.learnt())
    save_run(folder / "run.safetensors", step, optimizers, generator)
    described = asdict(config) | {"step": step}
    (folder / "config.json").write_text(json.dumps(described, indent=2, default=str) + "\n")


def resume(
    config: TrainConfig,
    folder: Path,
    stage: Stage,
    average: dict[str, Tensor],
    optimizers: Optimizers,
    generator: torch.Generator,
) -> int:
    """Loads the newest checkpoint of a run, or the weights to start with; returns the step to go on with."""
    network = stage.network
    if (folder / "run.safetensors").is_file():
        load_into(network, load_weights(folder / "weights.safetensors"), "weights.safetensors")
        stage.loss.relearn(load_weights(folder / "loss.safetensors"))
        saved = load_weights(folder / "average.safetensors")
        average.update({name: tensor.to(average[name].device) for name, tensor in saved.items()})
        return load_run(folder / "run.safetensors", optimizers, generator)
    if config.initial_weights.is_file():
        load_into(network, load_weights(config.initial_weights), config.initial_weights.name)
        average.update({name: tensor.clone() for name, tensor in network.state_dict().items()})
    return 0


if __name__ == "__main__":
    main()

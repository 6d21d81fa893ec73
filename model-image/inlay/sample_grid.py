"""What a network in training makes of a few pictures, to be looked at."""

from pathlib import Path

import torch
from torch import Tensor

from inlay.data import CropStream
from inlay.diffusion import sample, seeded_noise
from inlay.grid import save_grid
from inlay.hole import show_hole
from inlay.masks import random_mask
from inlay.stage import Stage
from inlay.train_config import TrainConfig

ROWS = 4
STEPS = 10


@torch.no_grad()
def save_samples(stage: Stage, config: TrainConfig, target: Path) -> None:
    """Writes a grid of the same few crops each time: the input, its hole, and what the stage's network makes of it."""
    generator = torch.Generator().manual_seed(config.seed + 1)
    stream = CropStream(config.pictures, config.size, generator)
    autoencoder = stage.autoencoder
    stage.network.eval()
    device = stage.moving[0].device
    rows = []
    for _ in range(ROWS):
        image = stream.batch(1).to(device)
        mask = random_mask(config.size, generator)[None].to(device)
        shown = image * (1 - mask) + mask
        latents = autoencoder.encode(image).mean
        if config.stage == "autoencoder":
            rows.append([image, autoencoder.decode(latents).clamp(-1, 1)])
        elif config.stage == "decoder":
            rows.append([image, shown, autoencoder.decode(latents, image, mask).clamp(-1, 1)])
        else:
            rows.append([image, shown, fill(stage, image, mask)])
    stage.network.train()
    titles = ("input", "decoded") if config.stage == "autoencoder" else ("input", "mask", "result")
    save_grid(target, rows, titles)


def fill(stage: Stage, image: Tensor, mask: Tensor) -> Tensor:
    """A hole filled by the UNet in training, decoded with what is kept."""
    unet, autoencoder = stage.network, stage.autoencoder
    hole, masked = show_hole(autoencoder, image, mask)
    masked = masked * unet.latent_scale
    noise = seeded_noise([0], (unet.config.latent_channels, *hole.shape[-2:])).to(image)
    latents = sample(
        lambda noisy, t: unet(noisy, t, hole, masked), noise, STEPS, lambda _done, _total: None
    )
    return autoencoder.decode(latents / unet.latent_scale, image, mask).clamp(-1, 1)

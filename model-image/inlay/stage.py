"""What each stage of training moves, and the loss of a batch: autoencoder, decoder on the frozen encoder, UNet."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import CheckpointError, load_into, load_weights
from inlay.config import AUTOENCODERS, UNetConfig
from inlay.copy_start import start_as_copy
from inlay.data import CropStream
from inlay.diffusion import add_noise
from inlay.disturb import disturb
from inlay.hole import latent_hole, show_hole
from inlay.lama_masks import STYLES, lama_mask
from inlay.losses.decoder_loss import DecoderLoss
from inlay.losses.edge import edge_weights
from inlay.losses.preset import PRESETS
from inlay.losses.vgg import Vgg16
from inlay.masks import random_mask, uniform
from inlay.match_norms import match_norms
from inlay.metrics.perceptual import load_layer_weights
from inlay.train_config import TrainConfig
from inlay.unet import UNet
from inlay.widen import config_of, widen

UNET_FULL_MASKS = 0.1


@dataclass
class Stage:
    """A network in training: what moves and how fast, and what its steps bring down."""

    network: nn.Module
    groups: list[dict[str, object]]
    """The optimizer's parameter groups; `share` is a group's part of the learning rate."""
    autoencoder: Autoencoder
    loss: DecoderLoss

    @property
    def moving(self) -> list[nn.Parameter]:
        return [p for group in self.groups for p in group["params"]]

    @property
    def discriminator(self) -> nn.Module | None:
        return getattr(self.loss, "discriminator", None)

    def to(self, device: torch.device) -> "Stage":
        """The stage with all its networks on a device."""
        for module in (self.network, self.autoencoder, self.loss):
            module.to(device)
        return self


def build(config: TrainConfig) -> Stage:
    """The stage's network, with the stages before it loaded and frozen."""
    autoencoder = Autoencoder(AUTOENCODERS[config.autoencoder])
    preset = PRESETS[config.preset]
    network = Vgg16.load(config.vgg, config.vgg_sha256) if preset.perceptual != "none" else None
    layers = load_layer_weights(config.lpips) if config.lpips.is_file() else None
    loss = DecoderLoss(preset, network, layers, config.discriminator_width)
    if config.stage == "autoencoder":
        still = ("encoder.", "quant_conv.") if config.freeze_encoder else ()
        for name, parameter in autoencoder.named_parameters():
            parameter.requires_grad_(not name.startswith(("decoder.condition_encoder", *still)))
        moving = [p for p in autoencoder.parameters() if p.requires_grad]
        if preset.learnt_variance:
            moving.append(loss.log_variance)
        return Stage(autoencoder, [{"params": moving, "share": 1.0}], autoencoder, loss)

    weights = config.runs / "autoencoder" / "average.safetensors"
    trained = load_trained(autoencoder, weights, config.pretrained_decoder)
    autoencoder.requires_grad_(False)
    if config.stage == "decoder":
        if config.pretrained_decoder:
            match_trained(autoencoder, trained, config)
        return Stage(autoencoder, decoder_groups(autoencoder, loss, config), autoencoder, loss)
    unet = UNet(UNetConfig())
    some = CropStream(config.pictures, config.size, torch.Generator().manual_seed(config.seed))
    with torch.no_grad():
        unet.latent_scale.fill_(1 / autoencoder.encode(some.batch(32)).mean.std())
    return Stage(unet, [{"params": list(unet.parameters()), "share": 1.0}], autoencoder, loss)


def load_trained(autoencoder: Autoencoder, path: Path, decoder: bool) -> dict[str, Tensor]:
    """Takes over a trained autoencoder, whose tensors it returns.

    Without `decoder` the decoder's own weights stay what they are; else a narrower or shallower one is widened to this
    one's size. Condition branch and blends are left alone where the file has none. CheckpointError where the rest does
    not fit.
    """
    own = autoencoder.state_dict()
    trained = load_weights(path)
    if not decoder or "decoder.conv_out.weight" not in trained:
        state = {n: t for n, t in trained.items() if decoder or not n.startswith("decoder.")}
        if not decoder:
            state |= {n: t for n, t in own.items() if n.startswith("decoder.")}
        load_into(autoencoder, state, path.name)
        return trained
    try:
        widened = widen(trained, own, autoencoder.config.groups, torch.Generator().manual_seed(0))
    except ValueError as error:
        raise CheckpointError(f"{path.name}: {error}") from error
    load_into(autoencoder, trained | widened, path.name)
    return trained


def match_trained(
    autoencoder: Autoencoder, trained: dict[str, Tensor], config: TrainConfig
) -> None:
    """Has a decoder that was widened unevenly start nearer to the one that it was widened from."""
    narrow = config_of(trained, autoencoder.config)
    if autoencoder.config.decoder_widths[0] % narrow.decoder_widths[0] == 0:
        return
    before = Autoencoder(narrow)
    load_into(before, trained, "the narrower decoder")
    generator = torch.Generator().manual_seed(config.seed)
    images = CropStream(config.pictures, config.size, generator).batch(16)
    full = PRESETS[config.preset].full_masks
    masks = torch.stack([hole_of(config, generator, full) for _ in range(16)])
    match_norms(autoencoder, before, images, masks)


def decoder_groups(
    autoencoder: Autoencoder, loss: DecoderLoss, config: TrainConfig
) -> list[dict[str, object]]:
    """The decoder alone moves: its condition branch at the full rate, what was trained before at its share of it."""
    decoder = autoencoder.decoder
    decoder.requires_grad_(True)
    if config.copy_start:
        start_as_copy(autoencoder)
    fresh = [*decoder.condition_encoder.parameters(), *decoder.blends.parameters()]
    known = {id(parameter) for parameter in fresh}
    trained = [p for p in decoder.parameters() if id(p) not in known]
    if loss.preset.learnt_variance:
        fresh.append(loss.log_variance)
    return [{"params": fresh, "share": 1.0}, {"params": trained, "share": config.trained_share}]


def batch_loss(
    stage: Stage, config: TrainConfig, stream: CropStream, generator: torch.Generator, step: int
) -> tuple[Tensor, Tensor | None]:
    """The loss of one fresh batch, and the discriminator's where there is one."""
    device = stage.moving[0].device
    image = stream.batch(config.batch).to(device)
    if config.stage == "autoencoder":
        return autoencoder_loss(stage, image, config, generator, step)
    full = stage.loss.preset.full_masks if config.stage == "decoder" else UNET_FULL_MASKS
    masks = torch.stack([hole_of(config, generator, full) for _ in range(config.batch)]).to(device)
    if config.stage == "decoder":
        return decoder_loss(stage, image, masks, config, generator, step)
    return unet_loss(stage, image, masks, config.draws, generator), None


def hole_of(config: TrainConfig, generator: torch.Generator, full: float) -> Tensor:
    """A mask (1, size, size), 1 = repaint; all ones by the share `full`."""
    if config.masks == "mixed":
        return random_mask(config.size, generator, full)
    if uniform(generator) < full:
        return torch.ones(1, config.size, config.size)
    return lama_mask(STYLES[config.masks], config.size, generator)


def autoencoder_loss(
    stage: Stage, image: Tensor, config: TrainConfig, generator: torch.Generator, step: int
) -> tuple[Tensor, Tensor | None]:
    """The preset's loss of a reconstruction from drawn latents, and their distance from the unit Gaussian."""
    autoencoder, loss = stage.autoencoder, stage.loss
    posterior = autoencoder.encode(image)
    decoded = autoencoder.decode(posterior.sample(generator))
    judged = loss.for_discriminator(decoded, image, step)
    last = autoencoder.decoder.conv_out.weight
    divergence = config.divergence * posterior.divergence().mean()
    return loss.for_decoder(decoded, image, step, last) + divergence, judged


def decoder_loss(
    stage: Stage,
    image: Tensor,
    mask: Tensor,
    config: TrainConfig,
    generator: torch.Generator,
    step: int,
) -> tuple[Tensor, Tensor | None]:
    """The preset's loss of pictures decoded from true latents, or from such as a sampler would leave."""
    autoencoder, loss = stage.autoencoder, stage.loss
    with torch.no_grad():
        posterior = autoencoder.encode(image)
        drawn = loss.preset.sampled_latents
        latents = posterior.sample(generator) if drawn else posterior.mean
    if uniform(generator) < config.disturbed:
        hole = latent_hole(mask)
        partial = (hole.amin(dim=(1, 2, 3), keepdim=True) < 1).float()
        latents = disturb(latents, hole * partial, generator)
    decoded = autoencoder.decode(latents, image, mask)
    last = autoencoder.decoder.conv_out.weight
    judged = loss.for_discriminator(decoded, image, step)
    weights = edge_weights(mask, config.edge_weight) if config.edge_weight > 0 else None
    return loss.for_decoder(decoded, image, step, last, weights), judged


def unet_loss(
    stage: Stage, image: Tensor, mask: Tensor, draws: int, generator: torch.Generator
) -> Tensor:
    """Squared error of the predicted velocity (Salimans and Ho 2022), mostly inside the hole.

    Each picture is encoded once and met at `draws` times, each with a noise of its own.
    """
    unet, autoencoder = stage.network, stage.autoencoder
    with torch.no_grad():
        latents = autoencoder.encode(image).mean
        hole, masked = show_hole(autoencoder, image, mask)
    hole, latents, masked = (x.repeat(draws, 1, 1, 1) for x in (hole, latents, masked))
    scale = unet.latent_scale
    t = torch.rand(len(latents), generator=generator).to(latents)
    noise = torch.randn(latents.shape, generator=generator).to(latents)
    noisy, velocity = add_noise(latents * scale, noise, t)
    error = (unet(noisy, t, hole, masked * scale) - velocity) ** 2
    # Outside the hole the answer is given; a small weight keeps the two sides in step.
    weight = hole + 0.1 * (1 - hole)
    return (error * weight).sum() / (weight.sum() * latents.shape[1])

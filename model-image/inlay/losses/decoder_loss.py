"""A decoder's whole loss under a preset, with what has to be trained beside it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inlay.checkpoint import load_into
from inlay.losses.grain import grain_distance
from inlay.losses.patch_gan import (
    PatchDiscriminator,
    adaptive_weight,
    hinge_generator_loss,
    hinge_losses,
    log_generator_loss,
    log_losses,
)
from inlay.losses.preset import LossPreset
from inlay.losses.vgg import feature_distance
from inlay.metrics.perceptual import lpips


class DecoderLoss(nn.Module):
    """Pixel, perceptual and adversarial loss, each as the preset has it.

    `network` maps pictures to lists of features (VGG-16 in production) and is not trained; `layer_weights` are LPIPS's,
    one (c,) a layer. Both are needed only where the preset names them. The discriminator and the learnt variance are
    this module's parameters.
    """

    def __init__(
        self,
        preset: LossPreset,
        network: nn.Module | None = None,
        layer_weights: list[Tensor] | None = None,
        discriminator_width: int = 64,
    ) -> None:
        super().__init__()
        if preset.perceptual != "none" and network is None:
            raise ValueError(f"the perceptual loss {preset.perceptual} needs a network: give --vgg")
        if preset.perceptual == "lpips" and layer_weights is None:
            raise ValueError("LPIPS needs its layers' weights: give --lpips")
        self.preset = preset
        self.network = network
        self.layer_weights = layer_weights or []
        if preset.adversarial != "none":
            self.discriminator = PatchDiscriminator(discriminator_width)
        self.log_variance = nn.Parameter(torch.zeros(()), requires_grad=preset.learnt_variance)

    def for_decoder(
        self,
        decoded: Tensor,
        image: Tensor,
        step: int,
        last_layer: Tensor,
        weights: Tensor | None = None,
    ) -> Tensor:
        """What the decoder brings down, for pictures (B, 3, H, W); `last_layer` is its output's weight.

        `weights` (B, 1, H, W) say how much each pixel's error counts; all the same without them.
        """
        pixel = self.reconstruction(decoded, image, weights)
        if self.preset.adversarial == "none" or step < self.preset.adversarial_from:
            return pixel
        # The decoder's loss is to move the decoder alone.
        self.discriminator.requires_grad_(False)
        fake = self.discriminator(decoded)
        self.discriminator.requires_grad_(True)
        log = self.preset.adversarial == "log"
        adversarial = log_generator_loss(fake) if log else hinge_generator_loss(fake)
        weight = adaptive_weight(pixel, adversarial, last_layer)
        return pixel + weight * self.preset.adversarial_factor * adversarial

    def for_discriminator(self, decoded: Tensor, image: Tensor, step: int) -> Tensor | None:
        """What the discriminator brings down; None while there is none, or it does not count yet."""
        if self.preset.adversarial == "none" or step < self.preset.adversarial_from:
            return None
        losses = log_losses if self.preset.adversarial == "log" else hinge_losses
        return losses(self.discriminator(image), self.discriminator(decoded.detach()))

    def reconstruction(
        self, decoded: Tensor, image: Tensor, weights: Tensor | None = None
    ) -> Tensor:
        """Pixel, perceptual and grain loss."""
        loss = pixel_distance(decoded, image, weights)
        if self.preset.grain > 0:
            loss = loss + self.preset.grain * grain_distance(decoded, image)
        if self.preset.perceptual == "vgg":
            loss = loss + feature_distance(self.network, decoded, image)
        elif self.preset.perceptual == "lpips":
            loss = loss + lpips(decoded, image, self.network, self.layer_weights).mean()
        if self.preset.learnt_variance:
            loss = loss * torch.exp(-self.log_variance) + self.log_variance
        return loss

    def learnt(self) -> dict[str, Tensor]:
        """What training moves here, for a checkpoint: the frozen network is not part of it."""
        return {n: t for n, t in self.state_dict().items() if not n.startswith("network.")}

    def relearn(self, state: dict[str, Tensor]) -> None:
        """Takes back what `learnt` gave; CheckpointError where it does not fit."""
        frozen = {n: t for n, t in self.state_dict().items() if n.startswith("network.")}
        load_into(self, state | frozen, "loss.safetensors")


def pixel_distance(decoded: Tensor, image: Tensor, weights: Tensor | None) -> Tensor:
    """The mean absolute difference, by `weights` (B, 1, H, W) if there are any."""
    if weights is None:
        return F.l1_loss(decoded, image)
    error = (decoded - image).abs().mean(1, keepdim=True)
    return (error * weights).sum() / weights.sum()

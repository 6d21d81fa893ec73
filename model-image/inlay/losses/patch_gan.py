"""The patch discriminator (Isola et al. 2017) and the two ways it is used."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PatchDiscriminator(nn.Module):
    """Pictures (B, 3, H, W) to one judgement for each overlapping patch (B, 1, H/8 - 2, W/8 - 2); positive is real."""

    def __init__(self, width: int = 64, layers: int = 3) -> None:
        super().__init__()
        modules: list[nn.Module] = [nn.Conv2d(3, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        channels = width
        for layer in range(1, layers + 1):
            wider = width * min(2**layer, 8)
            stride = 2 if layer < layers else 1
            modules += [
                nn.Conv2d(channels, wider, 4, stride, padding=1, bias=False),
                nn.BatchNorm2d(wider),
                nn.LeakyReLU(0.2),
            ]
            channels = wider
        modules.append(nn.Conv2d(channels, 1, 4, padding=1))
        self.main = nn.Sequential(*modules)
        self.apply(start)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.main(pictures)


def start(module: nn.Module) -> None:
    """Weights as in pix2pix: normal, deviation 0.02."""
    if isinstance(module, nn.Conv2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def log_losses(real: Tensor, fake: Tensor) -> Tensor:
    """What the discriminator minimises in the paper: `-log D(real) - log(1 - D(fake))`."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def hinge_losses(real: Tensor, fake: Tensor) -> Tensor:
    """What it minimises in the authors' code."""
    return 0.5 * (F.relu(1 - real).mean() + F.relu(1 + fake).mean())


def log_generator_loss(fake: Tensor) -> Tensor:
    """What the decoder minimises in the paper: `log(1 - D(fake))`, in its form that does not saturate."""
    return F.softplus(-fake).mean()


def hinge_generator_loss(fake: Tensor) -> Tensor:
    """What it minimises in the authors' code."""
    return -fake.mean()


def adaptive_weight(pixel: Tensor, adversarial: Tensor, last_layer: Tensor) -> Tensor:
    """`|grad pixel| / (|grad adversarial| + 1e-4)` at the decoder's last layer, at most 10,000 (Esser et al. 2021)."""
    gradients = [
        torch.autograd.grad(loss, last_layer, retain_graph=True)[0].norm()
        for loss in (pixel, adversarial)
    ]
    return (gradients[0] / (gradients[1] + 1e-4)).clamp(0, 1e4).detach()

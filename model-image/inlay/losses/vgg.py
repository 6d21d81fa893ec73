"""VGG-16's convolutional trunk, as torchvision names its tensors, and the five layers that losses look at."""

from pathlib import Path

import torch
from torch import Tensor, nn

from inlay.checkpoint import load_into, load_published

WIDTHS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Channels of the convolutions, block by block; between blocks the size halves."""

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


class Vgg16(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1] to the last activation of each block: 64, 128, 256, 512, 512 channels."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, widths: tuple[tuple[int, ...], ...] = WIDTHS) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        self.ends: list[int] = []
        channels = 3
        for block in widths:
            for width in block:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            self.ends.append(len(layers) - 1)
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers[:-1])
        self.register_buffer("mean", torch.tensor(MEAN)[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION)[:, None, None], persistent=False)

    @classmethod
    def load(cls, path: Path, sha256: str) -> "Vgg16":
        """The trunk from a file of torchvision's layout; CheckpointError for another file or a classifier-less one."""
        network = cls()
        state = {n: t for n, t in load_published(path, sha256).items() if n.startswith("features.")}
        load_into(network, state, path.name)
        return network.eval().requires_grad_(False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        x = ((pictures + 1) / 2 - self.mean) / self.deviation
        outputs = []
        for index, layer in enumerate(self.features):
            x = layer(x)
            if index in self.ends:
                outputs.append(x)
        return outputs


def feature_distance(network: nn.Module, a: Tensor, b: Tensor) -> Tensor:
    """The paper's perceptual loss: mean absolute difference of features, summed over the layers."""
    pairs = zip(network(a), network(b), strict=True)
    return torch.stack([(left - right).abs().mean() for left, right in pairs]).sum()

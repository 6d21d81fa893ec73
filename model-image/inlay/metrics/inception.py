"""Inception v3 (Szegedy et al. 2015) as FID and Inception Score use it, in the naming of torchvision.

The weights that both are defined with (`pt_inception-2015-12-05`, converted from TensorFlow's) differ from
torchvision's in three ways, all kept here: 1,008 classes, average pooling that leaves the border out of its count, and
a last block that pools by maximum.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inlay.checkpoint import load_into, load_published

SIZE = 299
CLASSES = 1008

Step = tuple[str, int, tuple[int, int], int, bool]
"""A convolution: its name, channels out, kernel, stride, and whether it fills up the border."""


def step(name: str, channels: int, height: int = 1, width: int = 0, stride: int = 1) -> Step:
    """A row of the tables below; with a stride nothing is filled up."""
    return name, channels, (height, width or height), stride, stride == 1


def dense(pooled: int) -> list[list[Step]]:
    """Blocks 5b to 5d: 1 x 1, 5 x 5, twice 3 x 3."""
    return [
        [step("branch1x1", 64)],
        [step("branch5x5_1", 48), step("branch5x5_2", 64, 5)],
        [
            step("branch3x3dbl_1", 64),
            step("branch3x3dbl_2", 96, 3),
            step("branch3x3dbl_3", 96, 3),
        ],
        [step("branch_pool", pooled)],
    ]


def long(inner: int) -> list[list[Step]]:
    """Blocks 6b to 6e: 7 x 7 in two directions."""
    return [
        [step("branch1x1", 192)],
        [
            step("branch7x7_1", inner),
            step("branch7x7_2", inner, 1, 7),
            step("branch7x7_3", 192, 7, 1),
        ],
        [
            step("branch7x7dbl_1", inner),
            step("branch7x7dbl_2", inner, 7, 1),
            step("branch7x7dbl_3", inner, 1, 7),
            step("branch7x7dbl_4", inner, 7, 1),
            step("branch7x7dbl_5", 192, 1, 7),
        ],
        [step("branch_pool", 192)],
    ]


SMALLER_6A = [
    [step("branch3x3", 384, 3, stride=2)],
    [
        step("branch3x3dbl_1", 64),
        step("branch3x3dbl_2", 96, 3),
        step("branch3x3dbl_3", 96, 3, stride=2),
    ],
    [],
]
SMALLER_7A = [
    [step("branch3x3_1", 192), step("branch3x3_2", 320, 3, stride=2)],
    [
        step("branch7x7x3_1", 192),
        step("branch7x7x3_2", 192, 1, 7),
        step("branch7x7x3_3", 192, 7, 1),
        step("branch7x7x3_4", 192, 3, stride=2),
    ],
    [],
]
WIDE = [
    [step("branch1x1", 320)],
    [step("branch3x3_1", 384), step("branch3x3_2a", 384, 1, 3), step("branch3x3_2b", 384, 3, 1)],
    [
        step("branch3x3dbl_1", 448),
        step("branch3x3dbl_2", 384, 3),
        step("branch3x3dbl_3a", 384, 1, 3),
        step("branch3x3dbl_3b", 384, 3, 1),
    ],
    [step("branch_pool", 192)],
]
"""Blocks 7b and 7c: the two last convolutions of a fork stand side by side."""


class Convolution(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, channels_in: int, row: Step) -> None:
        super().__init__()
        _, channels, kernel, stride, filled = row
        padding = (kernel[0] // 2, kernel[1] // 2) if filled else (0, 0)
        self.conv = nn.Conv2d(channels_in, channels, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(channels, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class Mixed(nn.Module):
    """Branches side by side, their channels joined; the last one pools first."""

    def __init__(self, channels_in: int, branches: list[list[Step]], pooling: str) -> None:
        super().__init__()
        self.branches, self.pooling = branches, pooling
        self.channels = 0
        for rows in branches:
            channels = channels_in
            for row in rows:
                self.add_module(row[0], Convolution(channels, row))
                if row[0].endswith("a"):
                    self.channels += row[1]
                else:
                    channels = row[1]
            self.channels += channels

    def forward(self, x: Tensor) -> Tensor:
        joined = []
        for rows in self.branches[:-1]:
            h = x
            for name, *_ in rows:
                if name.endswith("a"):
                    joined.append(self.get_submodule(name)(h))
                else:
                    h = self.get_submodule(name)(h)
            joined.append(h)
        h = self.pool(x)
        for name, *_ in self.branches[-1]:
            h = self.get_submodule(name)(h)
        return torch.cat([*joined, h], dim=1)

    def pool(self, x: Tensor) -> Tensor:
        if self.pooling == "stride":
            return F.max_pool2d(x, 3, stride=2)
        if self.pooling == "max":
            return F.max_pool2d(x, 3, stride=1, padding=1)
        return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


class Inception(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1] of any size to features (B, 2048) and class probabilities (B, 1008).

    The probabilities leave the last layer's bias out, as the Inception Score's first code did.
    """

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Convolution(3, step("", 32, 3, stride=2))
        self.Conv2d_2a_3x3 = Convolution(32, ("", 32, (3, 3), 1, False))
        self.Conv2d_2b_3x3 = Convolution(32, step("", 64, 3))
        self.Conv2d_3b_1x1 = Convolution(64, step("", 80))
        self.Conv2d_4a_3x3 = Convolution(80, ("", 192, (3, 3), 1, False))
        channels = 192
        for name, branches, pooling in (
            ("Mixed_5b", dense(32), "mean"),
            ("Mixed_5c", dense(64), "mean"),
            ("Mixed_5d", dense(64), "mean"),
            ("Mixed_6a", SMALLER_6A, "stride"),
            ("Mixed_6b", long(128), "mean"),
            ("Mixed_6c", long(160), "mean"),
            ("Mixed_6d", long(160), "mean"),
            ("Mixed_6e", long(192), "mean"),
            ("Mixed_7a", SMALLER_7A, "stride"),
            ("Mixed_7b", WIDE, "mean"),
            ("Mixed_7c", WIDE, "max"),
        ):
            block = Mixed(channels, branches, pooling)
            self.add_module(name, block)
            channels = block.channels
        self.fc = nn.Linear(channels, CLASSES)

    @classmethod
    def load(cls, path: Path, sha256: str) -> "Inception":
        """The network from its published file; CheckpointError for another one."""
        network = cls()
        state = load_published(path, sha256)
        # The published file counts no batches.
        counters = {n: t for n, t in network.state_dict().items() if n.endswith("_tracked")}
        load_into(network, counters | state, path.name)
        return network.eval().requires_grad_(False)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        x = F.interpolate(pictures, size=(SIZE, SIZE), mode="bilinear", align_corners=False)
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_3b_1x1(F.max_pool2d(x, 3, stride=2))
        x = F.max_pool2d(self.Conv2d_4a_3x3(x), 3, stride=2)
        for name, block in self.named_children():
            if name.startswith("Mixed"):
                x = block(x)
        features = x.mean((2, 3))
        return features, F.linear(features, self.fc.weight).softmax(1)

"""Figures that need a network from outside: LPIPS, FID, Inception and CLIP Score, of pictures met one by one."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from inlay.losses.vgg import Vgg16
from inlay.metrics.clip import ClipVision
from inlay.metrics.distribution import FEWEST, frechet_distance, inception_score
from inlay.metrics.inception import Inception
from inlay.metrics.perceptual import clip_score, load_layer_weights, lpips


@dataclass(frozen=True)
class Judges:
    """The networks at hand; what is None is not measured."""

    vgg: Vgg16 | None = None
    lpips_weights: list[Tensor] | None = None
    inception: Inception | None = None
    clip: ClipVision | None = None

    @property
    def present(self) -> bool:
        """Whether there is any to ask."""
        parts = (self.inception, self.lpips_weights, self.clip)
        return any(part is not None for part in parts)

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """A file and its sha256 for each network."""
        for name, what in (
            ("vgg", "VGG-16 in torchvision's layout"),
            ("lpips", "LPIPS's five weights a layer, in order, as safetensors"),
            ("inception", "pt_inception-2015-12-05"),
            ("clip", "CLIP in the layout of transformers"),
        ):
            parser.add_argument(f"--{name}", type=Path, help=what)
            parser.add_argument(f"--{name}-sha256", default="")

    @classmethod
    def load(cls, arguments: argparse.Namespace) -> "Judges":
        """What the command line names; CheckpointError for a file that is missing or another."""
        given = arguments
        return cls(
            vgg=given.vgg and Vgg16.load(given.vgg, given.vgg_sha256),
            lpips_weights=given.lpips and load_layer_weights(given.lpips, given.lpips_sha256),
            inception=given.inception and Inception.load(given.inception, given.inception_sha256),
            clip=given.clip and ClipVision.load(given.clip, given.clip_sha256),
        )


@dataclass
class JudgedSet:
    """Pictures beside what they should look like; its figures come at the end."""

    judges: Judges
    distances: list[Tensor] = field(default_factory=list)
    real: list[Tensor] = field(default_factory=list)
    made: list[Tensor] = field(default_factory=list)
    probabilities: list[Tensor] = field(default_factory=list)
    likenesses: list[Tensor] = field(default_factory=list)

    @torch.inference_mode()
    def add(self, picture: Tensor, image: Tensor) -> None:
        """One picture (1, 3, H, W) in [-1, 1] and the photograph it was made from."""
        judges = self.judges
        if judges.vgg is not None and judges.lpips_weights is not None:
            self.distances.append(lpips(picture, image, judges.vgg, judges.lpips_weights))
        if judges.inception is not None:
            features, probabilities = judges.inception(picture)
            self.made.append(features)
            self.probabilities.append(probabilities)
            self.real.append(judges.inception(image)[0])

    @torch.inference_mode()
    def compare(self, region: Tensor, example: Tensor) -> None:
        """An edited region (1, 3, h, w) in [-1, 1] and the example (1, 3, H, W) that it should be like."""
        clip = self.judges.clip
        if clip is not None:
            self.likenesses.append(clip_score(clip(region), clip(example)))

    def figures(self, name: str) -> dict[str, float]:
        """`lpips NAME` and `clip_score NAME`; from enough pictures on `fid NAME` and `is NAME` as well."""
        found = {}
        if self.distances:
            found[f"lpips {name}"] = torch.cat(self.distances).mean().item()
        if self.likenesses:
            found[f"clip_score {name}"] = torch.cat(self.likenesses).mean().item()
        if len(self.made) >= FEWEST:
            found[f"fid {name}"] = frechet_distance(torch.cat(self.made), torch.cat(self.real))
            found[f"is {name}"] = inception_score(torch.cat(self.probabilities))[0]
        return found

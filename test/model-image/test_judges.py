"""Figures that need a network, with small ones of random weights."""

import argparse

import pytest
import torch
from torch import nn

from inlay.checkpoint import CheckpointError, save_weights
from inlay.losses.vgg import Vgg16
from inlay.metrics import judges
from inlay.metrics.distribution import frechet_distance
from inlay.metrics.judges import JudgedSet, Judges

SMALL = ((4,), (4,), (4,), (4,), (4,))


class Statistics(nn.Module):
    """In Inception's place: a picture's means as features, their softmax as its classes."""

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = pictures.mean((2, 3))
        return features, features.softmax(1)


def pictures(count: int, seed: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand((1, 3, 32, 32), generator=generator) * 2 - 1 for _ in range(count)]


def test_without_networks_nothing_is_measured():
    judged = JudgedSet(Judges())
    judged.add(*pictures(2, 1))
    assert judged.figures("vanilla") == {}


def test_lpips_is_nothing_for_equals_and_something_for_others():
    torch.manual_seed(0)
    network = Judges(Vgg16(SMALL).eval(), [torch.ones(4) for _ in SMALL])
    same, other = JudgedSet(network), JudgedSet(network)
    for a, b in zip(pictures(3, 1), pictures(3, 2), strict=True):
        same.add(a, a)
        other.add(a, b)
    assert same.figures("x") == {"lpips x": 0.0}
    assert other.figures("x")["lpips x"] > 0.01


def test_distances_between_sets_come_from_enough_pictures_only(monkeypatch):
    monkeypatch.setattr(judges, "FEWEST", 8)
    judged = JudgedSet(Judges(inception=Statistics()))
    made, real = pictures(8, 1), pictures(8, 2)
    for index, (a, b) in enumerate(zip(made, real, strict=True)):
        assert judged.figures("x") == {}, index
        judged.add(a, b)
    figures = judged.figures("x")
    a, b = (torch.cat(part).mean((2, 3)) for part in (made, real))
    assert figures["fid x"] == pytest.approx(frechet_distance(a, b))
    assert figures["is x"] >= 1


def test_networks_are_loaded_by_path_and_hash(tmp_path):
    parser = argparse.ArgumentParser()
    Judges.add_arguments(parser)
    with torch.device("meta"):
        shapes = {n: t.shape for n, t in Vgg16().state_dict().items()}
    vgg = tmp_path / "vgg.safetensors"
    sha256 = save_weights(vgg, {n: torch.zeros(shape) for n, shape in shapes.items()})
    linear = tmp_path / "lpips.safetensors"
    layers = save_weights(linear, {f"lin{i}": torch.full((4,), float(i)) for i in range(5)})
    arguments = ["--vgg", str(vgg), "--vgg-sha256", sha256]
    arguments += ["--lpips", str(linear), "--lpips-sha256", layers]
    loaded = Judges.load(parser.parse_args(arguments))
    assert loaded.inception is None
    assert [weight[0].item() for weight in loaded.lpips_weights] == [0, 1, 2, 3, 4]
    with pytest.raises(CheckpointError, match="is not the file"):
        Judges.load(parser.parse_args([*arguments[:3], "0" * 64]))

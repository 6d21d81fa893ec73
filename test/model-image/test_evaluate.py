"""The evaluation command, on a small profile of random weights."""

import json
import shutil
import sys
from dataclasses import replace

import pytest
import torch
from conftest import encoded, noise_picture
from PIL import Image

from inlay import evaluate
from inlay.autoencoder import Autoencoder
from inlay.checkpoint import save_weights
from inlay.config import AUTOENCODERS
from inlay.export import VANILLA
from inlay.reports import seams
from inlay.reports.examples import draw
from inlay.train import train
from inlay.train_config import TrainConfig


@pytest.fixture
def profile(profile_folder, tmp_path):
    """The small profile with a vanilla decoder beside it."""
    folder = shutil.copytree(profile_folder, tmp_path / "profile")
    torch.manual_seed(1)
    vanilla = Autoencoder(AUTOENCODERS["tiny-vanilla"])
    state = vanilla.state_dict()
    decoder = {n: t for n, t in state.items() if n.startswith(("decoder.", "post_quant_conv."))}
    save_weights(folder / VANILLA, decoder, torch.float16)
    return folder


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(2):
        (folder / f"{seed}.png").write_bytes(encoded(noise_picture(90, 80, seed=seed), "RGB"))
    return folder


def test_it_writes_its_figures_with_command_and_weights_and_a_grid_to_look_at(
    profile, pictures, tmp_path, monkeypatch, capsys
):
    arguments = ["--profile", profile, "--pictures", pictures, "--out", tmp_path / "results"]
    arguments += ["--count", "3", "--steps", "2"]
    monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments)])
    evaluate.main()
    report = json.loads((tmp_path / "results/tiny.json").read_text())
    figures = report["figures"]
    assert report["command"].startswith("python -m inlay.evaluate")
    assert set(report["weights"]) == {"autoencoder.safetensors", "unet.safetensors", VANILLA}
    assert figures["pre_error ratio"] == pytest.approx(
        figures["pre_error vanilla"] / figures["pre_error asymmetric"]
    )
    assert 0 <= figures["share of pictures with a smaller seam"] <= 1
    assert figures["drift after 10 decodes, vanilla"] > 0
    assert "seam naive paste" in capsys.readouterr().out
    for name in ("tiny.png", "tiny-edge.png"):
        grid = Image.open(tmp_path / "results" / name)
        assert grid.size == (6 * 64 + 5 * 4, 16 + 3 * 64 + 2 * 4)


def test_each_command_is_reached_by_its_name(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["evaluate", "table", "9"])
    evaluate.main()
    assert capsys.readouterr().out.startswith("Table 9 of arXiv 2306.04632")


def test_a_run_is_measured_with_its_configuration_beside_it(
    profile, pictures, tmp_path, monkeypatch
):
    training = TrainConfig(
        pictures=pictures,
        runs=tmp_path / "runs",
        size=32,
        batch=1,
        steps=1,
        autoencoder="tiny-base",
    )
    train(training)
    train(replace(training, stage="decoder"))
    arguments = ["run", tmp_path / "runs/decoder", "--name", "base-add", "--profile", profile]
    arguments += ["--pictures", pictures, "--count", "1", "--out", tmp_path / "results"]
    monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments)])
    evaluate.main()
    report = json.loads((tmp_path / "results/base-add.json").read_text())
    assert report["training"]["step"] == 1
    assert report["figures"]["pre_error asymmetric"] > 0


def test_whole_edits_are_timed(profile, pictures, tmp_path, monkeypatch, capsys):
    arguments = ["speed", "--profile", profile, "--picture", pictures / "0.png", "--steps", "1"]
    arguments += ["--runs", "2", "--out", tmp_path / "results"]
    monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments)])
    evaluate.main()
    figures = json.loads((tmp_path / "results/speed.json").read_text())["figures"]
    assert 0 < figures["seconds an edit, median"] <= figures["seconds an edit, slowest"]
    assert figures["peak memory of the process (MB)"] > 50
    assert "seconds of the first" in capsys.readouterr().out


def test_decoding_around_holes_is_compared_with_decoding_in_full(
    profile, pictures, tmp_path, monkeypatch
):
    arguments = ["windows", "--profile", profile, "--pictures", pictures, "--out", tmp_path]
    arguments += ["--count", "2", "--steps", "1"]
    monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments)])
    evaluate.main()
    report = json.loads((tmp_path / "windows.json").read_text())
    figures = report["figures"]
    assert figures["TFLOP of x1.5, trimmed"] < figures["TFLOP of x1.5, bucketed"]
    assert figures["TFLOP of x1.5, bucketed"] < figures["TFLOP of x1.5, exact"]
    assert [row["holes"] for row in report["crops"]] == ["any", "box"] * 2
    for way in ("exact", "trimmed", "bucketed"):
        assert figures[f"seconds, {way}, box holes"] > 0
    most = max(
        row["levels from exact, trimmed"] for row in report["crops"] if row["holes"] == "box"
    )
    assert figures["levels from exact, trimmed, box holes, the most"] == most > 0
    assert Image.open(tmp_path / "windows.png").size[0] == 3 * 64 + 2 * 4


def test_seams_are_measured_with_sampled_latents_and_with_the_photographs_own(
    profile, pictures, tmp_path, monkeypatch
):
    monkeypatch.setattr(seams, "HOLES", {"small": 20, "large": 70})
    arguments = ["seams", "--profile", profile, "--pictures", pictures, "--out", tmp_path]
    monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments), "--steps", "1"])
    evaluate.main()
    report = json.loads((tmp_path / "seams.json").read_text())
    figures = report["figures"]
    assert len(report["photographs"]) == 2 * 2 * 2
    for size in ("small", "large"):
        sampled, true = (
            figures[f"seam ours, {size} hole, {source} latents"] for source in ("sampled", "true")
        )
        assert sampled != true
        for source in ("sampled", "true"):
            assert figures[f"kept pixels changed ours, {size} hole, {source} latents"] == 0
            assert figures[f"kept pixels changed vanilla, {size} hole, {source} latents"] > 0
    for name in ("seams.png", "seams-true.png"):
        assert Image.open(tmp_path / name).size[0] > 3 * 64


def test_holes_may_be_lamas(pictures):
    examples = draw(pictures, 64, 6, 1, "thick")
    shares = [example.mask.mean().item() for example in examples]
    assert all(0 < share <= 0.5 for share in shares)


def test_examples_follow_from_the_seed(pictures):
    first, again, other = (draw(pictures, 64, 4, seed) for seed in (1, 1, 2))
    assert all(torch.equal(a.image, b.image) for a, b in zip(first, again, strict=True))
    assert all(torch.equal(a.mask, b.mask) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0].image, other[0].image)

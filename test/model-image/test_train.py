"""Training: it learns, it resumes step for step, and a disturbed latent keeps what is kept."""

import io
import json
import os
import tarfile
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from conftest import encoded, noise_picture
from PIL import Image

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import CheckpointError, load_weights
from inlay.config import AUTOENCODERS
from inlay.copy_start import start_as_copy
from inlay.data import CropStream
from inlay.disturb import disturb
from inlay.export import export
from inlay.inpainter import Inpainter
from inlay.masks import random_mask
from inlay.metrics.kept import pre_error
from inlay.reports.coglet import free_port
from inlay.schedule import learning_rate
from inlay.stage import build
from inlay.train import train
from inlay.train_config import TrainConfig


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """A run of a few steps on two small pictures."""
    folder = tmp_path_factory.mktemp("train")
    pictures = folder / "pictures"
    pictures.mkdir()
    for seed in range(2):
        smooth = noise_picture(8, 8, seed=seed).repeat(12, 0).repeat(12, 1)
        (pictures / f"{seed}.png").write_bytes(encoded(smooth, "RGB"))
    return TrainConfig(
        pictures=pictures, runs=folder / "runs", size=32, batch=2, steps=6, warmup=1, save_every=3
    )


def test_a_run_that_was_broken_off_goes_on_step_for_step(config, tmp_path):
    whole = replace(config, runs=tmp_path / "whole")
    losses = train(whole)
    assert len(losses) == 6
    parts = replace(config, runs=tmp_path / "parts")
    first = train(replace(parts, steps=3))
    second = train(parts)
    assert first + second == pytest.approx(losses, abs=1e-5)
    ended = load_weights(tmp_path / "whole/autoencoder/weights.safetensors")
    for name, tensor in load_weights(tmp_path / "parts/autoencoder/weights.safetensors").items():
        assert torch.allclose(tensor, ended[name], atol=1e-5), name
    saved = json.loads((tmp_path / "whole/autoencoder/config.json").read_text())
    assert (saved["step"], saved["learning_rate"], saved["size"]) == (6, config.learning_rate, 32)


@pytest.mark.parametrize("stage", ["autoencoder", "decoder"])
def test_a_run_with_a_discriminator_goes_on_step_for_step(config, tmp_path, stage):
    shared = replace(config, preset="judged", discriminator_width=8, steps=4, save_every=2)
    for name in ("whole", "parts"):
        train(replace(config, runs=tmp_path / name, steps=1, seed=1))
        (tmp_path / name / "autoencoder/run.safetensors").unlink()
    losses = train(replace(shared, stage=stage, runs=tmp_path / "whole"))
    parts = replace(shared, stage=stage, runs=tmp_path / "parts")
    assert train(replace(parts, steps=2)) + train(parts) == pytest.approx(losses, abs=1e-5)
    judged = load_weights(tmp_path / "whole" / stage / "loss.safetensors")
    assert any(name.startswith("discriminator.") for name in judged)


def test_a_frozen_encoder_stays_what_it_was_while_its_decoder_moves(config, tmp_path):
    train(replace(config, runs=tmp_path / "first", steps=1))
    start = tmp_path / "first/autoencoder/weights.safetensors"
    second = replace(config, runs=tmp_path / "second", initial_weights=start, steps=2)
    train(replace(second, freeze_encoder=True))
    before = load_weights(start)
    after = load_weights(tmp_path / "second/autoencoder/weights.safetensors")
    moved = {name.split(".")[0] for name, t in after.items() if not torch.equal(t, before[name])}
    assert moved == {"decoder", "post_quant_conv"}


def test_a_picture_can_be_met_at_several_times_for_one_encoding(config, tmp_path):
    train(replace(config, runs=tmp_path, steps=1))
    losses = train(replace(config, runs=tmp_path, stage="unet", draws=3, steps=2))
    assert all(0 < loss < 10 for loss in losses)


def test_every_stage_trains_on_the_one_before_and_the_export_is_a_profile(config, tmp_path):
    for stage in ("autoencoder", "decoder", "unet"):
        assert all(loss > 0 for loss in train(replace(config, stage=stage, steps=2)))
    learnt = load_weights(config.runs / "autoencoder/average.safetensors")
    frozen = load_weights(config.runs / "decoder/weights.safetensors")
    for name in (name for name in learnt if name.startswith("encoder")):
        assert torch.equal(learnt[name], frozen[name]), name
    export(config.runs, tmp_path / "tiny")
    assert Inpainter.load(tmp_path / "tiny", torch.device("cpu")).native_size == 256


def test_a_few_dozen_steps_lower_the_loss(config, tmp_path):
    losses = train(replace(config, runs=tmp_path, steps=30, learning_rate=1e-3))
    assert sum(losses[-8:]) < 0.95 * sum(losses[:8])


def test_disturbed_latents_keep_what_is_kept():
    latents = torch.randn((2, 4, 8, 8), generator=torch.Generator().manual_seed(0))
    hole = torch.zeros(2, 1, 8, 8)
    hole[..., 2:6, 2:6] = 1
    disturbed = disturb(latents, hole, torch.Generator().manual_seed(1))
    kept = (hole == 0).expand_as(latents)
    assert torch.equal(disturbed[kept], latents[kept])
    assert not torch.equal(disturbed, latents)


def test_masks_and_crops_follow_from_the_seed(config):
    drawn = [random_mask(48, torch.Generator().manual_seed(s)) for s in (1, 1, 2)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert set(drawn[0].unique().tolist()) <= {0.0, 1.0}
    streams = [CropStream(config.pictures, 32, torch.Generator().manual_seed(4)) for _ in range(2)]
    batches = [stream.batch(3) for stream in streams]
    assert torch.equal(*batches)
    assert batches[0].shape == (3, 3, 32, 32)
    assert batches[0].abs().max() <= 1


def test_shards_are_read_as_a_folder_is(tmp_path):
    with tarfile.open(tmp_path / "set-0000.tar", "w") as shard:
        for key in range(3):
            data = encoded(np.full((40, 40, 3), 80 * key, np.uint8), "RGB")
            entry = tarfile.TarInfo(f"{key}.png")
            entry.size = len(data)
            shard.addfile(entry, io.BytesIO(data))
    stream = CropStream(tmp_path / "set-{0000..0000}.tar", 32, torch.Generator().manual_seed(1))
    shades = {round(float((stream.crop().mean() + 1) * 127.5)) for _ in range(30)}
    assert shades == {0, 80, 160}


def test_recoloured_crops_differ_in_colour_and_not_in_shape(config):
    plain, other = (
        CropStream(config.pictures, 32, torch.Generator().manual_seed(4), recolour)
        for recolour in (0.0, 1.0)
    )
    a, b = plain.crop(), other.crop()
    assert not torch.allclose(a, b)
    assert b.abs().max() <= 1
    edges = [(x[:, :, 1:] != x[:, :, :-1]).any(0) for x in (a, b)]
    assert (edges[0] == edges[1]).float().mean() > 0.9


def test_an_empty_folder_of_pictures_names_the_remedy(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"python -m inlay\.fetch"):
        CropStream(tmp_path, 32, torch.Generator())


@pytest.mark.parametrize("name", ["tiny-base", "tiny-large", "base"])
def test_a_decoder_started_as_a_copy_keeps_what_is_kept_before_its_first_step(name):
    torch.manual_seed(0)
    config = replace(AUTOENCODERS[name], decoder_blocks=1, encoder_blocks=1)
    autoencoder = Autoencoder(config).eval()
    start_as_copy(autoencoder)
    smooth = torch.rand((1, 3, 4, 4), generator=torch.Generator().manual_seed(1)) * 2 - 1
    image = F.interpolate(smooth, size=(64, 64), mode="bilinear")
    mask = random_mask(64, torch.Generator().manual_seed(2))[None]
    with torch.no_grad():
        latents = autoencoder.encode(image).mean
        for hole in (mask, torch.zeros_like(mask)):
            assert pre_error(autoencoder.decode(latents, image, hole), image, hole) < 50e-5


def test_accumulated_batches_make_one_step_and_bf16_learns_too(config, tmp_path):
    runs = replace(config, runs=tmp_path, steps=2)
    assert len(train(replace(runs, accumulate=3))) == 2
    losses = train(replace(runs, runs=tmp_path / "bf16", precision="bf16"))
    assert all(0 < loss < 2 for loss in losses)


@pytest.mark.parametrize(("stage", "columns"), [("decoder", 3), ("unet", 3)])
def test_a_later_stage_leaves_grids_of_what_it_makes(config, tmp_path, stage, columns):
    runs = replace(config, runs=tmp_path, steps=2, samples_every=1)
    train(replace(runs, steps=1))
    train(replace(runs, stage=stage))
    names = sorted(path.name for path in (tmp_path / stage).glob("samples*.png"))
    assert names == ["samples-0000001.png", "samples-0000002.png", "samples.png"]
    grid = Image.open(tmp_path / stage / "samples.png")
    assert grid.size == (columns * 36 - 4, 16 + 4 * 36 - 4)


def test_a_run_leaves_a_log_and_a_picture_of_it(config, tmp_path):
    train(replace(config, runs=tmp_path, steps=4))
    assert (tmp_path / "autoencoder/samples.png").is_file()
    log = (tmp_path / "autoencoder/loss.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in log] == ["0", "1", "2", "3"]
    assert Image.open(tmp_path / "autoencoder/loss.png").size == (640, 320)


def test_the_pretrained_part_of_a_decoder_moves_at_its_share(config):
    train(replace(config, steps=1))
    stage = build(replace(config, stage="decoder", trained_share=0.1))
    shares = [group["share"] for group in stage.groups]
    assert shares == [1.0, 0.1]
    counts = [sum(p.numel() for p in group["params"]) for group in stage.groups]
    condition = stage.autoencoder.decoder.condition_encoder
    assert counts[0] == sum(p.numel() for p in condition.parameters())
    assert not any(p.requires_grad for p in stage.autoencoder.encoder.parameters())


@pytest.mark.parametrize(
    ("name", "pretrained"),
    [("tiny-base-concat", True), ("tiny-large", True), ("tiny-large-concat", False)],
)
def test_other_decoders_train_on_the_same_encoder(config, tmp_path, name, pretrained):
    train(replace(config, runs=tmp_path, steps=1))
    other = replace(config, runs=tmp_path, stage="decoder", autoencoder=name, steps=2)
    losses = train(replace(other, pretrained_decoder=pretrained, copy_start=False))
    assert all(loss > 0 for loss in losses)
    encoder = load_weights(tmp_path / "autoencoder/average.safetensors")
    trained = load_weights(tmp_path / "decoder/weights.safetensors")
    assert all(torch.equal(t, trained[n]) for n, t in encoder.items() if n.startswith("encoder."))


def test_weights_of_an_earlier_run_are_what_a_new_one_begins_with(config, tmp_path):
    train(replace(config, runs=tmp_path / "first", steps=2))
    start = tmp_path / "first/autoencoder/average.safetensors"
    again = replace(
        config, runs=tmp_path / "second", initial_weights=start, steps=1, learning_rate=0.0
    )
    train(again)
    began = load_weights(tmp_path / "second/autoencoder/weights.safetensors")
    assert all(torch.equal(t, began[name]) for name, t in load_weights(start).items())


def test_a_run_whose_parameters_were_others_is_not_gone_on_with(config, tmp_path):
    train(replace(config, runs=tmp_path, steps=1))
    train(replace(config, runs=tmp_path, stage="decoder", steps=1))
    (tmp_path / "decoder/run.safetensors").replace(tmp_path / "autoencoder/run.safetensors")
    with pytest.raises(CheckpointError, match="--initial-weights"):
        train(replace(config, runs=tmp_path, steps=2))


@pytest.mark.parametrize(
    ("step", "done", "decay", "rate"),
    [
        (0, 0.0, "settle", 0.1),
        (50, 0.5, "settle", 1.0),
        (50, 0.9, "settle", 0.3),
        (50, 0.5, "cosine", 0.5),
        (50, 1.0, "cosine", 0.0),
    ],
)
def test_the_rate_rises_and_falls_as_it_should(step, done, decay, rate):
    assert learning_rate(1.0, step, 10, done, decay) == pytest.approx(rate)


def in_process(rank: int, port: int, config: TrainConfig) -> None:
    """One of two processes of a run."""
    torch.set_num_threads(1)
    os.environ |= {
        "RANK": str(rank),
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    train(replace(config, runs=config.runs / str(rank)))
    # No process ends before the weights are written, nor as a member of the group, which can abort it.
    assert (config.runs / "0/autoencoder/weights.safetensors").is_file()
    assert not torch.distributed.is_initialized()


def test_processes_of_one_run_move_together(config, tmp_path):
    shared = replace(config, runs=tmp_path, steps=2)
    torch.multiprocessing.spawn(in_process, (free_port(), shared), nprocs=2)
    # The first process alone writes; were they apart, it would not match a run that saw both batches.
    assert not (tmp_path / "1/autoencoder/weights.safetensors").exists()
    together = load_weights(tmp_path / "0/autoencoder/weights.safetensors")
    train(replace(shared, runs=tmp_path / "alone"))
    alone = load_weights(tmp_path / "alone/autoencoder/weights.safetensors")
    assert any(not torch.equal(t, alone[name]) for name, t in together.items())

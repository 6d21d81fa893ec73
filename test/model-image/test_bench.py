"""The benchmark: one run of tiny networks from end to end, counted work, and what its figures are made of."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from inlay.bench import __main__ as bench
from inlay.bench.clock import ratio
from inlay.bench.contender import contenders, make_edit
from inlay.bench.cost import cost_rows
from inlay.bench.flops import count_tflop
from inlay.bench.networks import make_networks
from inlay.bench.sizes import SIZES, BenchSize
from inlay.config import AutoencoderConfig
from inlay.reports import edits
from inlay.reports.edits import SAMPLINGS

TINY = BenchSize(
    side=64,
    steps=1,
    autoencoder=AutoencoderConfig((8, 16, 32, 32), (12, 24, 48, 48), 1, 2, groups=4),
    unet={
        "block_out_channels": (16, 16, 32, 32),
        "cross_attention_dim": 32,
        "norm_num_groups": 8,
        "layers_per_block": 1,
    },
    text={
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
        "num_attention_heads": 4,
    },
)


def test_a_run_writes_what_it_measured_as_figures_and_as_a_picture(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(SIZES, "small", TINY)
    monkeypatch.setattr(bench, "SHARES", (0.3, 1.0))
    monkeypatch.setattr(bench, "BATCHES", (1, 4))
    bench.main(["--rounds", "2", "--device", "cpu", "--size", "small", "--out", str(tmp_path)])
    report = json.loads((tmp_path / "bench-cpu-small.json").read_text())
    rivals = {"diffusers x1.5", "diffusers plain"}
    assert [row["share"] for row in report["masks"]] == [0.3, 1.0]
    assert [row["count"] for row in report["batches"]] == [1, 4]
    for row in (*report["masks"], *report["batches"]):
        assert set(row["ratios"]) == set(row["processor ratios"]) == rivals
        assert all(seconds > 0 for seconds in row["seconds"].values())
        assert row["rounds"] == 2
    parts = report["parts"]["inlay x1.5"]
    assert all(parts[name]["calls"] == 1 for name in ("encode", "UNet", "decode", "upload"))
    # The pipeline encodes the picture once more for its decoder, and each prompt with its negative one.
    assert report["parts"]["diffusers x1.5"]["encode"]["calls"] == 2
    assert report["machine"]["torch"] == torch.__version__
    assert "below 1 we are faster" in capsys.readouterr().out
    with Image.open(tmp_path / "bench-cpu-small.png") as plot:
        assert len(plot.getcolors(100_000)) > 5


def test_edits_of_a_box_are_timed_with_many_steps_and_with_few(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(SIZES, "small", TINY)
    samplings = tuple(replace(one, steps=number) for number, one in enumerate(SAMPLINGS, 1))
    monkeypatch.setattr(edits, "SAMPLINGS", samplings)
    edits.main(["--rounds", "1", "--device", "cpu", "--size", "small", "--out", str(tmp_path)])
    report = json.loads((tmp_path / "edits-cpu-small.json").read_text())
    assert (report["side"], report["share"]) == (64, 0.15)
    assert [(row["steps"], row["rounds"]) for row in report["edits"]] == [(1, 1), (2, 3)]
    for row in report["edits"]:
        assert set(row["processor ratios"]) == {"diffusers x1.5", "diffusers plain"}
        assert all(seconds > 0 for seconds in row["processor seconds"].values())
    assert "4 steps without, ratios: diffusers x1.5" in capsys.readouterr().out


@pytest.mark.parametrize("count", [1, 4])
def test_every_side_does_the_same_edit_and_keeps_what_is_kept(count):
    networks = make_networks(TINY, 1).to(torch.device("cpu"), torch.float32)
    edit = make_edit(TINY, 0.3, count, 7)
    assert 0.25 < edit.mask.mean() < 0.35
    for side in contenders(networks, TINY):
        made = side.edit(edit)
        assert len(made) == count
        for samples in made:
            assert np.array_equal(samples[~edit.mask], edit.picture.samples[~edit.mask])
            assert not np.array_equal(samples[edit.mask], edit.picture.samples[edit.mask])


def test_counted_work_is_stable_diffusions():
    counted = count_tflop(SIZES["full"])
    assert counted["UNet, one forward"] == pytest.approx(0.803, abs=0.002)
    assert counted["decode plain"] == pytest.approx(2.515, abs=0.005)
    assert counted["decode x1.5"] == pytest.approx(8.117, abs=0.005)
    short = count_tflop(replace(TINY, steps=2)), count_tflop(replace(TINY, steps=4))
    added = sum(tflop for name, tflop in short[1].items() if name.startswith("edit x1.5"))
    before = sum(tflop for name, tflop in short[0].items() if name.startswith("edit x1.5"))
    assert added - before == pytest.approx(4 * short[0]["UNet, one forward"])


def test_ratios_are_of_rounds_and_costs_only_of_the_gpu_that_ran():
    rounds = {"ours": [1.0, 4.0, 3.0], "theirs": [2.0, 4.0, 4.0]}
    assert ratio(rounds, "ours", "theirs") == {"median": 0.75, "least": 0.5, "most": 1.0}
    rows = {row["gpu"]: row for row in cost_rows(32.0, 0.5, "NVIDIA H100 80GB HBM3")}
    assert rows["H100"]["measured"] == pytest.approx(1000 * 0.5 * 0.001525)
    assert rows["T4"]["measured"] is None
    assert all(row["floor"] > 0 for row in rows.values())

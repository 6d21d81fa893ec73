"""A set of pictures packed for another machine."""

import sys
import tarfile

import pytest
import torch
from conftest import encoded, noise_picture
from PIL import Image

from inlay import pack
from inlay.data import CropStream


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed, (height, width) in enumerate([(300, 500), (260, 700), (200, 220)]):
        picture = noise_picture(height, width, seed=seed)
        (folder / f"{seed}.png").write_bytes(encoded(picture, "RGB"))
    return folder


def test_a_shard_holds_crops_of_every_picture_within_its_size(
    pictures, tmp_path, monkeypatch, capsys
):
    target = tmp_path / "set.tar"
    arguments = ["pack", str(pictures), "--out", str(target), "--megabytes", "0.6"]
    monkeypatch.setattr(sys, "argv", arguments)
    pack.main()
    assert 0.3e6 < target.stat().st_size <= 0.6e6
    with tarfile.open(target) as shard:
        sizes = [Image.open(shard.extractfile(entry)).size for entry in shard]
    assert len(sizes) >= 3
    assert all(w == h and 256 <= w <= 384 for w, h in sizes)
    assert f"{len(sizes)} crops" in capsys.readouterr().out


def test_training_reads_a_shard_as_it_reads_a_folder(pictures, tmp_path):
    pack.pack(pictures, tmp_path / "set.tar", 0.6)
    stream = CropStream(tmp_path / "set.tar", 64, torch.Generator().manual_seed(1))
    assert stream.batch(4).shape == (4, 3, 64, 64)


def test_the_same_seed_packs_the_same_shard(pictures, tmp_path):
    for name in ("a.tar", "b.tar"):
        pack.pack(pictures, tmp_path / name, 0.4)
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()
    assert not list(tmp_path.glob("*.part"))

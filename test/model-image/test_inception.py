"""Inception v3, by its published size and by what its blocks put out."""

import pytest
import torch

from inlay.checkpoint import CheckpointError, save_weights
from inlay.metrics.inception import CLASSES, SMALLER_6A, WIDE, Inception, Mixed, dense, long


def test_it_has_inceptions_parameters_and_names():
    with torch.device("meta"):
        network = Inception()
    # torchvision counts 23,834,568 without the auxiliary head, with 1,000 classes of 2,048 weights and a bias.
    assert sum(p.numel() for p in network.parameters()) == 23_834_568 + (CLASSES - 1000) * 2049
    names = network.state_dict().keys()
    assert "Mixed_5b.branch3x3dbl_2.conv.weight" in names
    assert "Mixed_7c.branch3x3dbl_3b.bn.running_var" in names
    assert "AuxLogits.fc.weight" not in names


@pytest.mark.parametrize(
    ("channels", "branches", "pooling", "out", "side"),
    [
        (192, dense(32), "mean", 256, 9),
        (288, SMALLER_6A, "stride", 768, 4),
        (768, long(128), "mean", 768, 9),
        (1280, WIDE, "max", 2048, 9),
    ],
)
def test_a_block_joins_its_branches(channels, branches, pooling, out, side):
    block = Mixed(channels, branches, pooling).eval()
    assert block.channels == out
    with torch.no_grad():
        assert block(torch.zeros(1, channels, 9, 9)).shape == (1, out, side, side)


def test_averages_leave_the_border_out_of_their_count():
    block = Mixed(4, dense(32), "mean").eval()
    ones = torch.ones(1, 4, 5, 5)
    assert torch.equal(block.pool(ones), ones)


def test_it_is_loaded_from_a_pinned_file_and_judges_pictures_of_any_size(tmp_path):
    torch.manual_seed(0)
    state = {n: t for n, t in Inception().state_dict().items() if not n.endswith("_tracked")}
    path = tmp_path / "inception.safetensors"
    sha256 = save_weights(path, state, torch.float16)
    network = Inception.load(path, sha256)
    features, probabilities = network(torch.rand(2, 3, 40, 52) * 2 - 1)
    assert features.shape == (2, 2048)
    assert probabilities.shape == (2, CLASSES)
    assert probabilities.sum(1).tolist() == pytest.approx([1, 1], abs=1e-4)
    with pytest.raises(CheckpointError, match="is not the file"):
        Inception.load(path, "0" * 64)

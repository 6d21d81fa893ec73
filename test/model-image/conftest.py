"""What the tests of the model image share: pictures as files, a profile of random weights, and an edge on loopback."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inlay.autoencoder import Autoencoder
from inlay.bench.networks import diffusers_autoencoder
from inlay.checkpoint import save_weights
from inlay.config import AUTOENCODERS, UNetConfig
from inlay.export import tiny_profile
from inlay.inpainter import Inpainter
from inlay.reports.loopback import LoopbackEdge as Edge
from inlay.reports.loopback import serve_edge
from inlay.unet import UNet

__all__ = ["diffusers_autoencoder"]

VECTORS = Path(__file__).parents[2] / "schemas" / "vectors"

# Small tensors are worked on faster by one thread, beside whatever else this machine does.
torch.set_num_threads(1)


def encoded(samples: np.ndarray, mode: str, kind: str = "PNG", **options: object) -> bytes:
    """Samples (H, W) or (H, W, C) as a file."""
    buffer = io.BytesIO()
    Image.fromarray(samples, mode).save(buffer, kind, **options)
    return buffer.getvalue()


def noise_picture(width: int, height: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Random samples (height, width, channels): every change of a pixel shows."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def box_mask(width: int, height: int, box: tuple[int, int, int, int]) -> np.ndarray:
    """A mask (height, width) of 0 and 255 with one box: left, top, right, bottom."""
    mask = np.zeros((height, width), np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = 255
    return mask


@pytest.fixture(scope="session")
def profile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with the layout of those that ship, of random weights and a small native size."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("profile")
    files = {
        name: save_weights(folder / name, network.state_dict(), torch.float16)
        for name, network in (
            ("autoencoder.safetensors", Autoencoder(AUTOENCODERS["tiny-base"])),
            ("unet.safetensors", UNet(UNetConfig())),
        )
    }
    (folder / "profile.json").write_text(json.dumps(tiny_profile(files, native_size=64)))
    return folder


@pytest.fixture(scope="session")
def inpainter(profile_folder: Path) -> Inpainter:
    return Inpainter.load(profile_folder, torch.device("cpu"))


@pytest.fixture
def edge() -> Iterator[Edge]:
    """An edge that stores what it is sent."""
    with serve_edge() as served:
        yield served


@pytest.fixture
def fresh(served):
    """A module's `served` edge and coglet with everything forgotten, and room for an edit."""
    edge, server = served
    edge.forget()
    edge.files.clear()
    return edge, server

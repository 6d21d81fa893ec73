"""What the tests of the model image share: pictures as files, a profile of random weights, and an edge on loopback."""

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inlay.autoencoder import Autoencoder
from inlay.bench.networks import diffusers_autoencoder
from inlay.checkpoint import save_weights
from inlay.config import AUTOENCODERS, UNetConfig
from inlay.inpainter import Inpainter
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
    profile = {
        "name": "tiny",
        "decoder": "base",
        "autoencoder": "tiny-base",
        "native_size": 64,
        "tasks": ["inpaint", "erase"],
        "uses_prompt": False,
        "files": files,
    }
    (folder / "profile.json").write_text(json.dumps(profile))
    return folder


@pytest.fixture(scope="session")
def inpainter(profile_folder: Path) -> Inpainter:
    return Inpainter.load(profile_folder, torch.device("cpu"))


@dataclass
class Edge:
    """An edge on loopback: files to GET, and whatever is PUT or POSTed, in order."""

    origin: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    callbacks: list[dict[str, object]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Answers for the next requests, before the usual ones."""
    requests: int = 0

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"


@pytest.fixture
def edge() -> Iterator[Edge]:
    """An edge that stores what it is sent."""
    state = Edge()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            if status == 302:
                self.send_header("location", state.url("/file"))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def body(self) -> bytes:
            state.requests += 1
            return self.rfile.read(int(self.headers.get("content-length", "0")))

        def do_GET(self) -> None:
            self.body()
            if state.statuses:
                return self.answer(state.statuses.pop(0))
            found = state.files.get(self.path)
            return self.answer(404) if found is None else self.answer(200, found)

        def do_PUT(self) -> None:
            body = self.body()
            if state.statuses:
                return self.answer(state.statuses.pop(0))
            status = 200 if self.path in state.stored else 201
            state.stored[self.path] = body
            state.types[self.path] = self.headers["content-type"]
            state.order.append(self.path)
            return self.answer(status)

        def do_POST(self) -> None:
            state.callbacks.append(json.loads(self.body()))
            self.answer(200, b"{}")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()

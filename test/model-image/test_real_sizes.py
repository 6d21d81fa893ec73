"""Stable Diffusion at its real sizes, with random weights: every task loads and paints, within the memory it may take.

Slow, and gigabytes on disk: `python -m pytest -c pyproject.toml -m slow -s -k real_size` prints figures.
"""

import json
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Edge, box_mask, encoded, noise_picture
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file
from small_diffusion import SD15, small_text
from transformers import CLIPTextConfig, CLIPVisionConfig

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import sha256_of
from inlay.edit_input import EditInput
from inlay.model import Serving, load_model
from inlay.profile import Profile
from inlay.runner import run_edit
from inlay.safety.clip_checker import make_checker
from inlay.setup_log import SetupLog
from inlay.stable_diffusion.networks import (
    make_example_encoder,
    make_text_encoder,
    make_unet,
    without_weights,
)
from inlay.stable_diffusion.tiny_decoder import TinyDecoder
from inlay.transport import EdgeClient
from inlay.weights.manifest import WeightFile, WeightsManifest

SIDE = 256
MOST_MEGABYTES = 12_000
TASKS = ("inpaint", "paint_by_example", "text_to_image")
TEXT = CLIPTextConfig(
    vocab_size=49408,
    hidden_size=768,
    intermediate_size=3072,
    num_hidden_layers=12,
    num_attention_heads=12,
)
VISION = CLIPVisionConfig(
    hidden_size=1024,
    intermediate_size=4096,
    num_hidden_layers=24,
    num_attention_heads=16,
    patch_size=14,
    projection_dim=768,
)


def unet_config(channels: int) -> dict[str, Any]:
    """The sizes of SD 1.5's denoiser: diffusers' own defaults, but for the width of its context."""
    with torch.device("meta"):
        network = UNet2DConditionModel(64, channels, cross_attention_dim=768)
    return json.loads(network.to_json_string())


CONFIGS: dict[str, tuple[dict[str, Any], Any]] = {
    "text_encoder": (TEXT.to_dict(), make_text_encoder),
    "example_encoder": (VISION.to_dict(), make_example_encoder),
    "unet": (unet_config(9), make_unet),
    "paint_by_example_unet": (unet_config(9), make_unet),
    "text_to_image_unet": (unet_config(4), make_unet),
    "safety_checker": ({"vision_config": VISION.to_dict(), "projection_dim": 768}, make_checker),
}


def random_weights(network: torch.nn.Module, path: Path) -> None:
    """Random weights in bf16, which leave what they are applied to at about its size."""
    generator = torch.Generator().manual_seed(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        name: torch.empty(tensor.shape, dtype=torch.bfloat16).normal_(0, 0.02, generator=generator)
        for name, tensor in network.state_dict().items()
    }
    save_file(state, path)


def write_folder(folder: Path, task: str) -> None:
    """A profile's folder with what a task needs and nothing else."""
    stored = json.loads((SD15 / "profile.json").read_text())
    folder.mkdir()
    (folder / "profile.json").write_text(json.dumps(stored | {"native_size": SIDE}))
    profile = Profile.read(folder)
    guide = "example_encoder" if task == "paint_by_example" else "text_encoder"
    for name in (guide, profile.unet_of(task), "safety_checker"):
        component, (config, make) = profile.component(name), CONFIGS[name]
        random_weights(
            without_weights(lambda m=make, c=config: m(c), name), folder / component.weights
        )
        (folder / component.config).write_text(json.dumps(config))
    _, spec = profile.choose_decoder()
    network = without_weights(lambda: Autoencoder(spec.architecture), "autoencoder")
    random_weights(network, folder / spec.file)
    random_weights(TinyDecoder(), folder / profile.component("preview_decoder").weights)
    (folder / "tokenizer").mkdir()
    small_text(folder / "tokenizer")
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent != folder]
    manifest = []
    for path in files:
        name = str(path.relative_to(folder))
        manifest.append(WeightFile(name, "acme/sd15", name, "c" * 40, "CC0-1.0", sha256_of(path)))
    WeightsManifest(tuple(manifest)).write(folder / "weights.json")


def paint(folder: Path, request: EditInput, origin: str) -> dict[str, Any]:
    """One pipeline in a process of its own: its figures."""
    torch.set_num_threads(2)
    log = SetupLog()
    started = time.monotonic()
    serving = Serving(tasks=(request.task,), samplers=("ddim",))
    model = load_model(folder, torch.device("cpu"), serving, log, torch.bfloat16)
    loaded = time.monotonic()
    manifest = run_edit(model, EdgeClient(origin), request, lambda *_: None)
    return {
        "task": request.task,
        "status": "succeeded" if manifest.error is None else manifest.error.code,
        "load_s": round(loaded - started, 1),
        "edit_s": round(time.monotonic() - loaded, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        "timings": manifest.timings,
        "parts": log.parts,
    }


def alone(function: Any, *given: Any) -> Any:
    """Calls a function in a fresh process, whose memory is its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


def edit_of(task: str, edge: Edge) -> EditInput:
    """One step at 256 px."""
    edge.files["/image"] = encoded(noise_picture(SIDE, SIDE), "RGB")
    edge.files["/mask"] = encoded(box_mask(SIDE, SIDE, (80, 60, 200, 190)), "L")
    edge.files["/example"] = encoded(noise_picture(90, 60), "RGB")
    draws = task == "text_to_image"
    side = SIDE if draws else 0
    return EditInput(
        task=task,
        image_url="" if draws else edge.url("/image"),
        mask_url="" if draws else edge.url("/mask"),
        example_url=edge.url("/example") if task == "paint_by_example" else "",
        output_urls=[edge.url("/out/0")],
        manifest_url=edge.url("/manifest"),
        preview_url=edge.url("/preview"),
        edit="edit_a",
        attempt=1,
        prompt="a kite",
        negative_prompt="",
        n=1,
        seed=7,
        steps=1,
        guidance=7.5,
        strength=1.0,
        output_format="png",
        width=side,
        height=side,
    )


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_a_pipeline_of_real_size_loads_and_paints_in_12_gigabytes(task, edge, tmp_path):
    folder = tmp_path / "sd15"
    alone(write_folder, folder, task)
    try:
        figures = alone(paint, folder, edit_of(task, edge), edge.origin)
    finally:
        for path in folder.rglob("*.safetensors"):
            path.unlink()
    print(json.dumps(figures))
    assert figures["status"] == "succeeded"
    assert figures["peak_mb"] < MOST_MEGABYTES
    assert edge.order == ["/out/0", "/manifest"]


@pytest.mark.parametrize("name", ["unet", "text_to_image_unet", "text_encoder", "safety_checker"])
def test_the_real_sizes_are_those_of_the_pinned_files(name):
    config, make = CONFIGS[name]
    network = without_weights(lambda: make(config), name)
    half = 2 * sum(tensor.numel() for tensor in network.state_dict().values())
    profile = Profile.read(SD15)
    manifest = WeightsManifest.read(SD15 / "weights.json")
    size = next(f.size for f in manifest.files if f.target == profile.component(name).weights)
    # What is left is the file's header and counted positions.
    assert half <= size <= half + 100_000

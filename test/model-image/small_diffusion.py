"""Stable Diffusion's components at a size for tests: the real classes, random weights."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import torch
from conftest import diffusers_autoencoder
from diffusers import UNet2DConditionModel
from diffusers.pipelines.deprecated.paint_by_example.image_encoder import (
    PaintByExampleImageEncoder,
)
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, CLIPVisionConfig

from inlay.checkpoint import sha256_of
from inlay.config import AutoencoderConfig
from inlay.weights.__main__ import main as fetch
from inlay.weights.manifest import WeightsManifest

SD15 = Path(__file__).parents[2] / "model-image" / "weights" / "sd15"
WEIGHTS = "diffusion_pytorch_model.safetensors"
Parts = dict[str, bytes | dict[str, torch.Tensor]]
"""Published files by their place in the profile's folder: bytes, or tensors."""

WIDTH = 32
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def small_unet(channels: int = 9) -> UNet2DConditionModel:
    """The inpainting UNet's layout with two levels."""
    torch.manual_seed(1)
    return (
        UNet2DConditionModel(
            sample_size=8,
            in_channels=channels,
            out_channels=4,
            layers_per_block=1,
            block_out_channels=(32, 64),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=WIDTH,
            attention_head_dim=4,
            norm_num_groups=8,
        )
        .eval()
        .requires_grad_(False)
    )


def small_text(folder: Path) -> tuple[CLIPTokenizer, CLIPTextModel]:
    """A tokenizer of letters and a two-layer text encoder."""
    pieces = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    special = ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: index for index, piece in enumerate([*pieces, *special])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer.from_pretrained(folder, model_max_length=77)
    torch.manual_seed(2)
    config = CLIPTextConfig(
        vocab_size=len(vocabulary),
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=77,
        bos_token_id=vocabulary["<|startoftext|>"],
        eos_token_id=vocabulary["<|endoftext|>"],
        pad_token_id=vocabulary["<|endoftext|>"],
    )
    return tokenizer, CLIPTextModel(config).eval().requires_grad_(False)


def small_vision() -> PaintByExampleImageEncoder:
    """Paint-by-example's encoder with one mapper block."""
    torch.manual_seed(4)
    config = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=4,
        num_attention_heads=4,
        image_size=224,
        patch_size=32,
        projection_dim=WIDTH,
    )
    return PaintByExampleImageEncoder(config).eval()


def small_lora(unet: UNet2DConditionModel) -> dict[str, torch.Tensor]:
    """Changes of the attention's layers, named as kohya's trainer names them."""
    lora = {}
    generator = torch.Generator().manual_seed(6)
    for name, module in unet.named_modules():
        if name.endswith(("to_q", "to_v")):
            key = "lora_unet_" + name.replace(".", "_")
            wide, narrow = module.weight.shape
            lora[f"{key}.lora_down.weight"] = torch.randn((2, narrow), generator=generator)
            lora[f"{key}.lora_up.weight"] = torch.randn((wide, 2), generator=generator)
            lora[f"{key}.alpha"] = torch.tensor(2.0)
    return lora


SMALL = AutoencoderConfig((8, 16, 32, 32), (16, 32, 64, 64), 1, 2, groups=8)
SIZE = 64
"""The native size of the small profile."""


def published_files(scratch: Path) -> Parts:
    """What `weights/sd15/weights.json` lists, at small sizes and under the published names."""
    text_encoder = small_text(scratch)[1]
    unets = {name: small_unet(channels) for name, channels in (("unet", 9), ("drawing", 4))}
    vision = small_vision()
    decoder = diffusers_autoencoder(SMALL)
    spare = {"weight": torch.zeros(2, 2)}
    text = {f"text_model.{n}": t for n, t in text_encoder.state_dict().items()}
    text["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    seen = {
        n.replace("model.", "model.vision_model.", 1) if n.startswith("model.") else n: t
        for n, t in vision.state_dict().items()
    }
    return {
        "tokenizer/vocab.json": (scratch / "vocab.json").read_bytes(),
        "tokenizer/merges.txt": (scratch / "merges.txt").read_bytes(),
        "text_encoder/config.json": text_encoder.config.to_json_string().encode(),
        "text_encoder/model.fp16.safetensors": text,
        "unet/config.json": unets["unet"].to_json_string().encode(),
        "unet/diffusion_pytorch_model.fp16.safetensors": unets["unet"].state_dict(),
        "text_to_image/unet/config.json": unets["drawing"].to_json_string().encode(),
        "text_to_image/unet/diffusion_pytorch_model.fp16.safetensors": unets[
            "drawing"
        ].state_dict(),
        "paint_by_example/unet/config.json": unets["unet"].to_json_string().encode(),
        "paint_by_example/unet/diffusion_pytorch_model.safetensors": unets["unet"].state_dict(),
        "paint_by_example/image_encoder/config.json": vision.config.to_json_string().encode(),
        "paint_by_example/image_encoder/model.safetensors": seen,
        "decoders/x1.5/diffusion_pytorch_model.safetensors": decoder.state_dict(),
        "decoders/x2/diffusion_pytorch_model.safetensors": decoder.state_dict(),
        "safety_checker/config.json": b"{}",
        "safety_checker/model.fp16.safetensors": spare,
        "lcm/pytorch_lora_weights.safetensors": small_lora(unets["unet"]),
        "preview/diffusion_pytorch_model.safetensors": spare,
    }


def write_profile(folder: Path, mirror: Path, parts: Parts, **changes: object) -> None:
    """A mirror of the published files, and beside it the profile that ships, pinned to them and at the small size."""
    manifest = WeightsManifest.read(SD15 / "weights.json")
    for file in manifest.files:
        target = mirror / file.repository / file.file
        target.parent.mkdir(parents=True, exist_ok=True)
        part = parts[file.target]
        if isinstance(part, bytes):
            target.write_bytes(part)
        elif file.is_pickle:
            torch.save(part, target)
        else:
            save_file({n: t.contiguous() for n, t in part.items()}, target)
        pinned = replace(
            file, revision="c" * 40, sha256=sha256_of(target), size=target.stat().st_size
        )
        manifest = manifest.with_file(pinned)
    folder.mkdir(parents=True, exist_ok=True)
    manifest.write(folder / "weights.json")
    profile = json.loads((SD15 / "profile.json").read_text())
    (folder / "profile.json").write_text(json.dumps(profile | changes))


def small_profile(folder: Path) -> Path:
    """A folder with the small profile, fetched from its mirror as an operator would."""
    scratch = folder / "scratch"
    scratch.mkdir(parents=True)
    profile = folder / "small"
    decoders = {
        name: {"architecture": asdict(SMALL), "file": f"decoders/{name}/{WEIGHTS}"}
        for name in ("x1.5", "x2")
    }
    write_profile(
        profile,
        folder / "mirror",
        published_files(scratch),
        decoders=decoders,
        native_size=SIZE,
    )
    fetch(["fetch", str(profile), "--mirror", str(folder / "mirror")])
    return profile

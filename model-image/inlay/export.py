"""Packs trained weights into a profile's folder: `python -m inlay.export --out weights/tiny`."""

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from inlay.checkpoint import load_weights, save_weights

VANILLA = "vanilla.safetensors"
"""The decoder of the same autoencoder that knows no condition: what the asymmetric one is compared with."""


def main() -> None:
    """Reads the averaged weights of the runs and writes fp16 safetensors with a `profile.json` that names them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, default=Path("weights/tiny"))
    arguments = parser.parse_args()
    export(arguments.runs, arguments.out)


def export(runs: Path, out: Path) -> None:
    """Writes the folder that `Inpainter.load` reads."""
    files = {}
    for stage, name in (("decoder", "autoencoder"), ("unet", "unet")):
        state = load_weights(runs / stage / "average.safetensors")
        target = out / f"{name}.safetensors"
        files[target.name] = save_weights(target, state, torch.float16)
    vanilla = load_weights(runs / "autoencoder" / "average.safetensors")
    wanted = ("decoder.", "post_quant_conv.")
    kept = {
        name: tensor
        for name, tensor in vanilla.items()
        if name.startswith(wanted) and "condition_encoder" not in name
    }
    save_weights(out / VANILLA, kept, torch.float16)
    (out / "profile.json").write_text(json.dumps(tiny_profile(files), indent=2) + "\n")


def tiny_profile(files: dict[str, str], native_size: int = 256) -> dict[str, Any]:
    """What `profile.json` says of these networks; `files` are their names and hashes."""
    return {
        "name": "tiny",
        "kind": "inpainter",
        "native_size": native_size,
        "tasks": ["inpaint", "erase", "outpaint"],
        "samplers": ["ddim"],
        "sampler": "ddim",
        "uses_prompt": False,
        "decoders": {"base": {"architecture": "tiny-base", "file": "autoencoder.safetensors"}},
        "decoder": "base",
        "components": {"unet": {"weights": "unet.safetensors"}},
        "unets": {"inpaint": "unet"},
        "coarse_noise": False,
        "matches_grain": True,
        "borrows": True,
        "files": files,
    }


if __name__ == "__main__":
    main()

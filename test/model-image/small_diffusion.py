"""Stable Diffusion's components at a size for tests: the real classes, random weights."""

import json
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

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

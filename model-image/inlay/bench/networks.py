"""The networks that both sides of a benchmark share: diffusers' and transformers' classes beside ours, same weights."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AsymmetricAutoencoderKL, AutoencoderKL, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from inlay.autoencoder import Autoencoder
from inlay.bench.sizes import BenchSize
from inlay.config import AutoencoderConfig

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MARKS = ("<|startoftext|>", "<|endoftext|>")


@dataclass(frozen=True)
class Networks:
    """One of each; UNet and text encoder are the same objects for both sides."""

    ours: Autoencoder
    asymmetric: AsymmetricAutoencoderKL
    plain: AutoencoderKL
    unet: UNet2DConditionModel
    text: CLIPTextModel
    tokenizer: CLIPTokenizer

    def modules(self) -> tuple[nn.Module, ...]:
        """Everything that has weights."""
        return (self.ours, self.asymmetric, self.plain, self.unet, self.text)

    def to(self, device: torch.device, dtype: torch.dtype) -> "Networks":
        """The same on a device, with the channels last, which convolutions want."""
        for module in self.modules():
            module.eval().requires_grad_(False).to(device, dtype)
            if module is not self.text:
                module.to(memory_format=torch.channels_last)
        return self


def make_networks(size: BenchSize, seed: int) -> Networks:
    """Random weights; the autoencoders share what they have in common."""
    torch.manual_seed(seed)
    asymmetric = diffusers_autoencoder(size.autoencoder)
    plain = plain_autoencoder(size.plain)
    ours = Autoencoder(size.autoencoder)
    given = asymmetric.state_dict()
    # diffusers builds layers in its condition encoder that nothing runs through.
    unused = "decoder.condition_encoder.up_layers"
    ours.load_state_dict({k: v for k, v in given.items() if not k.startswith(unused)})
    plain.load_state_dict(
        {
            k: given[k] if k.startswith(("encoder.", "quant_conv.")) else v
            for k, v in plain.state_dict().items()
        }
    )
    tokenizer = letter_tokenizer()
    return Networks(
        ours, asymmetric, plain, make_unet(size), make_text(size, len(tokenizer)), tokenizer
    )


def diffusers_autoencoder(config: AutoencoderConfig) -> AsymmetricAutoencoderKL:
    """diffusers' class at the sizes of a configuration, with random weights."""
    return AsymmetricAutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        down_block_out_channels=config.encoder_widths,
        layers_per_down_block=config.encoder_blocks,
        up_block_types=("UpDecoderBlock2D",) * 4,
        up_block_out_channels=config.decoder_widths,
        layers_per_up_block=config.decoder_blocks,
        norm_num_groups=config.groups,
    )


def plain_autoencoder(config: AutoencoderConfig) -> AutoencoderKL:
    """diffusers' plain autoencoder at the sizes of a configuration whose decoder is as wide as its encoder."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=config.encoder_widths,
        layers_per_block=config.encoder_blocks,
        norm_num_groups=config.groups,
    )


def make_unet(size: BenchSize) -> UNet2DConditionModel:
    """Stable Diffusion 1.5's inpainting UNet at this size."""
    crossing = ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",)
    rising = ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3
    return UNet2DConditionModel(
        sample_size=size.side // 8,
        in_channels=9,
        out_channels=4,
        down_block_types=crossing,
        up_block_types=rising,
        attention_head_dim=8,
        **size.unet,
    )


def make_text(size: BenchSize, words: int) -> CLIPTextModel:
    """CLIP's text encoder at this size."""
    given = {"vocab_size": words, "max_position_embeddings": 77, "hidden_act": "quick_gelu"}
    ends = {"bos_token_id": words - 2, "eos_token_id": words - 1, "pad_token_id": words - 1}
    return CLIPTextModel(CLIPTextConfig(**(given | ends | size.text)))


def letter_tokenizer() -> CLIPTokenizer:
    """A tokenizer that knows letters only: it needs no file of a vocabulary, and gives as many tokens as any other."""
    pieces = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS), *MARKS]
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = {piece: index for index, piece in enumerate(pieces)}
        (Path(folder) / "vocab.json").write_text(json.dumps(vocabulary))
        (Path(folder) / "merges.txt").write_text("#version: 0.2\n")
        return CLIPTokenizer.from_pretrained(folder, model_max_length=77)

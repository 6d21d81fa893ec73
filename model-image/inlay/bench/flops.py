"""TFLOP of an edit, counted on the meta device: nothing is computed, so any size counts in a moment."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from inlay.autoencoder import Autoencoder
from inlay.bench.networks import make_text, make_unet
from inlay.bench.sizes import BenchSize
from inlay.decode_way import DecodeWay
from inlay.windows.decode import decode_in_windows

TOKENS = 77


def count_tflop(size: BenchSize, words: int = 54) -> dict[str, float]:
    """TFLOP by part of one edit of one picture: a multiplication and an addition are two."""
    cells = size.side // 8
    with torch.device("meta"):
        ours, plain = Autoencoder(size.autoencoder), Autoencoder(size.plain)
        unet, text = make_unet(size), make_text(size, words)
        image, mask = (
            torch.empty(1, 3, size.side, size.side),
            torch.empty(1, 1, size.side, size.side),
        )
        latents, stacked = torch.empty(1, 4, cells, cells), torch.empty(1, 9, cells, cells)
        ids = torch.zeros(1, TOKENS, dtype=torch.long)
        context = torch.empty(1, TOKENS, unet.config.cross_attention_dim)
        step = torch.zeros(1)
        parts: dict[str, Callable[[], object]] = {
            "text": lambda: text(ids),
            "encode": lambda: ours.encoder(image),
            "UNet, one forward": lambda: unet(stacked, step, context),
            "decode x1.5": lambda: ours.decoder(latents, image, mask),
            "decode plain": lambda: plain.decoder(latents),
        }
        counted = {name: tflop_of(part) for name, part in parts.items()}
    common = counted["text"] + counted["encode"] + 2 * size.steps * counted["UNet, one forward"]
    whole = {
        f"edit {kind}, {size.steps} steps with guidance": common + counted[f"decode {kind}"]
        for kind in ("x1.5", "plain")
    }
    return counted | whole


def tflop_of(part: Callable[[], Tensor | object]) -> float:
    """TFLOP of one run."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        part()
    return counter.get_total_flops() / 1e12


def windowed_tflop(size: BenchSize, hole: NDArray[np.bool_], way: DecodeWay = "trimmed") -> float:
    """TFLOP of a decode x1.5 of one picture around its hole (S, S)."""
    side, cells = size.side, size.side // 8
    marked = torch.from_numpy(hole)[None, None].float()
    with torch.device("meta"):
        decoder = Autoencoder(size.autoencoder).decoder
        image, mask = torch.empty(1, 3, side, side), torch.empty(1, 1, side, side)
        latents = torch.empty(1, 4, cells, cells)
    return tflop_of(lambda: decode_in_windows(decoder, latents, image, mask, way, hole=marked))

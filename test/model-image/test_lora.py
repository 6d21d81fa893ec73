"""Low-rank changes merged into a UNet, beside what diffusers makes of the same file."""

from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel
from diffusers.loaders import StableDiffusionLoraLoaderMixin
from safetensors.torch import save_file
from small_diffusion import small_unet
from torch import Tensor

from inlay.stable_diffusion.lora import LoraError, merge_lora

RANK = 3
CHANGED = (
    "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q",
    "up_blocks.0.attentions.0.transformer_blocks.0.attn2.to_out.0",
    "down_blocks.1.attentions.0.proj_in",
    "down_blocks.0.resnets.0.conv1",
    "down_blocks.0.resnets.0.time_emb_proj",
    "down_blocks.0.downsamplers.0.conv",
)
"""Linear layers and convolutions, of both kernels, as LCM-LoRA's file has them."""


def kohya(name: str) -> str:
    return "lora_unet_" + name.replace(".", "_")


def lora_for(state: dict[str, Tensor], alpha: float | None = 1.5) -> dict[str, Tensor]:
    """A LoRA of random numbers for some modules of a UNet."""
    generator = torch.Generator().manual_seed(4)
    lora = {}
    for name in CHANGED:
        out, *rest = state[f"{name}.weight"].shape
        ones = [1] * (len(rest) - 1)
        lora[f"{kohya(name)}.lora_down.weight"] = torch.randn(RANK, *rest, generator=generator)
        lora[f"{kohya(name)}.lora_up.weight"] = torch.randn(out, RANK, *ones, generator=generator)
        if alpha is not None:
            lora[f"{kohya(name)}.alpha"] = torch.tensor(alpha)
    return lora


@pytest.fixture(scope="module")
def unet() -> UNet2DConditionModel:
    return small_unet()


@pytest.mark.parametrize("alpha", [1.5, None])
def test_it_merges_as_diffusers_does_with_the_same_file(unet, tmp_path: Path, alpha):
    pytest.importorskip("peft")
    lora = lora_for(unet.state_dict(), alpha)
    save_file(lora, tmp_path / "lora.safetensors")
    theirs = small_unet()
    read, alphas = StableDiffusionLoraLoaderMixin.lora_state_dict(tmp_path / "lora.safetensors")
    StableDiffusionLoraLoaderMixin.load_lora_into_unet(read, alphas, theirs)
    theirs.fuse_lora(lora_scale=0.7)
    theirs.unload_lora()
    ours = small_unet()
    ours.load_state_dict(merge_lora(ours.state_dict(), lora, 0.7))
    wanted = theirs.state_dict()
    for name, tensor in ours.state_dict().items():
        assert torch.allclose(tensor, wanted[name], atol=1e-5), name


def test_only_the_named_weights_change_and_none_in_place(unet):
    state = unet.state_dict()
    before = {name: tensor.clone() for name, tensor in state.items()}
    merged = merge_lora(state, lora_for(state))
    changed = {name for name in state if not torch.equal(merged[name], before[name])}
    assert changed == {f"{name}.weight" for name in CHANGED}
    assert all(torch.equal(state[name], before[name]) for name in state)


def test_a_change_is_the_product_by_hand_in_the_weights_own_precision():
    state = {"conv.weight": torch.ones(1, 1, 1, 1, dtype=torch.float16)}
    lora = {
        "lora_unet_conv.lora_down.weight": torch.full((2, 1, 1, 1), 3.0),
        "lora_unet_conv.lora_up.weight": torch.full((1, 2, 1, 1), 5.0),
        "lora_unet_conv.alpha": torch.tensor(4.0),
    }
    merged = merge_lora(state, lora, 0.1)["conv.weight"]
    assert (merged.dtype, merged.item()) == (torch.float16, 1 + 0.1 * (4 / 2) * (2 * 3 * 5))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lora: lora.clear(), "no LoRA"),
        (lambda lora: lora.update({"lora_te_x.alpha": torch.ones(())}), "lora_te_x.alpha"),
        (lambda lora: lora.update({"lora_unet_x.dora_scale": torch.ones(1)}), "dora_scale"),
        (lambda lora: lora.pop(f"{kohya(CHANGED[0])}.lora_up.weight"), "lora_up.weight is missing"),
        (
            lambda lora: lora.update(
                {
                    "lora_unet_mid_x.lora_down.weight": torch.ones(1, 2),
                    "lora_unet_mid_x.lora_up.weight": torch.ones(2, 1),
                }
            ),
            "no such module",
        ),
        (
            lambda lora: lora.update(
                {f"{kohya(CHANGED[0])}.lora_down.weight": torch.ones(RANK, 5)}
            ),
            "the UNet's weight has",
        ),
        (
            lambda lora: lora.update(
                {f"{kohya(CHANGED[0])}.lora_up.weight": torch.ones(64, RANK + 1)}
            ),
            "one rank",
        ),
        (
            lambda lora: lora.update({f"{kohya(CHANGED[0])}.alpha": torch.tensor(torch.nan)}),
            "finite",
        ),
    ],
)
def test_a_file_that_does_not_fit_says_where(unet, change, says):
    lora = lora_for(unet.state_dict())
    change(lora)
    with pytest.raises(LoraError, match=says):
        merge_lora(unet.state_dict(), lora)

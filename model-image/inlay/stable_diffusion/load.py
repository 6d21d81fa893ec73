"""Loads a profile of Stable Diffusion's kind: what its tasks need, side by side, and nothing else."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import torch

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import CheckpointError, autoencoder_names
from inlay.profile import DecoderSpec, Profile
from inlay.safety.clip_checker import ClipChecker, checker_names, make_checker
from inlay.setup_log import SetupLog
from inlay.stable_diffusion.model import StableDiffusion
from inlay.stable_diffusion.network_loader import NetworkLoader
from inlay.stable_diffusion.networks import (
    fill_network,
    make_example_encoder,
    make_text_encoder,
    make_tokenizer,
    make_unet,
    without_weights,
)
from inlay.stable_diffusion.painter import Guide, Painter
from inlay.stable_diffusion.samplers import SAMPLERS
from inlay.stable_diffusion.text import TextEncoder
from inlay.stable_diffusion.tiny_decoder import TinyDecoder, decoder_names
from inlay.tasks import TASKS, painted_as
from inlay.weights.folder import ProfileFiles

THREADS = 4
"""Files read at once: hashing one and copying another to a GPU overlap."""


def load_stable_diffusion(
    folder: Path,
    profile: Profile,
    decoder: str,
    device: torch.device,
    dtype: torch.dtype,
    log: SetupLog,
) -> StableDiffusion:
    """Loads and verifies what the profile's tasks need; CheckpointError names the first thing that is wrong."""
    unknown = [name for name in profile.samplers if name not in SAMPLERS]
    if unknown:
        raise CheckpointError(f"There is no sampler {unknown[0]}; there are {', '.join(SAMPLERS)}.")
    loader = NetworkLoader(profile, ProfileFiles(folder, profile), device, dtype, log)
    name, spec = profile.choose_decoder(decoder)
    tasks = sorted({painted_as(task) for task in profile.tasks})
    with ThreadPoolExecutor(THREADS) as pool:
        unets = {
            task: pool.submit(loader.component, profile.unet_of(task), make_unet) for task in tasks
        }
        autoencoder = pool.submit(load_autoencoder, loader, spec)
        guides: dict[str, Future[Guide]] = {}
        if any(profile.reads_prompt(task) for task in tasks):
            guides["text"] = pool.submit(load_text, loader)
        if "paint_by_example" in tasks:
            guides["example"] = pool.submit(
                loader.component, "example_encoder", make_example_encoder
            )
        checker = pool.submit(load_checker, loader)
        preview = pool.submit(load_preview_decoder, loader)
    text = guides["text"].result() if "text" in guides else None
    painters = {
        task: Painter(
            autoencoder.result(),
            unets[task].result(),
            text if profile.reads_prompt(task) else guides["example"].result(),
            TASKS[task],
            profile.sampler,
            profile.native_size,
            way=profile.decode,
            preview_decoder=preview.result(),
        )
        for task in tasks
    }
    distilled = distil(loader, painters)
    plain = painters if profile.samples_plainly else {}
    return StableDiffusion(
        profile, name, loader.files.sha256, plain, distilled, text, checker.result()
    )


def load_autoencoder(loader: NetworkLoader, spec: DecoderSpec) -> Autoencoder:
    """The encoder and the chosen decoder, which every task shares."""
    return loader.network(
        "autoencoder", lambda: Autoencoder(spec.architecture), spec.file, autoencoder_names
    )


def load_text(loader: NetworkLoader) -> TextEncoder:
    """The text encoder with its tokenizer."""
    network = loader.component("text_encoder", make_text_encoder)
    tokenizer = loader.profile.component("tokenizer")
    files = (loader.files.checked(name) for name in (tokenizer.vocabulary, tokenizer.merges))
    return TextEncoder(make_tokenizer(*files, network.config.max_position_embeddings), network)


def load_checker(loader: NetworkLoader) -> ClipChecker | None:
    """The safety checker of a profile that has one."""
    if "safety_checker" not in loader.profile.components:
        return None
    component = loader.profile.component("safety_checker")
    return loader.network(
        "safety_checker",
        lambda: make_checker(loader.config(component)),
        component.weights,
        checker_names,
    )


def load_preview_decoder(loader: NetworkLoader) -> TinyDecoder | None:
    """The decoder of previews of a profile that has one."""
    if "preview_decoder" not in loader.profile.components:
        return None
    file = loader.profile.component("preview_decoder").weights
    return loader.network("preview_decoder", TinyDecoder, file, decoder_names)


def distil(loader: NetworkLoader, painters: dict[str, Painter]) -> dict[str, Painter]:
    """The painters with LoRA weights merged into copies of their denoisers, where the distilled mode is served."""
    mode = loader.profile.distilled
    if mode is None or mode.sampler not in loader.profile.samplers:
        return {}
    from inlay.stable_diffusion.lora import LoraError, merge_lora

    lora = {n: t.to(loader.device) for n, t in loader.weights("lora", mode.lora).items()}
    made = {}
    for task, painter in painters.items():
        given = painter.unet
        try:
            with loader.log.part("lora", "merge_ms"):
                merged = merge_lora(given.state_dict(), lora, mode.scale)
        except LoraError as error:
            raise CheckpointError(f"{mode.lora}: {error}") from error
        network = without_weights(lambda given=given: make_unet(dict(given.config)), mode.lora)
        unet = loader.place("lora", fill_network(network, merged, mode.lora))
        made[task] = replace(painter, unet=unet, sampler=mode.sampler)
    return made

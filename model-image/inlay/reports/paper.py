"""Measures the paper's tasks on its sets: `python -m inlay.evaluate paper inpaint --profile weights/sd15 --set FOLDER`.

Each case is sampled once and decoded in every way that the tables compare: by each decoder, with the picture and
without. Writes `results/TASK.json`, which `inlay.evaluate table` prints beside the paper's rows. `inlay.reports.sets`
says how a set's folder is laid out.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import load_into, load_published
from inlay.clip_picture import clip_picture
from inlay.config import AutoencoderConfig
from inlay.lama_masks import STYLES
from inlay.metrics.judges import JudgedSet, Judges
from inlay.metrics.kept import pre_error, pre_error_sum
from inlay.model import Serving, load_model
from inlay.profile import Profile
from inlay.reports.examples import LARGE_HOLES, is_large
from inlay.reports.report import write_report
from inlay.reports.sets import Case, caption_cases, example_cases, inpainting_cases
from inlay.settings import FillSettings
from inlay.setup_log import SetupLog
from inlay.stable_diffusion.load import load_autoencoder
from inlay.stable_diffusion.network_loader import NetworkLoader
from inlay.stable_diffusion.painter import SCALE, Painter
from inlay.weights.folder import ProfileFiles

REPORTS = {
    "inpaint": "inpainting",
    "paint_by_example": "paint-by-example",
    "text_to_image": "text-to-image",
}
"""The report's name, by task."""

ROWS = {"x1.5": "large", "x2": "large x2"}
"""What the paper calls a profile's decoders."""

PUBLISHED = ("vanilla", "base")
"""Decoders of the paper's rows that no profile serves; each is given by its file, in either published form."""


def main(given: list[str]) -> None:
    """Reads the command line and measures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("task", choices=REPORTS)
    parser.add_argument("--profile", type=Path, default=Path("weights/sd15"))
    parser.add_argument("--set", type=Path, required=True, help="the folder of the set")
    parser.add_argument("--masks", default="medium", choices=sorted(STYLES))
    parser.add_argument("--sampler", default="ddim")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--guidance", type=float, default=7.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("results"))
    for name in PUBLISHED:
        parser.add_argument(f"--{name}", type=Path, help=f"the {name} decoder, with its encoder")
        parser.add_argument(f"--{name}-sha256", default="")
    Judges.add_arguments(parser)
    arguments = parser.parse_args(given)
    judges = Judges.load(arguments)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    serving = Serving(tasks=(arguments.task,), samplers=(arguments.sampler,))
    model = load_model(arguments.profile, device, serving)
    painter = model.filler(arguments.task, arguments.sampler)
    if not isinstance(painter, Painter):
        raise SystemExit(
            f"{model.profile.name} is no Stable Diffusion. Use: inlay.evaluate decoder"
        )
    decoders, files = load_decoders(arguments, painter)
    settings = FillSettings([arguments.seed], arguments.steps, arguments.guidance)
    cases = cases_of(arguments, painter.native_size)
    figures = measure(painter, decoders, cases, judges, settings)
    report = arguments.out / f"{REPORTS[arguments.task]}.json"
    write_report(report, ["paper", *given], files, figures)


def cases_of(arguments: argparse.Namespace, size: int) -> Iterator[Case]:
    """The set of the task."""
    if arguments.task == "paint_by_example":
        return example_cases(arguments.set, size)
    if arguments.task == "text_to_image":
        return caption_cases(arguments.set, size)
    return inpainting_cases(arguments.set, size, arguments.masks, arguments.seed)


def load_decoders(
    arguments: argparse.Namespace, painter: Painter
) -> tuple[dict[str, Autoencoder], list[Path]]:
    """The profile's decoders and those given by file, under the names of the paper's rows, and all their files.

    CheckpointError for a file that is missing, another one, or of another architecture.
    """
    folder: Path = arguments.profile
    profile = Profile.read(folder)
    device, dtype = painter.unet.device, painter.unet.dtype
    loader = NetworkLoader(profile, ProfileFiles(folder, profile), device, dtype, SetupLog())
    found = {
        ROWS.get(name, name): load_autoencoder(loader, spec)
        for name, spec in profile.decoders.items()
    }
    files = [folder / spec.file for spec in profile.decoders.values()]
    encoder = next(iter(profile.decoders.values())).architecture
    for name in PUBLISHED:
        path = getattr(arguments, name)
        if path is None:
            continue
        network = Autoencoder(published_architecture(encoder, conditional=name != "vanilla"))
        load_into(network, load_published(path, getattr(arguments, f"{name}_sha256")), path.name)
        found[name] = network.eval().requires_grad_(False).to(device, dtype)
        files.append(path)
    return found, files


def published_architecture(like: AutoencoderConfig, conditional: bool) -> AutoencoderConfig:
    """The paper's base decoder for an encoder: of the encoder's own widths and depth, and the plain one's."""
    return replace(
        like,
        decoder_widths=like.encoder_widths,
        decoder_blocks=like.encoder_blocks,
        conditional=conditional,
    )


@dataclass(frozen=True)
class Way:
    """One way to decode: a decoder, and whether it is shown the picture."""

    decoder: Autoencoder
    conditioned: bool


def ways_of(decoders: dict[str, Autoencoder], keeps: bool) -> dict[str, Way]:
    """Every way that the tables compare, by the name of its figures; `keeps` says whether a task keeps anything."""
    ways = {}
    for name, decoder in decoders.items():
        conditional = decoder.config.conditional
        if conditional and keeps:
            ways[name] = Way(decoder, conditioned=True)
        ways[f"{name}, without mask" if conditional else name] = Way(decoder, conditioned=False)
    return ways


@torch.inference_mode()
def measure(
    painter: Painter,
    decoders: dict[str, Autoencoder],
    cases: Iterable[Case],
    judges: Judges,
    settings: FillSettings,
) -> dict[str, float]:
    """Mean figures of each way to decode, over all cases; case i is sampled with the settings' first seed + i."""
    keeps = painter.task.keeps
    ways = ways_of(decoders, keeps)
    sets = {f"{name}{split}": JudgedSet(judges) for name in ways for split in ("", LARGE_HOLES)}
    columns: dict[str, list[Tensor]] = {}
    count = 0
    for case in tqdm(cases, desc="pictures"):
        latents = sampled(painter, case, settings, count)
        image, mask = case.image.to(latents), case.mask.to(latents)
        for name, way in ways.items():
            condition = (image, mask) if way.conditioned else (None, None)
            decoded = way.decoder.decode(latents, *condition).float().clamp(-1, 1).cpu()
            sets[name].add(decoded, case.image)
            if keeps and is_large(case.mask):
                sets[f"{name}{LARGE_HOLES}"].add(decoded, case.image)
            if case.example is not None:
                sets[name].compare(region(decoded, case.mask), case.example)
            if keeps:
                for unit, error in (("", pre_error), (" as a sum,", pre_error_sum)):
                    found = error(decoded, case.image, case.mask)
                    columns.setdefault(f"pre_error{unit} {name}", []).append(found)
        count += 1
    figures = {name: torch.cat(values).nanmean().item() for name, values in columns.items()}
    for name, judged in sets.items():
        figures |= judged.figures(name)
    return figures | {"pictures": float(count)}


def sampled(painter: Painter, case: Case, settings: FillSettings, number: int) -> Tensor:
    """The case's latents (1, 4, S/8, S/8), as a decoder takes them."""
    example = None if case.example is None else clip_picture(case.example)
    seeds = [settings.seeds[0] + number]
    own = replace(settings, seeds=seeds, prompt=case.prompt, example=example)
    device, dtype = painter.unet.device, painter.unet.dtype
    image, mask = (part.to(device, dtype) for part in (case.image, case.mask))
    return painter.sample(image, mask, own, lambda _done, _total: None) / SCALE


def region(picture: Tensor, mask: Tensor) -> Tensor:
    """The box around a picture's hole (1, 3, h, w): what is compared with an example."""
    rows, columns = (mask[0, 0].any(dim).nonzero() for dim in (1, 0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return picture[..., top:bottom, left:right]

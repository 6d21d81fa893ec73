"""Measures the paper's tasks on its sets: `python -m inlay.evaluate paper inpaint --profile weights/sd15 --pictures P`.

Each case is sampled once and decoded in every way that the tables compare: by each decoder, with the picture and
without. Writes `results/TASK.json`, which `inlay.evaluate table` prints beside the paper's rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from tqdm import tqdm

from inlay.autoencoder import Autoencoder
from inlay.clip_picture import clip_picture
from inlay.metrics.judges import JudgedSet, Judges
from inlay.metrics.kept import pre_error, pre_error_sum
from inlay.reports.examples import LARGE_HOLES, is_large
from inlay.reports.sets import Case
from inlay.settings import FillSettings
from inlay.stable_diffusion.painter import SCALE, Painter

REPORTS = {
    "inpaint": "inpainting",
    "paint_by_example": "paint-by-example",
    "text_to_image": "text-to-image",
}
"""The report's name, by task."""


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

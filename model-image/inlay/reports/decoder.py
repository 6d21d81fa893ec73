"""Measures a profile's decoder on photographs that nothing was trained on: `python -m inlay.evaluate`.

Compares three ways to bring an edit home: the vanilla decode, the vanilla decode with the kept pixels pasted over it,
and the asymmetric decode. Writes the figures as JSON, and as PNG the first examples, whole and at their hole's edge.
"""

from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import load_into, load_weights
from inlay.config import AUTOENCODERS
from inlay.export import VANILLA
from inlay.grid import save_grid
from inlay.inpainter import Inpainter
from inlay.lama_masks import STYLES
from inlay.metrics.judges import JudgedSet, Judges
from inlay.metrics.seam import seam
from inlay.metrics.texture import colour_distance, roughness_ratio
from inlay.reports.delivered import delivered
from inlay.reports.examples import LARGE_HOLES, Example, draw, is_large
from inlay.reports.report import report_parser, write_report
from inlay.reports.true_latents import measure_drift, measure_true_latents
from inlay.zoom import zoom_on_edge

GRID_ROWS = 8
TITLES = ("input", "mask", "vanilla", "naive paste", "asymmetric", "delivered")
"""The last is what an edit brings of the asymmetric decode."""


def main(given: list[str]) -> None:
    """Reads the command line, measures, and prints the table."""
    parser = report_parser(__doc__)
    parser.add_argument("--count", type=int, default=56)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--masks", default="mixed", choices=["mixed", *STYLES])
    Judges.add_arguments(parser)
    arguments = parser.parse_args(given)
    inpainter = Inpainter.load(arguments.profile, torch.device("cpu"))
    vanilla = load_vanilla(arguments.profile)
    size, count = inpainter.native_size, arguments.count
    examples = draw(arguments.pictures, size, count, arguments.seed, arguments.masks)
    judges = Judges.load(arguments)
    ours = inpainter.autoencoder
    figures = measure_true_latents(ours, vanilla, examples)
    figures |= measure_drift(ours, vanilla, examples)
    sampled, rows = measure_sampled(inpainter, vanilla, examples, arguments.steps, judges)
    weights = list(arguments.profile.glob("*.safetensors"))
    write_report(arguments.out / "tiny.json", given, weights, figures | sampled)
    shown = list(zip(rows, examples, strict=True))[:GRID_ROWS]
    save_grid(arguments.out / "tiny.png", [row for row, _ in shown], TITLES)
    edges = [zoom_on_edge(row, example.mask) for row, example in shown]
    save_grid(arguments.out / "tiny-edge.png", edges, TITLES)


def load_vanilla(profile: Path) -> Autoencoder:
    """The profile's autoencoder with its decoder without condition."""
    autoencoder = Autoencoder(AUTOENCODERS["tiny-vanilla"])
    encoder = {
        name: tensor
        for name, tensor in load_weights(profile / "autoencoder.safetensors").items()
        if name.startswith(("encoder.", "quant_conv."))
    }
    load_into(autoencoder, encoder | load_weights(profile / VANILLA), VANILLA)
    return autoencoder.eval().requires_grad_(False)


@torch.inference_mode()
def measure_sampled(
    inpainter: Inpainter,
    vanilla: Autoencoder,
    examples: list[Example],
    steps: int,
    judges: Judges,
) -> tuple[dict[str, float], list[list[Tensor]]]:
    """What fills are like once decoded, and each example's pictures in the order of TITLES."""
    ours = inpainter.autoencoder
    columns: dict[str, list[Tensor]] = {}
    names = ("vanilla", "asymmetric", "asymmetric, without mask")
    judged = {f"{name}{split}": JudgedSet(judges) for name in names for split in ("", LARGE_HOLES)}
    rows = []

    def note(name: str, value: Tensor) -> None:
        columns.setdefault(name, []).append(value)

    for example in tqdm(examples, desc="sampled latents"):
        image, mask, seed = example.image, example.mask, example.seed
        sampled = inpainter.sample(image, mask, [seed], steps)
        raw = vanilla.decode(sampled).clamp(-1, 1)
        pasted = torch.where(mask.bool(), raw, image)
        asymmetric = ours.decode(sampled, image, mask).clamp(-1, 1)
        joined = torch.where(mask.bool(), asymmetric, image)
        brought, brought_raw = (
            delivered(inpainter, inpainter.finished(d, image, mask, [seed]), image, mask, seed)
            for d in (asymmetric, raw)
        )
        note("seam of the photograph itself", seam(image, mask))
        note("seam naive paste", seam(pasted, mask))
        note("seam asymmetric", seam(joined, mask))
        note("seam naive paste, as finished", seam(brought_raw, mask))
        note("seam asymmetric, as delivered", seam(brought, mask))
        note("fill roughness, hole to ring", roughness_ratio(brought, mask))
        note("fill colour distance (Lab)", colour_distance(brought, mask))
        if judges.present:
            splits = ("", LARGE_HOLES) if is_large(mask) else ("",)
            decodes = (raw, asymmetric, ours.decode(sampled).clamp(-1, 1))
            for name, decoded in zip(names, decodes, strict=True):
                for split in splits:
                    judged[f"{name}{split}"].add(decoded, image)
        rows.append([image, image * (1 - mask) + mask, raw, pasted, joined, brought])

    figures = {name: torch.cat(values).nanmean().item() for name, values in columns.items()}
    seams = [torch.cat(columns[f"seam {name}"]) for name in ("asymmetric", "naive paste")]
    figures["share of pictures with a smaller seam"] = (seams[0] < seams[1]).float().mean().item()
    rough = torch.cat(columns["fill roughness, hole to ring"])
    near = torch.cat(columns["fill colour distance (Lab)"])
    for name, pictures in judged.items():
        figures |= pictures.figures(name)
    figures["share of fills with roughness 0.5 to 2"] = share((rough >= 0.5) & (rough <= 2), rough)
    figures["share of fills within 8 of the ring's colour"] = share(near < 8, near)
    return figures, rows


def share(holds: Tensor, values: Tensor) -> float:
    """The share of the values that are numbers for which something holds."""
    counted = ~values.isnan()
    return (holds & counted).sum().item() / max(counted.sum().item(), 1)

"""Compiles a profile's denoisers on this machine and keeps the artifacts: `python -m inlay.make_cache --profile sd15`.

To be run on the chip that is going to serve, with the image's own torch. The set lies beside the weights, in the
profile's `compiled`, and is loaded by every container with the same torch, triton and chip.
"""

import argparse
import time
from pathlib import Path

import torch
from tqdm import tqdm

from inlay.compile_cache import Target, compile_all, save_cache
from inlay.compiled import Compile, inductor
from inlay.model import Model, Serving, load_model
from inlay.settings import FillSettings
from inlay.tasks import painted_as

EXAMPLE_SIDE = 224
"""Pixels of the picture that paint_by_example is shown."""


def main() -> None:
    """Loads, compiles, and says where the set is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--profile", default="tiny", help="a profile's name, or its folder")
    arguments = parser.parse_args()
    folder = Path(__file__).parent.parent / "weights" / arguments.profile
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    started = time.monotonic()
    model = load_model(folder, device, Serving.from_environment())
    path = make_cache(model, folder, device)
    megabytes = path.stat().st_size / 1e6
    print(
        f"{path.relative_to(folder.parent)}: {megabytes:.1f} MB, {time.monotonic() - started:.0f} s"
    )


def make_cache(
    model: Model, folder: Path, device: torch.device, compile: Compile = inductor
) -> Path:
    """Has every way of painting compile what it calls, and writes the set; returns its file."""
    networks = compile_all(model.denoisers(), compile)
    ways = [
        (task, sampler)
        for task in {painted_as(task): task for task in model.profile.tasks}.values()
        for sampler in model.profile.samplers
    ]
    for task, sampler in tqdm(ways, desc="ways of painting"):
        paint(model, task, sampler)
    return save_cache(folder, Target.here(device), networks)


def paint(model: Model, task: str, sampler: str) -> None:
    """The shortest edit of noise there is, with guidance and without."""
    side = model.profile.native_size
    image, mask = torch.zeros(1, 3, side, side), torch.ones(1, 1, side, side)
    mask[..., : side // 2, :] = 0.0 if painted_as(task) != "text_to_image" else 1.0
    for guidance in (7.5, 1.0):
        settings = FillSettings(
            [0],
            steps=model.profile.steps(1, sampler),
            guidance=guidance,
            prompt="noise",
            example=torch.zeros(1, 3, EXAMPLE_SIDE, EXAMPLE_SIDE),
        )
        model.filler(task, sampler).fill(image, mask, settings, lambda _done, _total: None)


if __name__ == "__main__":
    main()

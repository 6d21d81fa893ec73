"""Times edits of pictures of very different sizes, and what memory they take: `python -m inlay.evaluate pixels`.

Each is edited through the container's own way, from signed URLs to the manifest, with the same steps. A photograph of
48 megapixels is made of a held-out one, mirrored as often as it takes. Writes `results/pixels.json`.
"""

import argparse
import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from inlay.bench.memory import STATUS, forget_peak, peak_megabytes
from inlay.edit_input import EditInput
from inlay.inpainter import Inpainter
from inlay.pipeline import Filler
from inlay.pixels import Picture, encode_picture
from inlay.reports.loopback import LoopbackEdge, serve_edge
from inlay.reports.report import write_report
from inlay.runner import run_edit
from inlay.settings import FillSettings, OnRough, OnStep
from inlay.transport import EdgeClient

PHONE = (8064, 6048)
CPU = torch.device("cpu")
MODEL = "model, of this thread (s)"
MEMORY = "memory beyond the model (MB)"


@dataclass(frozen=True)
class Sized:
    """A picture's file, the side of the square hole in its middle, and how it is edited."""

    name: str
    make: Callable[[Path], bytes]
    size: tuple[int, int]
    hole: int
    n: int = 1
    output_format: str = "same"


class Timed:
    """An inpainter that counts its crops and their time."""

    def __init__(self, inpainter: Inpainter) -> None:
        self._inpainter = inpainter
        self.seconds: list[float] = []
        """By the wall clock, a crop each."""
        self.busy: list[float] = []
        """By this thread's own clock, which other programs do not slow."""

    def __getattr__(self, name: str) -> object:
        return getattr(self._inpainter, name)

    def filler(self, _task: str, _sampler: str) -> Filler:
        return self

    def fill(
        self,
        image: Tensor,
        mask: Tensor,
        settings: FillSettings,
        on_step: OnStep,
        on_rough: OnRough | None = None,
    ) -> Tensor:
        started, begun = time.perf_counter(), time.thread_time()
        made = self._inpainter.fill(image, mask, settings, on_step, on_rough)
        self.seconds.append(time.perf_counter() - started)
        self.busy.append(time.thread_time() - begun)
        return made


def main(given: list[str]) -> None:
    """Reads the command line, measures, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--profile", type=Path, default=Path("weights/tiny"))
    parser.add_argument("--picture", type=Path, default=Path("data/held_out/ColdRipple.jpg"))
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("results"))
    arguments = parser.parse_args(given)
    model = Timed(Inpainter.load(arguments.profile, CPU))
    figures: dict[str, float] = {}
    with serve_edge() as edge:
        warm_up(model, edge)
        loaded = held_megabytes()
        # Round by round, so that what slows this machine for a while slows all sizes.
        rounds = [measure_all(model, edge, arguments, loaded) for _ in range(arguments.runs)]
    for sized in SIZES:
        rows = [one[sized.name] for one in rounds]
        for name in rows[0]:
            middle = max if name == MEMORY else statistics.median
            figures[f"{sized.name}: {name}"] = middle([row[name] for row in rows])
    usual = figures[f"{SIZES[0].name}: {MODEL}"]
    for sized in SIZES[1:]:
        ratio = figures[f"{sized.name}: {MODEL}"] / usual
        figures[f"{sized.name}: model, to that of {SIZES[0].name}"] = ratio
    weights = list(arguments.profile.glob("*.safetensors"))
    write_report(arguments.out / "pixels.json", ["pixels", *given], weights, figures)


def measure_all(
    model: Timed, edge: LoopbackEdge, arguments: argparse.Namespace, loaded: float
) -> dict[str, dict[str, float]]:
    """Every size once."""
    return {sized.name: measure(model, edge, sized, arguments, loaded) for sized in SIZES}


def measure(
    model: Timed,
    edge: LoopbackEdge,
    sized: Sized,
    arguments: argparse.Namespace,
    loaded: float,
) -> dict[str, float]:
    """One edit, and the most memory beyond what the process held with its model loaded and used once; what loopback
    keeps of pictures and outputs is in it.
    """
    edge.forget()
    edge.files = {
        "/image": sized.make(arguments.picture),
        "/mask": square_mask(sized.size, sized.hole),
    }
    model.seconds.clear()
    model.busy.clear()
    forget_peak(CPU)
    request = request_of(edge, sized, arguments.steps)
    manifest = run_edit(model, EdgeClient(edge.origin), request, lambda *_: None)
    if manifest.error is not None:
        raise SystemExit(f"{sized.name}: {manifest.error.code}: {manifest.error.detail}")
    return {
        "crops": float(len(model.seconds)),
        "model (s)": sum(model.seconds),
        MODEL: sum(model.busy),
        "all (s)": manifest.timings["total_ms"] / 1000,
        **parts(manifest.timings, sum(model.seconds)),
        "megabytes of the result": sum(output.bytes for output in manifest.outputs) / 1e6,
        MEMORY: peak_megabytes(CPU) - loaded,
    }


def parts(timings: dict[str, float], model: float) -> dict[str, float]:
    """Seconds by part; crops, colours, grain and the blend are what is left of painting."""
    named = {
        "download (s)": "download_ms",
        "decode (s)": "decode_ms",
        "encode (s)": "encode_ms",
        "upload (s)": "upload_ms",
    }
    seconds = {name: timings.get(part, 0.0) / 1000 for name, part in named.items()}
    return {**seconds, "crop and paste (s)": timings["sample_ms"] / 1000 - model}


def warm_up(model: Timed, edge: LoopbackEdge) -> None:
    """One edit that is not measured."""
    small = Sized("", lambda _: encode(np.zeros((64, 64, 3), np.uint8)), (64, 64), 20)
    edge.files = {"/image": small.make(Path()), "/mask": square_mask(small.size, small.hole)}
    run_edit(model, EdgeClient(edge.origin), request_of(edge, small, 2), lambda *_: None)


def request_of(edge: LoopbackEdge, sized: Sized, steps: int) -> EditInput:
    """What the edge would ask for."""
    return EditInput(
        task="inpaint",
        image_url=edge.url("/image"),
        mask_url=edge.url("/mask"),
        output_urls=[edge.url(f"/out/{index}") for index in range(sized.n)],
        manifest_url=edge.url("/manifest"),
        preview_url=edge.url("/preview"),
        edit="edit_a",
        attempt=1,
        prompt="",
        negative_prompt="",
        n=sized.n,
        seed=1,
        steps=steps,
        guidance=7.5,
        strength=1.0,
        output_format=sized.output_format,
    )


def square_mask(size: tuple[int, int], side: int) -> bytes:
    """A mask with one square in the middle of a picture (width, height)."""
    width, height = size
    mask = np.zeros((height, width, 1), np.uint8)
    top, left = (height - side) // 2, (width - side) // 2
    mask[top : top + side, left : left + side] = 255
    return encode(mask)


def encode(samples: np.ndarray) -> bytes:
    """A PNG."""
    mode = "L" if samples.shape[2] == 1 else "RGB"
    return encode_picture(Picture(mode, samples, None), samples, "png")[0]


def phone_jpeg(picture: Path) -> bytes:
    """A photograph, mirrored as often as it takes to fill a phone's 48 megapixels."""
    with Image.open(picture) as opened:
        tile = np.asarray(opened.convert("RGB"))
    width, height = PHONE
    below, beside = height - tile.shape[0], width - tile.shape[1]
    large = np.pad(tile, ((0, below), (0, beside), (0, 0)), mode="symmetric")
    buffer = io.BytesIO()
    Image.fromarray(large).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def fitted_png(size: tuple[int, int]) -> Callable[[Path], bytes]:
    """What makes a PNG of a photograph's middle at a size."""

    def make(picture: Path) -> bytes:
        with Image.open(picture) as opened:
            return encode(np.asarray(ImageOps.fit(opened.convert("RGB"), size)))

    return make


def deep_png(_picture: Path) -> bytes:
    """A ramp of 48 megapixels with 16 bits a channel: whose file is small, and whose samples are not."""
    width, height = PHONE
    ramp = np.linspace(0, 65535, width).astype(np.uint16)
    samples = np.broadcast_to(ramp[None, :, None], (height, width, 3))
    return encode_picture(Picture("RGB", samples, None), samples, "png")[0]


def held_megabytes() -> float:
    """What the process holds now, in MB; 0 where the system does not say."""
    if not STATUS.exists():
        return 0.0
    lines = STATUS.read_text().splitlines()
    held = next((line for line in lines if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(held.split()[1]) * 1024 / 1e6


SIZES = (
    Sized("512 x 512 PNG", fitted_png((512, 512)), (512, 512), 150),
    Sized("100 x 37 PNG", fitted_png((100, 37)), (100, 37), 20),
    Sized("48 MP JPEG", phone_jpeg, PHONE, 150),
    Sized("48 MP JPEG, four outputs", phone_jpeg, PHONE, 150, n=4),
    Sized("48 MP JPEG, a hole of 9 MP", phone_jpeg, PHONE, 3000),
    Sized("48 MP PNG of 16 bits", deep_png, PHONE, 150),
)

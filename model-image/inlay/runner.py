"""One attempt at an edit: download, decode, fill, upload, and the manifest last."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from inlay.inpainter import Inpainter
from inlay.manifest import Manifest, ManifestOutput, Note, failure
from inlay.outcome import EditError
from inlay.pipeline import fill_picture
from inlay.pixels import Picture, Samples, decode_mask, decode_picture, encode_picture
from inlay.settings import FillSettings, OnStep
from inlay.transport import EdgeClient

MAX_INPUT_BYTES = 50 * 1024 * 1024
MAX_OUTPUT_BYTES = 95 * 1024 * 1024


@dataclass(frozen=True)
class EditInput:
    """What the edge asks for: the input of the prediction, as `schemas/model-input.ts` has it."""

    task: str
    image_url: str
    mask_url: str
    output_urls: list[str]
    manifest_url: str
    preview_url: str
    edit: str
    attempt: int
    prompt: str
    negative_prompt: str
    n: int
    seed: int
    steps: int
    guidance: float
    strength: float
    output_format: str

    def __post_init__(self) -> None:
        if len(self.output_urls) != self.n:
            raise ValueError(f"n is {self.n}, but there are {len(self.output_urls)} output_urls")

    def seeds(self) -> list[int]:
        """One seed an output: `seed + i`, so that each can be made again alone."""
        return [(self.seed + index) % 2**32 for index in range(self.n)]

    def settings(self) -> FillSettings:
        """How the holes are to be filled."""
        return FillSettings(
            seeds=self.seeds(),
            steps=self.steps,
            guidance=self.guidance,
            strength=self.strength,
            prompt=self.prompt,
            negative_prompt=self.negative_prompt,
        )


class Timings:
    """Milliseconds by part, as the manifest reports them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = self._last = clock()
        self.parts: dict[str, float] = {}

    def mark(self, part: str) -> None:
        """Books the time since the last mark on a part."""
        now = self._clock()
        self.parts[part] = self.parts.get(part, 0.0) + round(1000 * (now - self._last), 1)
        self._last = now

    def total(self) -> dict[str, float]:
        """All parts, and their total."""
        return {**self.parts, "total_ms": round(1000 * (self._clock() - self._started), 1)}


def run_edit(
    inpainter: Inpainter,
    edge: EdgeClient,
    request: EditInput,
    on_step: OnStep,
) -> Manifest:
    """Carries one attempt out and writes its manifest; returns it.

    An EditError becomes the manifest's error, since no retry mends it. Anything else is raised: the edge tries again.
    """
    timings = Timings()
    model = {
        "profile": inpainter.profile,
        "decoder": inpainter.decoder_name,
        "weights_sha256": inpainter.weights_sha256,
    }
    try:
        outputs, warnings = edit_picture(inpainter, edge, request, on_step, timings)
        manifest = Manifest(
            request.edit, request.attempt, model, outputs, warnings, timings=timings.total()
        )
    except EditError as error:
        manifest = Manifest(
            request.edit, request.attempt, model, error=failure(error), timings=timings.total()
        )
    edge.upload(request.manifest_url, manifest.to_json(), "application/json")
    return manifest


def edit_picture(
    inpainter: Inpainter,
    edge: EdgeClient,
    request: EditInput,
    on_step: OnStep,
    timings: Timings,
) -> tuple[tuple[ManifestOutput, ...], tuple[Note, ...]]:
    """Fills the picture and uploads every output."""
    image_file = edge.download(request.image_url, MAX_INPUT_BYTES)
    mask_file = edge.download(request.mask_url, MAX_INPUT_BYTES)
    timings.mark("download_ms")
    picture = decode_picture(image_file)
    mask = decode_mask(mask_file, picture.width, picture.height)
    timings.mark("decode_ms")
    filled = fill_picture(inpainter, picture, mask, request.settings(), on_step)
    timings.mark("sample_ms")

    outputs = []
    for index, samples in enumerate(filled.samples):
        body, content_type = encode_picture(picture, samples, request.output_format)
        timings.mark("encode_ms")
        if len(body) > MAX_OUTPUT_BYTES:
            raise EditError(
                "output_too_large",
                f"The result has {len(body)} bytes. Ask for output_format jpeg or webp.",
            )
        edge.upload(request.output_urls[index], body, content_type)
        timings.mark("upload_ms")
        outputs.append(describe(index, body, content_type, samples, request, filled.kept_pixels))
    return tuple(outputs), tuple(warnings_of(inpainter, request, picture, filled.merged))


def describe(
    index: int,
    body: bytes,
    content_type: str,
    samples: Samples,
    request: EditInput,
    kept_pixels: int,
) -> ManifestOutput:
    """An uploaded picture as the manifest lists it."""
    return ManifestOutput(
        index=index,
        content_type=content_type,
        width=int(samples.shape[1]),
        height=int(samples.shape[0]),
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        seed=request.seeds()[index],
        kept_pixels=kept_pixels,
    )


def warnings_of(
    inpainter: Inpainter, request: EditInput, picture: Picture, merged: bool
) -> list[Note]:
    """What the customer should know of how the picture came about."""
    notes = []
    if request.prompt and not inpainter.uses_prompt:
        notes.append(
            Note("prompt_ignored", "This profile fills from the surroundings and reads no prompt.")
        )
    if picture.converted_from == "CMYK":
        notes.append(Note("converted_to_rgb", "The picture was CMYK; it was converted to RGB."))
    if picture.mode in ("LA", "RGBA") and request.output_format == "jpeg":
        notes.append(Note("alpha_dropped", "JPEG has no alpha; the picture was put on white."))
    if merged:
        notes.append(Note("crops_merged", "The mask has many parts; some were filled together."))
    return notes

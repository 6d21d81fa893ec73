"""One attempt at an edit: download, decode, fill, upload, and the manifest last."""

import hashlib
from dataclasses import replace

from inlay.drawing import draw_picture
from inlay.edit_input import EditInput
from inlay.example import example_picture
from inlay.inputs import Inputs, bring_inputs
from inlay.manifest import Manifest, ManifestOutput, Note, failure
from inlay.model import Model, require
from inlay.notes import notes_of
from inlay.outcome import EditError
from inlay.pipeline import Filled, fill_picture
from inlay.pixels import Samples, encode_picture
from inlay.previews import Previews
from inlay.safety.guard import BLOCKED, Guard
from inlay.safety.policy import Policy
from inlay.safety.views import views_of
from inlay.settings import OnStep
from inlay.timings import Timings
from inlay.transfers import Transfers
from inlay.transport import EdgeClient

MAX_OUTPUT_BYTES = 400 * 1024 * 1024

UNGUARDED = Guard(Policy(classifier="none"))
"""Refuses and blocks nothing."""


def run_edit(
    model: Model,
    edge: EdgeClient,
    request: EditInput,
    on_step: OnStep,
    guard: Guard = UNGUARDED,
) -> Manifest:
    """Carries one attempt out and writes its manifest; returns it.

    An EditError becomes the manifest's error, since no retry mends it. Anything else is raised: the edge tries again.
    """
    timings = Timings()
    made_by = {
        "profile": model.profile.name,
        "decoder": model.decoder_name,
        "weights_sha256": model.weights_sha256,
    }
    try:
        with Transfers(edge) as transfers:
            outputs, warnings = edit_picture(
                model, edge, transfers, request, on_step, guard, timings
            )
        manifest = Manifest(
            request.edit, request.attempt, made_by, outputs, warnings, timings=timings.total()
        )
    except EditError as error:
        manifest = Manifest(
            request.edit, request.attempt, made_by, error=failure(error), timings=timings.total()
        )
    edge.upload(request.manifest_url, manifest.to_json(), "application/json")
    return manifest


def edit_picture(
    model: Model,
    edge: EdgeClient,
    transfers: Transfers,
    request: EditInput,
    on_step: OnStep,
    guard: Guard,
    timings: Timings,
) -> tuple[tuple[ManifestOutput, ...], tuple[Note, ...]]:
    """Paints the picture and uploads every output that is not blocked; all are listed, even where none is left."""
    sampler = require(model, request.task, request.sampler)
    guard.check_prompt(request.prompt)
    inputs = bring_inputs(transfers, guard, request, timings)
    filled = paint(model, edge, request, sampler, inputs, on_step, guard)
    timings.mark("sample_ms")
    finished = [replace(inputs.picture, samples=samples) for samples in filled.samples]
    blocked = [guard.blocks(views_of(output.colour(), filled.crops)) for output in finished]
    timings.mark("check_ms")
    outputs = []
    for index, samples in enumerate(filled.samples):
        body, content_type = b"", f"image/{request.output_format}"
        if not blocked[index]:
            body, content_type = encode_picture(inputs.picture, samples, request.output_format)
            timings.mark("encode_ms")
            if len(body) > MAX_OUTPUT_BYTES:
                raise EditError(
                    "output_too_large",
                    f"The result has {len(body)} bytes. Ask for output_format jpeg or webp.",
                )
            transfers.upload(request.output_urls[index], body, content_type)
        outputs.append(describe(index, body, content_type, samples, request, filled.kept_pixels))
    transfers.finish()
    timings.mark("upload_ms")
    return tuple(outputs), tuple(notes_of(model, request, sampler, inputs.picture, filled))


def paint(
    model: Model,
    edge: EdgeClient,
    request: EditInput,
    sampler: str,
    inputs: Inputs,
    on_step: OnStep,
    guard: Guard,
) -> Filled:
    """The finished pictures: holes of a picture filled, or whole ones from the prompt."""
    asked = request.settings()
    settings = replace(
        asked,
        steps=model.profile.steps(asked.steps, sampler),
        example=None if inputs.example is None else example_picture(inputs.example),
    )
    filler = model.filler(request.task, sampler)
    previews = Previews(
        lambda jpeg: edge.upload(request.preview_url, jpeg, "image/jpeg", tries=1),
        hides=guard.blocks,
    )

    def step(done: int, total: int) -> None:
        previews.step(done, total)
        on_step(done, total)

    try:
        if not request.has_picture:
            return draw_picture(filler, inputs.picture, settings, step, previews)
        return fill_picture(filler, inputs.picture, inputs.mask, settings, step, previews)
    finally:
        previews.close()


def describe(
    index: int,
    body: bytes,
    content_type: str,
    samples: Samples,
    request: EditInput,
    kept_pixels: int,
) -> ManifestOutput:
    """A picture as the manifest lists it; one that is blocked has no file."""
    return ManifestOutput(
        index=index,
        content_type=content_type,
        width=int(samples.shape[1]),
        height=int(samples.shape[0]),
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        seed=request.seeds()[index],
        kept_pixels=kept_pixels if body else 0,
        blocked=None if body else BLOCKED,
    )

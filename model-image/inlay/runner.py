"""One attempt at an edit: download, decode, fill, upload, and the manifest last."""

import hashlib
from dataclasses import replace

from inlay.drawing import draw_picture
from inlay.edit_input import EditInput
from inlay.example import clip_picture
from inlay.inputs import Inputs, bring_inputs
from inlay.manifest import Manifest, ManifestOutput, Note, failure
from inlay.model import Model, require
from inlay.notes import notes_of
from inlay.outcome import EditError
from inlay.pipeline import Filled, fill_picture
from inlay.pixels import Samples, encode_picture
from inlay.settings import OnStep
from inlay.timings import Timings
from inlay.transport import EdgeClient

MAX_OUTPUT_BYTES = 95 * 1024 * 1024


def run_edit(model: Model, edge: EdgeClient, request: EditInput, on_step: OnStep) -> Manifest:
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
        outputs, warnings = edit_picture(model, edge, request, on_step, timings)
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
    model: Model, edge: EdgeClient, request: EditInput, on_step: OnStep, timings: Timings
) -> tuple[tuple[ManifestOutput, ...], tuple[Note, ...]]:
    """Paints the picture and uploads every output."""
    sampler = require(model, request.task, request.sampler)
    inputs = bring_inputs(edge, request, timings)
    filled = paint(model, request, sampler, inputs, on_step)
    timings.mark("sample_ms")

    outputs = []
    for index, samples in enumerate(filled.samples):
        body, content_type = encode_picture(inputs.picture, samples, request.output_format)
        timings.mark("encode_ms")
        if len(body) > MAX_OUTPUT_BYTES:
            raise EditError(
                "output_too_large",
                f"The result has {len(body)} bytes. Ask for output_format jpeg or webp.",
            )
        edge.upload(request.output_urls[index], body, content_type)
        timings.mark("upload_ms")
        outputs.append(describe(index, body, content_type, samples, request, filled.kept_pixels))
    return tuple(outputs), tuple(notes_of(model, request, sampler, inputs.picture, filled))


def paint(
    model: Model, request: EditInput, sampler: str, inputs: Inputs, on_step: OnStep
) -> Filled:
    """The finished pictures: holes of a picture filled, or whole ones from the prompt."""
    asked = request.settings()
    settings = replace(
        asked,
        steps=model.profile.steps(asked.steps, sampler),
        example=None if inputs.example is None else clip_picture(inputs.example),
    )
    filler = model.filler(request.task, sampler)
    if not request.has_picture:
        return draw_picture(filler, inputs.picture, settings, on_step)
    return fill_picture(filler, inputs.picture, inputs.mask, settings, on_step)


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

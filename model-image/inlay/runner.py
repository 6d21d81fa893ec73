"""One attempt at an edit: download, decode, fill, upload, and the manifest last."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from inlay.crops import Crop
from inlay.drawing import draw_picture
from inlay.edit_input import EditInput
from inlay.example import example_picture
from inlay.inputs import Inputs, bring_inputs
from inlay.manifest import Manifest, ManifestOutput, Note, failure
from inlay.model import Model, require
from inlay.notes import notes_of
from inlay.outcome import EditError
from inlay.pipeline import Filled, fill_each
from inlay.pixels import Picture, Samples, encode_picture
from inlay.pixels.colours import Colours
from inlay.pixels.encode import file_format
from inlay.pixels.picture import eight_bits
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
    with painting(model, edge, request, sampler, inputs, on_step, guard) as filled:
        outputs, coloured = deliver(filled, inputs, request, transfers, guard, timings)
    notes = notes_of(model, request, sampler, inputs.picture, filled)
    if coloured:
        notes.append(Note("colour_added", "The fill has colours; the grey picture became RGB."))
    transfers.finish()
    timings.mark("upload_ms")
    return tuple(outputs), tuple(notes)


def deliver(
    filled: Filled,
    inputs: Inputs,
    request: EditInput,
    transfers: Transfers,
    guard: Guard,
    timings: Timings,
) -> tuple[list[ManifestOutput], bool]:
    """Has the pictures made, and each sent on its way before the next; whether one of grey became coloured."""
    outputs, coloured = [], False
    content_type = f"image/{file_format(request.output_format, inputs.picture.source)}"
    for index, output in enumerate(filled.pictures):
        timings.mark("sample_ms")
        body = b""
        blocked = guard.looks and guard.blocks(shown_views(output, filled.crops))
        timings.mark("check_ms")
        if not blocked:
            quality = request.quality or None
            body, _ = encode_picture(output, output.samples, request.output_format, quality)
            timings.mark("encode_ms")
            if len(body) > MAX_OUTPUT_BYTES:
                raise EditError(
                    "output_too_large",
                    f"The result has {len(body)} bytes. Ask for output_format jpeg or webp.",
                )
            transfers.upload(request.output_urls[index], body, content_type)
        outputs.append(describe(index, body, content_type, output, request, filled.kept_pixels))
        coloured |= output.mode != inputs.picture.mode
    return outputs, coloured


def shown_views(picture: Picture, crops: tuple[Crop, ...]) -> list[Samples]:
    """What a classifier is shown of an output, in sRGB."""
    colours = Colours(picture.is_grey, picture.icc_profile)
    views = views_of(picture.samples[..., : picture.colours], crops)
    return [colours.shown(eight_bits(view)) for view in views]


@contextmanager
def painting(
    model: Model,
    edge: EdgeClient,
    request: EditInput,
    sampler: str,
    inputs: Inputs,
    on_step: OnStep,
    guard: Guard,
) -> Iterator[Filled]:
    """While it lasts, finished pictures can be asked for: holes of a picture filled, or whole ones from the prompt."""
    asked = request.settings()
    settings = replace(
        asked,
        steps=model.profile.steps(asked.steps, sampler),
        may_colour=paints_colours(model, request),
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
            yield draw_picture(filler, inputs.picture, settings, step, previews)
        else:
            yield fill_each(filler, inputs.picture, inputs.mask, settings, step, previews)
    finally:
        previews.close()


def paints_colours(model: Model, request: EditInput) -> bool:
    """Whether a fill follows something else than the picture, so that colour may be wanted in a grey one."""
    prompted = request.prompt.strip() != "" and model.profile.reads_prompt(request.task)
    return request.task == "paint_by_example" or (request.task == "inpaint" and prompted)


def describe(
    index: int,
    body: bytes,
    content_type: str,
    picture: Picture,
    request: EditInput,
    kept_pixels: int,
) -> ManifestOutput:
    """A picture as the manifest lists it; one that is blocked has no file."""
    return ManifestOutput(
        index=index,
        content_type=content_type,
        width=picture.width,
        height=picture.height,
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        seed=request.seeds()[index],
        kept_pixels=kept_pixels if body else 0,
        blocked=None if body else BLOCKED,
    )

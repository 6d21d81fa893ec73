"""One attempt at an edit: download, decode, fill, upload, and the manifest last."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from inlay.beside import Stop, never
from inlay.crops import Crop
from inlay.delivery import Delivery
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
from inlay.provenance.claim import Claim, Origin
from inlay.safety.guard import Guard
from inlay.safety.policy import Policy
from inlay.safety.views import views_of
from inlay.settings import FillSettings, OnStep
from inlay.timings import Timings
from inlay.transfers import Transfers
from inlay.transport import EdgeClient

SIGNATURE_BYTES = 256
"""More than a signature has."""

UNGUARDED = Guard(Policy(classifier="none"))
"""Refuses and blocks nothing."""


def run_edit(
    model: Model,
    edge: EdgeClient,
    request: EditInput,
    on_step: OnStep,
    guard: Guard = UNGUARDED,
    watermark: bytes = b"",
    stop: Stop = never,
) -> Manifest:
    """Carries one attempt out and writes its manifest; returns it.

    What is painted gets the mark of a key, where one is given. An EditError becomes the manifest's error, since no
    retry mends it. Anything else is raised: the edge tries again. After `stop` has raised, nothing more is written.
    """
    timings = Timings()
    made_by = {
        "profile": model.profile.name,
        "decoder": model.decoder_name,
        "weights_sha256": model.weights_sha256,
    }
    try:
        with Transfers(edge, stop) as transfers:
            outputs, warnings = edit_picture(
                model, edge, transfers, request, on_step, guard, watermark, timings
            )
        manifest = Manifest(
            request.edit, request.attempt, made_by, outputs, warnings, timings=timings.total()
        )
    except EditError as error:
        manifest = Manifest(
            request.edit, request.attempt, made_by, error=failure(error), timings=timings.total()
        )
    stop()
    edge.upload(request.manifest_url, manifest.to_json(), "application/json")
    return manifest


def edit_picture(
    model: Model,
    edge: EdgeClient,
    transfers: Transfers,
    request: EditInput,
    on_step: OnStep,
    guard: Guard,
    watermark: bytes,
    timings: Timings,
) -> tuple[tuple[ManifestOutput, ...], tuple[Note, ...]]:
    """Paints the picture and uploads every output that is not blocked; all are listed, even where none is left."""
    sampler = require(model, request.task, request.sampler)
    guard.check_prompt(request.prompt)
    inputs = bring_inputs(transfers, guard, request, timings)
    settings = replace(fill_settings(model, request, sampler, inputs), watermark=watermark)
    content_type = f"image/{file_format(request.output_format, inputs.picture.source)}"
    coloured = False
    with painting(model, edge, request, sampler, inputs, settings, on_step, guard) as filled:
        claim = claim_of(model, edge, request, inputs, filled)
        delivery = Delivery(request, content_type, transfers, claim)
        for output in filled.pictures:
            timings.mark("sample_ms")
            blocked = guard.looks and guard.blocks(shown_views(output, filled.crops))
            timings.mark("check_ms")
            delivery.add(output, None if blocked else encoded(output, request))
            timings.mark("encode_ms")
            coloured |= output.mode != inputs.picture.mode
    notes = notes_of(model, request, sampler, inputs.picture, filled, settings)
    if coloured:
        notes.append(Note("colour_added", "The fill has colours; the grey picture became RGB."))
    outputs = delivery.finish(filled.kept_pixels)
    timings.mark("upload_ms")
    return tuple(outputs), tuple(notes)


def encoded(output: Picture, request: EditInput) -> bytes:
    """An output's file in the format that was asked for."""
    quality = request.quality or None
    return encode_picture(output, output.samples, request.output_format, quality)[0]


def claim_of(
    model: Model, edge: EdgeClient, request: EditInput, inputs: Inputs, filled: Filled
) -> Claim | None:
    """What outputs are to say of themselves; nothing where the edge signs nothing."""
    if not request.claim_url:
        return None

    def sign(claim: bytes) -> bytes:
        return edge.post(request.claim_url, claim, "application/octet-stream", SIGNATURE_BYTES)

    return Claim(
        edit=request.edit,
        profile=model.profile.name,
        origin=Origin(inputs.file, inputs.picture.source) if request.has_picture else None,
        painted=[crop.hole for crop in filled.crops],
        certificates=request.certificates,
        sign=sign,
    )


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
    settings: FillSettings,
    on_step: OnStep,
    guard: Guard,
) -> Iterator[Filled]:
    """While it lasts, finished pictures can be asked for: holes of a picture filled, or whole ones from the prompt."""
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


def fill_settings(model: Model, request: EditInput, sampler: str, inputs: Inputs) -> FillSettings:
    """How the holes are to be filled by this model."""
    asked = request.settings()
    return replace(
        asked,
        steps=model.profile.steps(asked.steps, sampler),
        may_colour=paints_colours(model, request),
        example=None if inputs.example is None else example_picture(inputs.example),
    )

"""What the customer should know of how a picture came about: the manifest's warnings."""

from inlay.edit_input import EditInput
from inlay.manifest import Note
from inlay.model import Model
from inlay.pipeline import Filled
from inlay.pixels import Picture
from inlay.pixels.encode import file_format
from inlay.provenance.watermark import too_small
from inlay.settings import FillSettings

QUOTED = 200
"""Characters of a prompt's unread end that a warning repeats."""


def notes_of(
    model: Model,
    request: EditInput,
    sampler: str,
    picture: Picture,
    filled: Filled,
    settings: FillSettings,
) -> list[Note]:
    """The warnings of an edit, in a fixed order."""
    notes = [*prompt_notes(model, request, sampler)]
    steps = model.profile.steps(request.steps, sampler)
    if steps != request.steps:
        notes.append(
            Note("steps_adjusted", f"The sampler {sampler} was run for {steps} steps, its nearest.")
        )
    notes += [Note(code, DECODED[code]) for code in picture.notices]
    notes += format_notes(request, picture)
    if filled.merged:
        notes.append(
            Note(
                "crops_merged", "The mask has many or large parts; they were filled in fewer crops."
            )
        )
    if filled.upscaled:
        notes.append(
            Note(
                "upscaled",
                "A part of the mask is larger than what the model paints; the fill was enlarged to it.",
            )
        )
    if settings.watermark and filled.crops and too_small(crop.hole for crop in filled.crops):
        notes.append(
            Note(
                "watermark_too_small", "What was painted is too small to be told by its watermark."
            )
        )
    return notes


DECODED = {
    "cmyk_converted": "The picture was CMYK; it was converted to sRGB.",
    "depth_reduced": "The picture has more than 8 bits a channel; 8 were kept.",
    "profile_dropped": "The picture's colour profile cannot be used; it was taken for sRGB.",
}
"""What a decode could not keep, by its notice."""


def format_notes(request: EditInput, picture: Picture) -> list[Note]:
    """What the result's format cannot hold of the picture."""
    notes = []
    written = file_format(request.output_format, picture.source)
    if request.output_format == "same" and written != picture.source:
        notes.append(
            Note("format_substituted", f"{picture.source} is not written; the result is {written}.")
        )
    if picture.is_deep and written != "png":
        notes.append(Note("depth_reduced", f"{written} has 8 bits a channel; the picture has 16."))
    if picture.has_alpha and written == "jpeg":
        notes.append(Note("alpha_dropped", "JPEG has no alpha; the picture was put on white."))
    return notes


def prompt_notes(model: Model, request: EditInput, sampler: str) -> list[Note]:
    """What of the prompts was not read."""
    notes = []
    reads = model.profile.reads_prompt(request.task)
    source = "an example" if request.task == "paint_by_example" else "the surroundings"
    instead = f"this is painted from {source}"
    if reads:
        notes += cut_notes(model, "prompt", request.prompt)
    elif request.prompt:
        notes.append(Note("prompt_ignored", f"The prompt was not read: {instead}."))
    if model.reads_negative(request.task, sampler, request.guidance):
        notes += cut_notes(model, "negative prompt", request.negative_prompt)
    elif request.negative_prompt:
        off = "it takes a guidance above 1"
        if request.guidance > 1:
            off = f"the sampler {sampler} has no guidance"
        reason = off if reads else instead
        notes.append(
            Note("negative_prompt_ignored", f"The negative prompt was not read: {reason}.")
        )
    return notes


def cut_notes(model: Model, name: str, text: str) -> list[Note]:
    """The end of a prompt that was too long, if it was."""
    unread = model.unread(text)
    if not unread:
        return []
    shown = unread if len(unread) <= QUOTED else f"{unread[:QUOTED]}..."
    detail = f"The {name} is too long; its end was not read: {shown}"
    return [Note("prompt_truncated", detail)]

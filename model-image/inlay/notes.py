"""What the customer should know of how a picture came about: the manifest's warnings."""

from inlay.edit_input import EditInput
from inlay.manifest import Note
from inlay.model import Model
from inlay.pipeline import Filled
from inlay.pixels import Picture

QUOTED = 200
"""Characters of a prompt's unread end that a warning repeats."""


def notes_of(
    model: Model, request: EditInput, sampler: str, picture: Picture, filled: Filled
) -> list[Note]:
    """The warnings of an edit, in a fixed order."""
    notes = [*prompt_notes(model, request)]
    steps = model.profile.steps(request.steps, sampler)
    if steps != request.steps:
        notes.append(
            Note("steps_adjusted", f"The sampler {sampler} was run for {steps} steps, its nearest.")
        )
    if picture.converted_from == "CMYK":
        notes.append(Note("converted_to_rgb", "The picture was CMYK; it was converted to RGB."))
    if picture.mode in ("LA", "RGBA") and request.output_format == "jpeg":
        notes.append(Note("alpha_dropped", "JPEG has no alpha; the picture was put on white."))
    if filled.merged:
        notes.append(Note("crops_merged", "The mask has many parts; some were filled together."))
    return notes


def prompt_notes(model: Model, request: EditInput) -> list[Note]:
    """What of the prompts was not read."""
    if not model.profile.reads_prompt(request.task):
        if not request.prompt:
            return []
        instead = "an example" if request.task == "paint_by_example" else "the surroundings"
        detail = f"The prompt was not read: this is painted from {instead}."
        return [Note("prompt_ignored", detail)]
    notes = []
    for name, text in (("prompt", request.prompt), ("negative prompt", request.negative_prompt)):
        unread = model.unread(text)
        if unread:
            shown = unread if len(unread) <= QUOTED else f"{unread[:QUOTED]}..."
            notes.append(
                Note("prompt_truncated", f"The {name} is too long; its end was not read: {shown}")
            )
    return notes

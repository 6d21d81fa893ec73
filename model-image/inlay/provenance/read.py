"""Reads what a picture says of itself: its C2PA manifest, and what of that is Inlay's."""

import io
import json
from dataclasses import dataclass

import c2pa

from inlay.provenance.claim import SETTINGS

GENERATOR = "Inlay"
UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True)
class Manifest:
    """A picture's active manifest."""

    state: str
    """`valid`, `untrusted` where the signer alone is not known, or `invalid`: picture or manifest was changed since."""
    generator: str
    edit: str | None
    """Of Inlay's manifests, the edit."""
    painted: tuple[tuple[int, int, int, int], ...]
    """Boxes that it says were painted: left, upper, right, lower."""
    wholly_made: bool
    """Whether it says that a model made all of it."""
    signer: str
    earlier: int
    """Manifests of what the picture was before."""

    @property
    def is_inlays(self) -> bool:
        """Whether Inlay made it, and nothing changed since."""
        return self.generator == GENERATOR and self.state != "invalid"


def read_manifest(body: bytes, content_type: str) -> Manifest | None:
    """The active manifest of a file; None where it has none, or none that can be read."""
    context = c2pa.Context(c2pa.Settings.from_dict(SETTINGS))
    try:
        with context, c2pa.Reader(content_type, io.BytesIO(body), context=context) as reader:
            state = reader.get_validation_state() or "Invalid"
            found = json.loads(reader.json())
    except c2pa.C2paError:
        return None
    active = found["manifests"][found["active_manifest"]]
    actions = [
        action
        for assertion in active.get("assertions", [])
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"]["actions"]
    ]
    generator = (active.get("claim_generator_info") or [{}])[0].get("name", "")
    remarks = {remark["code"] for remark in found.get("validation_status", [])}
    trusted = "untrusted" if UNTRUSTED in remarks else "valid"
    return Manifest(
        state="invalid" if state == "Invalid" else trusted,
        generator=generator,
        edit=active.get("title") if generator == GENERATOR else None,
        painted=tuple(box for action in actions for box in boxes(action)),
        wholly_made=any(action["action"] == "c2pa.created" for action in actions),
        signer=active.get("signature_info", {}).get("common_name", ""),
        earlier=len(found["manifests"]) - 1,
    )


def boxes(action: dict) -> list[tuple[int, int, int, int]]:
    """The rectangles in pixels that an action says it changed."""
    shapes = [
        region["shape"]
        for change in action.get("changes", [])
        for region in change.get("region", [])
        if region.get("shape", {}).get("unit") == "pixel"
    ]
    return [
        (
            int(shape["origin"]["x"]),
            int(shape["origin"]["y"]),
            int(shape["origin"]["x"] + shape["width"]),
            int(shape["origin"]["y"] + shape["height"]),
        )
        for shape in shapes
    ]

"""The C2PA manifest of an output: what was done, where, and to what, signed by the edge (specification 2.2).

The container builds the claim and hashes the file; the edge, which alone has the key, signs the claim's bytes. A
picture that came with a manifest of its own goes on as the parent of this one, so that its history stays with it.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import c2pa

from inlay.crops import Box

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype"
EDITED = f"{SOURCE_TYPES}/compositeWithTrainedAlgorithmicMedia"
"""IPTC's term for a picture of which a model made a part."""
CREATED = f"{SOURCE_TYPES}/trainedAlgorithmicMedia"
"""IPTC's term for a picture that a model made."""

SETTINGS = {
    # A thumbnail would show what an edit has removed.
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}

ES256 = c2pa.C2paSigningAlg.ES256
PARENT = "parent"

Sign = Callable[[bytes], bytes]
"""Signs a claim: bytes to an ES256 signature of 64 bytes."""


@dataclass(frozen=True)
class Origin:
    """The file that an edit started from."""

    body: bytes
    format: str
    """Such as `jpeg`."""


@dataclass(frozen=True)
class Claim:
    """What is to be said of every output of an edit."""

    edit: str
    profile: str
    origin: Origin | None
    """None where the picture was made of a prompt alone."""
    painted: Sequence[Box]
    """Where, in pixels of the output."""
    certificates: str
    """The signer's certificate in PEM and those that vouch for it."""
    sign: Sign

    def attached(self, body: bytes, content_type: str) -> bytes:
        """An output's file with its signed manifest in it; not a sample of it changes.

        Raises what `sign` raises, and C2paError for a file that is no picture.
        """
        failures: list[Exception] = []

        def signature(claim: bytes) -> bytes:
            # What a callback raises is lost in the library.
            try:
                return self.sign(claim)
            except Exception as error:
                failures.append(error)
                raise

        signed = io.BytesIO()
        with (
            c2pa.Context(c2pa.Settings.from_dict(SETTINGS)) as context,
            c2pa.Builder(self._manifest(content_type), context) as builder,
            c2pa.Signer.from_callback(signature, ES256, self.certificates) as signer,
        ):
            if self.origin is not None:
                add_parent(builder, self.origin)
            try:
                builder.sign(signer, content_type, io.BytesIO(body), signed)
            except c2pa.C2paError:
                if failures:
                    raise failures[0] from None
                raise
        return signed.getvalue()

    def _manifest(self, content_type: str) -> dict[str, object]:
        made: dict[str, object] = {
            "softwareAgent": {"name": "Inlay", "version": self.profile},
            "digitalSourceType": CREATED if self.origin is None else EDITED,
        }
        if self.origin is None:
            actions = [{"action": "c2pa.created", **made}]
        else:
            opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [PARENT]}}
            regions = [
                {"region": [{"type": "spatial", "shape": shape(box)}]} for box in self.painted
            ]
            actions = [opened, {"action": "c2pa.edited", **made, "changes": regions}]
        return {
            "claim_generator_info": [{"name": "Inlay"}],
            "title": self.edit,
            "format": content_type,
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
        }


def add_parent(builder: c2pa.Builder, origin: Origin) -> None:
    """Names the picture that was edited, with its own manifest if it has one that can be read."""
    ingredient = {"title": "image", "relationship": "parentOf", "label": PARENT}
    try:
        builder.add_ingredient(ingredient, f"image/{origin.format}", io.BytesIO(origin.body))
    except c2pa.C2paError:
        # Decoders forgive more than the library does: the picture is still what was edited.
        builder.add_ingredient(ingredient, "application/octet-stream", io.BytesIO(origin.body))


def shape(box: Box) -> dict[str, object]:
    """A box as a region of interest's shape."""
    width, height = box.right - box.left, box.bottom - box.top
    origin = {"x": box.left, "y": box.top}
    return {
        "type": "rectangle",
        "unit": "pixel",
        "origin": origin,
        "width": width,
        "height": height,
    }

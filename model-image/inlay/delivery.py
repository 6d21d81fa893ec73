"""Outputs on their way: each gets its claim and goes out beside the work on the next."""

import hashlib
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from inlay.edit_input import EditInput
from inlay.manifest import ManifestOutput
from inlay.outcome import EditError
from inlay.pixels import Picture
from inlay.provenance.claim import Claim
from inlay.safety.guard import BLOCKED
from inlay.transfers import Transfers
from inlay.transport import EdgeClient

MAX_OUTPUT_BYTES = 400 * 1024 * 1024


@dataclass(frozen=True)
class File:
    """A file as it was sent."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Sending:
    """An output, and its file while it goes out; none where it is blocked."""

    width: int
    height: int
    file: Future[File] | None


class Delivery:
    """The outputs of one edit, in their order."""

    def __init__(
        self, request: EditInput, content_type: str, transfers: Transfers, claim: Claim | None
    ) -> None:
        self._request = request
        self._content_type = content_type
        self._transfers = transfers
        self._claim = claim
        self._sent: list[Sending] = []

    def add(self, picture: Picture, body: bytes | None) -> None:
        """Sends the next picture's file on its way; without one the picture is blocked.

        Raises EditError `output_too_large` for a file that is longer than the edge takes.
        """
        file = None
        if body is not None:
            if len(body) > MAX_OUTPUT_BYTES:
                raise EditError(
                    "output_too_large",
                    f"The result has {len(body)} bytes. Ask for output_format jpeg or webp.",
                )
            url = self._request.output_urls[len(self._sent)]
            file = self._transfers.begin(
                partial(send, url=url, body=body, kind=self._content_type, claim=self._claim)
            )
        self._sent.append(Sending(picture.width, picture.height, file))

    def finish(self, kept_pixels: int) -> list[ManifestOutput]:
        """The outputs as the manifest lists them, once all have arrived; raises what went wrong first."""
        return [self._listed(index, kept_pixels) for index in range(len(self._sent))]

    def _listed(self, index: int, kept_pixels: int) -> ManifestOutput:
        sending = self._sent[index]
        blocked = sending.file is None
        file = described(b"") if sending.file is None else self._transfers.result(sending.file)
        return ManifestOutput(
            index=index,
            content_type=self._content_type,
            width=sending.width,
            height=sending.height,
            bytes=file.bytes,
            sha256=file.sha256,
            seed=self._request.seeds()[index],
            kept_pixels=0 if blocked else kept_pixels,
            blocked=BLOCKED if blocked else None,
        )


def send(edge: EdgeClient, url: str, body: bytes, kind: str, claim: Claim | None) -> File:
    """Uploads an output, with its claim where one is to be made."""
    signed = body if claim is None else claim.attached(body, kind)
    edge.upload(url, signed, kind)
    return described(signed)


def described(body: bytes) -> File:
    """A file's length and hash."""
    return File(len(body), hashlib.sha256(body).hexdigest())

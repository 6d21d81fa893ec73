"""The container's only traffic: signed URLs of the edge, pictures in and results out."""

import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import urllib3

T = TypeVar("T")

CONNECT_SECONDS = 10
READ_SECONDS = 60
TRIES = 5

PUT_BYTES = 50 * 1024 * 1024
PART_BYTES = 32 * 1024 * 1024


class TransportError(Exception):
    """The edge could not be reached, or did not take what it was sent. Worth another attempt."""


class EdgeClient:
    """Downloads from and uploads to one edge; any other origin is refused, and no redirect is followed."""

    def __init__(self, origin: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """`origin` is scheme, host and port of the edge, such as `https://edit.example.com`."""
        self._origin = origin_of(origin)
        self._sleep = sleep
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS), retries=False
        )

    def download(self, url: str, max_bytes: int) -> bytes:
        """The bytes behind a signed URL, at most `max_bytes` of them."""

        def once() -> bytes:
            response = self._pool.request("GET", url, preload_content=False, redirect=False)
            try:
                if response.status != 200:
                    raise refusal("download", response.status)
                body = response.read(max_bytes + 1)
            finally:
                response.release_conn()
            if len(body) > max_bytes:
                raise TransportError(f"the file has more than {max_bytes} bytes")
            return body

        return self._retry(url, once)

    def upload(self, url: str, body: bytes, content_type: str, tries: int = TRIES) -> None:
        """PUTs a body to a signed URL. The edge writes once: sending the same bytes again is no error.

        More than 50 MiB go up in parts of 32 MiB, which the edge puts together at the end.
        """
        if len(body) <= PUT_BYTES:
            self._put(url, body, content_type, tries)
            return
        starts = range(0, len(body), PART_BYTES)
        view = memoryview(body)
        for number, start in enumerate(starts, start=1):
            part = view[start : start + PART_BYTES]
            self._put(f"{url}&part={number}", part, content_type, tries)
        self._put(f"{url}&parts={len(starts)}", b"", content_type, tries)

    def post(self, url: str, body: bytes, content_type: str, max_bytes: int) -> bytes:
        """POSTs a body to a signed URL; returns the answer, at most `max_bytes` of it."""

        def once() -> bytes:
            headers = {"content-type": content_type}
            response = self._pool.request("POST", url, body=body, headers=headers, redirect=False)
            if response.status != 200:
                raise refusal("request", response.status)
            if len(response.data) > max_bytes:
                raise TransportError(f"the answer has more than {max_bytes} bytes")
            return response.data

        return self._retry(url, once)

    def _put(self, url: str, body: bytes | memoryview, content_type: str, tries: int) -> None:
        def once() -> None:
            headers = {"content-type": content_type, "content-length": str(len(body))}
            response = self._pool.request("PUT", url, body=body, headers=headers, redirect=False)
            if response.status not in (200, 201):
                raise refusal("upload", response.status)

        self._retry(url, once, tries)

    def _retry(self, url: str, once: Callable[[], T], tries: int = TRIES) -> T:
        if origin_of(url) != self._origin:
            raise TransportError("the URL does not belong to the edge")
        for attempt in range(tries):
            try:
                return once()
            except (UnavailableError, urllib3.exceptions.HTTPError) as error:
                if attempt == tries - 1:
                    raise TransportError(f"{type(error).__name__} after {tries} tries") from error
                self._sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable")


class UnavailableError(TransportError):
    """A failure that the next try may not have."""


def refusal(what: str, status: int) -> TransportError:
    """What a status of the edge means: 429 and 5xx pass, anything else stays."""
    kind = UnavailableError if status == 429 or status >= 500 else TransportError
    return kind(f"the edge answered {status} to the {what}")


def origin_of(url: str) -> str:
    """Scheme, host and port; ValueError for anything but http and https."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("an address of the edge must be an http or https URL")
    return f"{parts.scheme}://{parts.netloc}".lower()

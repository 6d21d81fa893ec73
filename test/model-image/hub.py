"""A server on loopback that speaks as the Hugging Face hub does, as far as files and their hashes go."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

COMMIT = "c" * 40
LARGE = 64
"""From so many bytes on a file is in LFS, with a sha256 that the hub knows."""


@dataclass
class Hub:
    """Files by `repository/file`, what was asked for, and how often a download is to break off."""

    files: dict[str, bytes]
    breaks: int = 0
    ranges: list[str] = field(default_factory=list)
    url: str = ""

    def find(self, path: str) -> tuple[str, bytes] | None:
        """The repository's file that a `/REPO/resolve/REVISION/FILE` path names."""
        repository, _, rest = path.strip("/").partition("/resolve/")
        _revision, _, file = rest.partition("/")
        found = self.files.get(f"{repository}/{file}")
        return None if found is None else (file, found)


@contextmanager
def serve_hub(hub: Hub) -> Iterator[Hub]:
    """Serves until the block ends; `hub.url` is where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer_file(body=False)

        def do_GET(self) -> None:
            if self.path.startswith("/api/models/"):
                repository = self.path.removeprefix("/api/models/").partition("/revision/")[0]
                known = any(name.startswith(f"{repository}/") for name in hub.files)
                self.answer_json({"id": repository, "sha": COMMIT} if known else None)
            else:
                self.answer_file(body=True)

        def do_POST(self) -> None:
            repository = self.path.removeprefix("/api/models/").partition("/paths-info/")[0]
            raw = self.rfile.read(int(self.headers["content-length"])).decode()
            asked = parse_qs(raw)["paths"]
            self.answer_json(
                [entry(repository, p) for p in asked if f"{repository}/{p}" in hub.files]
            )

        def answer_json(self, value: object) -> None:
            data = json.dumps(value).encode()
            self.send_response(404 if value is None else 200)
            if value is None:
                self.send_header("x-error-code", "RepoNotFound")
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def answer_file(self, body: bool) -> None:
            found = hub.find(self.path)
            if found is None:
                self.send_response(404)
                self.send_header("x-error-code", "EntryNotFound")
                self.send_header("content-length", "0")
                self.end_headers()
                return
            data = found[1]
            asked = self.headers.get("range", "")
            start = int(asked.removeprefix("bytes=").split("-")[0] or 0) if asked else 0
            if body:
                hub.ranges.append(asked)
            self.send_response(206 if asked else 200)
            self.send_header("x-repo-commit", COMMIT)
            self.send_header("etag", f'"{hashlib.sha256(data).hexdigest()}"')
            self.send_header("accept-ranges", "bytes")
            self.send_header("content-length", str(len(data) - start))
            if asked:
                self.send_header("content-range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            if body and hub.breaks > 0:
                hub.breaks -= 1
                self.wfile.write(data[start : start + (len(data) - start) // 2])
                self.close_connection = True
            elif body:
                self.wfile.write(data[start:])

        def log_message(self, *_arguments: object) -> None:
            pass

    def entry(repository: str, path: str) -> dict[str, object]:
        data = hub.files[f"{repository}/{path}"]
        described: dict[str, object] = {
            "type": "file",
            "path": path,
            "size": len(data),
            "oid": "a" * 40,
        }
        if len(data) >= LARGE:
            digest = hashlib.sha256(data).hexdigest()
            described["lfs"] = {"size": len(data), "oid": digest, "pointerSize": 130}
        return described

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()

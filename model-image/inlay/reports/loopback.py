"""An edge on loopback, for tests and measurements: files to GET, and whatever is PUT or POSTed, kept in order."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class LoopbackEdge:
    """What the edge has and was sent. Paths begin with a slash."""

    origin: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    callbacks: list[dict[str, object]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Answers for the next requests, before the usual ones."""
    requests: int = 0
    sign: Callable[[bytes], bytes] | None = None
    """Signs what is POSTed to `/claim`; without it that is refused."""

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"

    def forget(self) -> None:
        """Forgets what it was sent."""
        for kept in (self.stored, self.types, self.order, self.callbacks, self.statuses):
            kept.clear()
        self.requests = 0


@contextmanager
def serve_edge() -> Iterator[LoopbackEdge]:
    """Serves until the block ends."""
    state = LoopbackEdge()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            if status == 302:
                self.send_header("location", state.url("/file"))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def body(self) -> bytes:
            state.requests += 1
            return self.rfile.read(int(self.headers.get("content-length", "0")))

        def do_GET(self) -> None:
            self.body()
            if state.statuses:
                return self.answer(state.statuses.pop(0))
            found = state.files.get(self.path)
            return self.answer(404) if found is None else self.answer(200, found)

        def do_PUT(self) -> None:
            body = self.body()
            if state.statuses:
                return self.answer(state.statuses.pop(0))
            status = 200 if self.path in state.stored else 201
            state.stored[self.path] = body
            state.types[self.path] = self.headers["content-type"]
            state.order.append(self.path)
            return self.answer(status)

        def do_POST(self) -> None:
            if self.path == "/claim":
                claim = self.body()
                return (
                    self.answer(403) if state.sign is None else self.answer(200, state.sign(claim))
                )
            state.callbacks.append(json.loads(self.body()))
            return self.answer(200, b"{}")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()

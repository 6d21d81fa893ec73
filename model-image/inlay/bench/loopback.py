"""A server on loopback that takes uploads, as the edge does."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from inlay.transport import EdgeClient


class Discard(BaseHTTPRequestHandler):
    """Reads what is PUT and says that it is stored."""

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.send_response(201)
        self.send_header("content-length", "0")
        self.end_headers()


class Loopback:
    """Runs while it is entered; `take` uploads with the container's own client."""

    def __enter__(self) -> "Loopback":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Discard)
        self._origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._client = EdgeClient(self._origin)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes, content_type: str) -> None:
        """Uploads a file."""
        self._client.upload(f"{self._origin}/output", body, content_type)

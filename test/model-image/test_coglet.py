"""The contract with the real coglet: what the edge's `cog` provider relies on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import Edge, box_mask, encoded, noise_picture

ROOT = Path(__file__).parents[2] / "model-image"


class Coglet:
    """A running server and how it answers."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict]:
        request = urllib.request.Request(self.url + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("content-type", "application/json")
            request.add_header("prefer", "respond-async")
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def until_ready(self) -> None:
        for _ in range(600):
            try:
                if self.ask("GET", "/health-check")[1]["status"] == "READY":
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise TimeoutError("coglet did not become ready")


def free_port() -> int:
    """A port on loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def coglet(edge: Edge):
    """coglet with the profile of this repository, for this test's edge."""
    port = free_port()
    command = [sys.executable, "-m", "inlay.serve", "--port", str(port), "--edge", edge.origin]
    environment = os.environ | {
        "COG_THROTTLE_RESPONSE_INTERVAL": "0",
        "WEBHOOK_AUTH_TOKEN": "token",
        "OMP_NUM_THREADS": "1",
    }
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    server = Coglet(port)
    try:
        server.until_ready()
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def prediction(edge: Edge, **changes: object) -> dict:
    edge.files["/image"] = encoded(noise_picture(70, 50), "RGB")
    edge.files["/mask"] = encoded(box_mask(70, 50, (20, 10, 40, 30)), "L")
    values = {
        "image_url": edge.url("/image"),
        "mask_url": edge.url("/mask"),
        "output_urls": [edge.url("/out/0")],
        "manifest_url": edge.url("/manifest"),
        "preview_url": edge.url("/preview"),
        "edit": "edit_a",
        "attempt": 1,
        "seed": 7,
        "steps": 3,
    }
    return {
        "input": values | changes,
        "webhook": edge.url("/callback"),
        "webhook_events_filter": ["start", "logs", "completed"],
    }


def until(edge: Edge, status: str) -> dict:
    for _ in range(600):
        for callback in edge.callbacks:
            if callback["status"] == status:
                return callback
        time.sleep(0.1)
    raise TimeoutError(f"no callback said {status}: {edge.callbacks}")


def test_predictions_are_checked_run_once_reported_and_cancelled(edge, coglet):
    # What the schema does not allow is refused before anything runs.
    for changes in ({"steps": 51}, {"task": "paint"}, {"attempt": 0}, {"n": "two"}):
        status, _ = coglet.ask("PUT", "/predictions/edit_a-0", prediction(edge, **changes))
        assert status == 422, changes

    # An accepted one runs, tells its progress in its logs, and ends with the manifest's status.
    status, _ = coglet.ask("PUT", "/predictions/edit_a-1", prediction(edge))
    assert status == 202
    ended = until(edge, "succeeded")
    assert ended["output"] == "succeeded"
    assert "3/3" in ended["logs"]
    assert edge.order == ["/out/0", "/manifest"]

    # While one runs, the same name is the same prediction and another finds no room.
    edge.callbacks.clear()
    time.sleep(0.3)
    slow = prediction(edge, steps=50, n=4, output_urls=[edge.url(f"/out/{i}") for i in range(4)])
    assert coglet.ask("PUT", "/predictions/edit_a-2", slow)[0] == 202
    assert coglet.ask("PUT", "/predictions/edit_a-2", slow)[0] == 202
    assert coglet.ask("PUT", "/predictions/edit_a-3", prediction(edge))[0] == 409

    # Cancelling ends it, and the next one finds room.
    assert coglet.ask("POST", "/predictions/edit_a-2/cancel")[0] == 200
    until(edge, "canceled")
    edge.callbacks.clear()
    for _ in range(50):
        status, _ = coglet.ask("PUT", "/predictions/edit_a-4", prediction(edge, attempt=4))
        if status != 409:
            break
        time.sleep(0.1)
    assert status == 202
    until(edge, "succeeded")

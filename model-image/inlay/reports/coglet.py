"""The real coglet as a process of its own, for tests and measurements."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inlay.serve import ROOT

READY_SECONDS = 90
PAGE = os.sysconf("SC_PAGE_SIZE")


class Coglet:
    """A running server and how it answers."""

    def __init__(self, port: int, pid: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.pid = pid

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """A request's status and JSON; a body is a prediction, to be run without waiting for it."""
        request = urllib.request.Request(self.url + path, method=method)  # noqa: S310
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("content-type", "application/json")
            request.add_header("prefer", "respond-async")
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                return response.status, json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def health(self) -> str:
        """What the health check says, such as READY; empty while nothing answers."""
        try:
            return self.ask("GET", "/health-check")[1]["status"]
        except OSError:
            return ""

    def until_ready(self) -> None:
        """Waits for the set-up; TimeoutError for one that takes too long."""
        for _ in range(10 * READY_SECONDS):
            if self.health() == "READY":
                return
            time.sleep(0.1)
        raise TimeoutError("coglet did not become ready")

    def workers(self) -> list[int]:
        """The processes that it started."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        listed = [int(pid) for pid in children.split()]
        return listed or [p for p in all_processes() if parent_of(p) == self.pid]

    def megabytes(self) -> float:
        """Resident memory of the server and its workers, in MB."""
        return sum(resident_megabytes(pid) for pid in (self.pid, *self.workers()))


def free_port() -> int:
    """A port on loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def all_processes() -> list[int]:
    """Those that run on this machine."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def parent_of(pid: int) -> int:
    """The process that started one; 0 for one that has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def resident_megabytes(pid: int) -> float:
    """Resident memory of a process, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


@contextmanager
def serve_coglet(
    edge: str, profile: str = "tiny", policy: Path | None = None, **environment: str
) -> Iterator[Coglet]:
    """Serves a profile (a name, or a folder) to an edge until the block ends; then nothing of it is left running."""
    port = free_port()
    command = [sys.executable, "-m", "inlay.serve", "--port", str(port), "--edge", edge]
    command += ["--profile", profile, *(() if policy is None else ("--policy", str(policy)))]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"COG_THROTTLE_RESPONSE_INTERVAL": "0"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    server = Coglet(port, process.pid)
    try:
        server.until_ready()
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

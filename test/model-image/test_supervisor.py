"""The supervisor around the real coglet: what is lost ends, so that it is started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inlay.reports.coglet import Coglet, free_port
from inlay.serve import ROOT
from inlay.supervisor import EXIT_UNHEALTHY


@pytest.fixture
def supervised():
    """coglet under a supervisor that looks every half second; its port and its process."""
    port = free_port()
    given = ["--port", str(port), "--edge", "http://127.0.0.1:9"]
    process = subprocess.Popen(
        [sys.executable, "-m", "inlay.serve", *given, "--exit-when-unhealthy", "--interval", "0.5"],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        server = Coglet(port, process.pid)
        server.until_ready()
        yield server, process
    finally:
        process.terminate()
        process.wait(30)


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they did."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be taken note of does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_it_ends_with_an_exit_code_and_leaves_nothing_once_the_worker_has_died(supervised):
    server, process = supervised
    started = descendants(process.pid)
    asked = [sys.executable, "-m", "inlay.health"]
    at_port = os.environ | {"PORT": server.url.rsplit(":", 1)[1]}
    assert subprocess.run(asked, cwd=ROOT, env=at_port, check=False).returncode == 0
    worker = started[-1]
    os.kill(worker, signal.SIGKILL)
    assert process.wait(30) == EXIT_UNHEALTHY
    time.sleep(0.2)
    assert not [pid for pid in started if alive(pid)]
    assert subprocess.run(asked, cwd=ROOT, env=at_port, check=False).returncode == 1


def test_a_signal_to_end_reaches_the_server(supervised):
    _, process = supervised
    started = descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    time.sleep(0.2)
    assert not [pid for pid in started if alive(pid)]

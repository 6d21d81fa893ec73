"""Keeps a server only as long as it is healthy: coglet answers on after its worker has died, and starts no other."""

import contextlib
import os
import signal
import subprocess
import sys

from inlay.health import AILING, LOST, health

PATIENCE = 3
"""Looks in a row at an ailing server before it counts as lost."""

END_SECONDS = 10
EXIT_UNHEALTHY = 70
"""EX_SOFTWARE of sysexits.h: whoever started this is to start it again."""


def supervise(
    command: list[str],
    environment: dict[str, str],
    health_url: str,
    interval: float,
) -> int:
    """Runs a server until it ends or its health is lost, looked at every `interval` seconds; returns the exit code.

    A signal to end goes on to the server. A server that is lost is ended with all that it started.
    """
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: send(process, received))
    heard = False
    ailing = 0
    while process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(interval)
        status = health(health_url)
        heard = heard or bool(status)
        # Until it is first heard it is loading torch, and its port is not open yet.
        ailing = ailing + 1 if heard and status in AILING else 0
        if process.poll() is None and (status in LOST or ailing >= PATIENCE):
            print(f"The server is {status or 'SILENT'}; ending it.", file=sys.stderr, flush=True)
            end(process)
            return EXIT_UNHEALTHY
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def send(process: subprocess.Popen[bytes], number: int) -> None:
    """Sends a signal to the server and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends the server and all that it started: with a word first, then without one."""
    send(process, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)
    send(process, signal.SIGKILL)
    process.wait()

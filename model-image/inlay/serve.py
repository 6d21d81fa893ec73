"""Serves the model with coglet, without Docker: `python -m inlay.serve --port 5000 --edge http://127.0.0.1:8787`."""

import argparse
import os
import sys
from pathlib import Path

from inlay.health import health_url
from inlay.supervisor import supervise

ROOT = Path(__file__).parent.parent
SETUP_SECONDS = 300
INTERVAL_SECONDS = 10.0


def main() -> None:
    """Sets coglet's environment and becomes the server: one process group, ended by one signal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--edge", default=os.environ.get("INLAY_EDGE_ORIGIN", ""))
    parser.add_argument("--profile", default=os.environ.get("INLAY_PROFILE", "tiny"))
    parser.add_argument("--policy", default=os.environ.get("INLAY_POLICY", ""))
    parser.add_argument(
        "--exit-when-unhealthy",
        action="store_true",
        help="end with an exit code once the model is lost, for whoever restarts what ends",
    )
    parser.add_argument(
        "--interval", type=float, default=INTERVAL_SECONDS, help="seconds between looks at health"
    )
    arguments = parser.parse_args()
    if not arguments.edge:
        sys.exit("Say where the edge is: --edge https://your-worker.example.com")
    policy = str(Path(arguments.policy).resolve()) if arguments.policy else ""
    os.chdir(ROOT)
    environment = os.environ | {
        # coglet starts its worker with the first python on PATH: it has to be this one.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        # Behind it, what the operator adds: a classifier of their own.
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        "PORT": str(arguments.port),
        "COG_PREDICT_TYPE_STUB": "run.py:Runner",
        # Without a deadline a failed start would stay "starting" for good.
        "COG_SETUP_TIMEOUT": os.environ.get("COG_SETUP_TIMEOUT", str(SETUP_SECONDS)),
        # coglet runs edits in several threads; with an allocator's arena for each, freed memory is held many times.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
        "INLAY_EDGE_ORIGIN": arguments.edge,
        "INLAY_PROFILE": arguments.profile,
        "INLAY_POLICY": policy,
    }
    command = [sys.executable, "-m", "cog.server.http", "--host", arguments.host]
    if arguments.exit_when_unhealthy:
        url = health_url(arguments.port)
        sys.exit(supervise(command, environment, url, arguments.interval))
    os.execve(sys.executable, command, environment)  # noqa: S606


if __name__ == "__main__":
    main()

"""How a server is, as coglet says: `python -m inlay.health` ends with 0 if it takes edits, for Docker's health check.

coglet answers 200 whatever its state, so that the state has to be read.
"""

import json
import os
import sys
import urllib.request

ASK_SECONDS = 5
WELL = frozenset({"READY", "BUSY"})
LOST = frozenset({"DEFUNCT", "SETUP_FAILED"})
"""Nothing but a new process helps."""
AILING = frozenset({"UNHEALTHY", ""})
"""Its worker has died, or one check went wrong; silence is no better. If it stays so, it is lost."""


def health_url(port: int) -> str:
    """Where a server on this machine says how it is."""
    return f"http://127.0.0.1:{port}/health-check"


def health(url: str) -> str:
    """What coglet says of itself, such as READY; empty where it does not answer."""
    try:
        with urllib.request.urlopen(url, timeout=ASK_SECONDS) as response:  # noqa: S310
            return str(json.loads(response.read())["status"])
    except (OSError, ValueError, KeyError):
        return ""


def main() -> None:
    """Asks the server at PORT (5000 unless it says otherwise) and prints its state."""
    status = health(health_url(int(os.environ.get("PORT", "5000"))))
    print(status or "no answer")
    sys.exit(0 if status in WELL else 1)


if __name__ == "__main__":
    main()

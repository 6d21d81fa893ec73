"""The contract with the real coglet: what the edge's `cog` provider relies on."""

import json
import time

import pytest
from coglet_edits import ENVIRONMENT, prediction, until

from inlay.reports.coglet import serve_coglet


@pytest.fixture
def coglet(edge):
    """coglet with the profile of this repository, for this test's edge."""
    with serve_coglet(edge.origin, **ENVIRONMENT) as server:
        yield server


def test_predictions_are_checked_run_once_reported_and_cancelled(edge, coglet):
    # What the schema does not allow is refused before anything runs.
    for changes in ({"steps": 51}, {"task": "paint"}, {"attempt": 0}, {"guidance": "two"}):
        status, _ = coglet.ask("PUT", "/predictions/edit_a-0", prediction(edge, **changes))
        assert status == 422, changes

    # An accepted one runs, tells its progress in its logs, and ends with the manifest's status.
    status, _ = coglet.ask("PUT", "/predictions/edit_a-1", prediction(edge))
    assert status == 202
    ended = until(edge, "succeeded")
    assert ended["output"] == "succeeded"
    assert "3/3" in ended["logs"]
    first = next(line for line in ended["logs"].splitlines() if "first_edit" in line)
    assert json.loads(first)["total_ms"] > json.loads(first)["setup_ms"] > 0
    assert edge.order == ["/out/0", "/manifest"]

    # While one runs, the same name is the same prediction and another finds no room.
    edge.callbacks.clear()
    time.sleep(0.3)
    slow = prediction(edge, steps=50, n=4)
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
    assert "first_edit" not in until(edge, "succeeded")["logs"]

"""Several edits at once in the real coglet: each ends as it would alone."""

import json
import os
import re
import signal
import time

import numpy as np
import pytest
from coglet_edits import ENVIRONMENT, prediction
from conftest import encoded

from inlay.pixels import decode_picture
from inlay.reports.coglet import serve_coglet
from inlay.reports.loopback import serve_edge

SLOTS = 4


@pytest.fixture(scope="module")
def served(profile_folder):
    more = ENVIRONMENT | {"COG_MAX_CONCURRENCY": str(SLOTS)}
    with serve_edge() as edge, serve_coglet(edge.origin, str(profile_folder), **more) as server:
        yield edge, server


def asked(edge, name: str, **changes) -> dict:
    """A prediction of an edit whose files lie under its name."""
    return prediction(
        edge,
        edit=name,
        output_urls=[edge.url(f"/{name}/out/{index}") for index in range(changes.get("n", 1))],
        manifest_url=edge.url(f"/{name}/manifest"),
        **changes,
    )


def begin(edge, server, name: str, **changes) -> int:
    return server.ask("PUT", f"/predictions/{name}", asked(edge, name, **changes))[0]


def until(edge, name: str, *statuses: str) -> dict:
    """The callback that ends an edit in one of these ways."""
    for _ in range(1200):
        for call in list(edge.callbacks):
            if call["id"] == name and call["status"] in statuses:
                return call
        time.sleep(0.05)
    raise TimeoutError(f"{name} is not {statuses}")


def runs(edge, name: str) -> None:
    """Waits for an edit's first step."""
    for _ in range(1200):
        if any(c["id"] == name and "1/" in str(c.get("logs")) for c in list(edge.callbacks)):
            return
        time.sleep(0.02)
    raise TimeoutError(f"{name} does not run")


def test_edits_at_once_end_each_in_its_own_way_with_its_own_progress(fresh):
    edge, server = fresh
    edge.files["/nothing"] = encoded(np.zeros((50, 70), np.uint8), "L")
    assert begin(edge, server, "edit_slow", steps=50, n=4) == 202
    assert begin(edge, server, "edit_long", steps=50, n=4) == 202
    runs(edge, "edit_slow")
    assert server.ask("POST", "/predictions/edit_slow/cancel")[0] == 200
    assert begin(edge, server, "edit_short", steps=3) == 202
    assert begin(edge, server, "edit_bad", mask_url=edge.url("/nothing")) == 202
    until(edge, "edit_slow", "canceled")
    until(edge, "edit_bad", "succeeded")

    short = until(edge, "edit_short", "succeeded")
    long = until(edge, "edit_long", "succeeded")
    assert re.findall(r"(\d+)/3\b", short["logs"]) == ["1", "2", "3"]
    assert re.findall(r"(\d+)/50\b", long["logs"]) == [str(step) for step in range(1, 51)]
    assert "/50" not in short["logs"]
    assert json.loads(edge.stored["/edit_bad/manifest"])["error"]["code"] == "mask_empty"
    for name, count in (("edit_short", 1), ("edit_long", 4)):
        manifest = json.loads(edge.stored[f"/{name}/manifest"])
        assert (manifest["status"], len(manifest["outputs"])) == ("succeeded", count)
    assert not [path for path in edge.order if path.startswith("/edit_slow/")]


def test_an_edit_beside_others_paints_what_it_paints_alone(fresh):
    edge, server = fresh
    painted = {}
    for name, others in (("edit_alone", 0), ("edit_beside", 3)):
        for number in range(others):
            assert begin(edge, server, f"{name}_{number}", steps=50, n=4) == 202
            runs(edge, f"{name}_{number}")
        assert begin(edge, server, name, steps=8, seed=11) == 202
        until(edge, name, "succeeded")
        painted[name] = decode_picture(edge.stored[f"/{name}/out/0"]).samples.astype(int)
        for number in range(others):
            until(edge, f"{name}_{number}", "succeeded")
    assert np.abs(painted["edit_alone"] - painted["edit_beside"]).max() <= 1


def test_one_too_many_finds_no_room_and_does_once_one_has_ended(fresh):
    edge, server = fresh
    names = [f"edit_{number}" for number in range(SLOTS)]
    for name in names:
        assert begin(edge, server, name, steps=50, n=4) == 202
    for name in names:
        runs(edge, name)
    assert begin(edge, server, "edit_more", steps=2) == 409
    until(edge, names[0], "succeeded")
    for _ in range(200):
        status = begin(edge, server, "edit_more", steps=2)
        if status != 409:
            break
        time.sleep(0.05)
    assert status == 202
    for name in (*names, "edit_more"):
        until(edge, name, "succeeded")


def test_a_worker_that_dies_fails_all_its_edits_and_leaves_none_half_written(profile_folder):
    more = ENVIRONMENT | {"COG_MAX_CONCURRENCY": "2"}
    with serve_edge() as edge, serve_coglet(edge.origin, str(profile_folder), **more) as server:
        for name in ("edit_a", "edit_b"):
            assert begin(edge, server, name, steps=50, n=4) == 202
            runs(edge, name)
        (worker,) = server.workers()
        os.kill(worker, signal.SIGKILL)
        for name in ("edit_a", "edit_b"):
            until(edge, name, "failed")
        assert edge.order == []

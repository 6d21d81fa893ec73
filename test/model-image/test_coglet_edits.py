"""What becomes of edits in the real coglet: their progress, cancelling, outcomes, and a worker that dies."""

import json
import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from coglet_edits import ENVIRONMENT, prediction, until
from conftest import box_mask, encoded, noise_picture
from too_green import Green

from inlay.pipeline import fill_picture
from inlay.pixels import Picture
from inlay.reports.coglet import serve_coglet
from inlay.reports.loopback import serve_edge
from inlay.safety.views import views_of
from inlay.settings import FillSettings


@pytest.fixture(scope="module")
def greens(inpainter) -> list[float]:
    """How green an edit's two outputs are to the operator's classifier."""
    picture = Picture("RGB", noise_picture(70, 50), None)
    mask = box_mask(70, 50, (20, 10, 40, 30)) > 0
    filled = fill_picture(inpainter, picture, mask, FillSettings([7, 8], 3), lambda *_: None)
    views = [view for samples in filled.samples for view in views_of(samples, filled.crops)]
    return [scores["green"] for scores in Green().score(views)]


@pytest.fixture(scope="module")
def served(profile_folder, greens, tmp_path_factory):
    """An edge and coglet with a profile of random weights and an operator's policy, for all tests here.

    The policy blocks the greener of an edit's two outputs.
    """
    policy = tmp_path_factory.mktemp("policy") / "policy.json"
    rules = {"classifier": "too_green:make", "thresholds": {"green": sum(greens) / 2}}
    refused = {"words": ["forbidden"]}
    policy.write_text(json.dumps({"version": 1, "prompt": refused, "output": rules}))
    more = ENVIRONMENT | {"PYTHONPATH": str(Path(__file__).parent)}
    with (
        serve_edge() as edge,
        serve_coglet(edge.origin, str(profile_folder), policy, **more) as server,
    ):
        yield edge, server


def begin(edge, server, name: str, **changes) -> None:
    """Starts an edit, once the one before it has left its room."""
    for _ in range(100):
        status, answer = server.ask("PUT", f"/predictions/{name}", prediction(edge, **changes))
        if status != 409:
            break
        time.sleep(0.05)
    assert status == 202, answer


def manifest(edge) -> dict:
    return json.loads(edge.stored["/manifest"])


def test_progress_lands_on_its_own_edit_and_one_of_two_outputs_is_blocked(fresh, greens):
    edge, server = fresh
    begin(edge, server, "edit_a-1", n=2, steps=3)
    first = until(edge, "succeeded")
    assert (first["id"], first["output"]) == ("edit_a-1", "succeeded")
    assert re.findall(r"\d+/\d+", first["logs"]) == ["1/3", "2/3", "3/3"]
    blocked, delivered = (0, 1) if greens[0] > greens[1] else (1, 0)
    outputs = manifest(edge)["outputs"]
    assert outputs[blocked]["blocked"] == "output_blocked"
    assert outputs[delivered]["blocked"] is None
    assert edge.order == [f"/out/{delivered}", "/manifest"]

    edge.forget()
    begin(edge, server, "edit_b-1", n=2, steps=5)
    second = until(edge, "succeeded")
    assert second["id"] == "edit_b-1"
    assert re.findall(r"\d+/\d+", second["logs"]) == [f"{step}/5" for step in range(1, 6)]


@pytest.mark.parametrize(
    ("files", "changes", "code"),
    [
        ({"/image": b"text"}, {}, "image_damaged"),
        ({"/image": encoded(np.zeros((7101, 7101), np.uint8), "L")}, {}, "image_too_large"),
        ({}, {"prompt": "what is forbidden"}, "input_blocked"),
        ({}, {"sampler": "unipc"}, "sampler_not_in_profile"),
    ],
)
def test_what_cannot_be_done_ends_with_its_code_and_leaves_room(fresh, files, changes, code):
    edge, server = fresh
    edge.files |= files
    begin(edge, server, f"{code}-1", **changes)
    assert until(edge, "succeeded")["output"] == "failed"
    assert manifest(edge)["error"]["code"] == code
    assert edge.order == ["/manifest"]


def test_a_test_accounts_edit_is_painted_by_the_profile_for_tests_and_the_next_one_is_not(fresh):
    edge, server = fresh
    painted = []
    for name, profile in (("served-1", ""), ("tests-1", "tiny"), ("served-2", "")):
        edge.forget()
        begin(edge, server, name, profile=profile)
        until(edge, "succeeded")
        painted.append(manifest(edge)["model"]["weights_sha256"])
    assert painted[0] == painted[2] != painted[1]


def test_input_that_cannot_be_meant_fails_without_a_manifest(fresh):
    edge, server = fresh
    begin(edge, server, "odd-1", n=2, output_urls=[edge.url("/out/0")])
    assert "output_urls" in until(edge, "failed")["error"]
    assert edge.order == []


def test_cancelling_stops_within_a_step_and_leaves_no_manifest(fresh):
    edge, server = fresh
    # Many crops: first all outputs together, then each output's own.
    edge.files["/image"] = encoded(noise_picture(600, 200), "RGB")
    mask = np.zeros((200, 600), np.uint8)
    for left in range(10, 600, 120):
        mask[90:110, left : left + 20] = 255
    edge.files["/mask"] = encoded(mask, "L")
    begin(edge, server, "slow-1", n=4, steps=50)
    while not any("/850" in str(call.get("logs")) for call in list(edge.callbacks)):
        time.sleep(0.02)
    assert server.ask("POST", "/predictions/slow-1/cancel")[0] == 200
    told = len(re.findall(r"\d+/850", str(edge.callbacks[-1]["logs"])))
    ended = until(edge, "canceled")
    assert len(re.findall(r"\d+/850", ended["logs"])) - told <= 3
    assert edge.order == []
    # The room is free again, and nothing comes late.
    begin(edge, server, "after-1", n=2)
    until(edge, "succeeded")
    assert edge.order.count("/manifest") == 1
    assert edge.order[-1] == "/manifest"


def test_cancelling_while_outputs_go_out_leaves_no_manifest(fresh):
    edge, server = fresh
    begin(edge, server, "leaving-1", n=2, steps=50)
    while not any("/50" in str(call.get("logs")) for call in list(edge.callbacks)):
        time.sleep(0.02)
    # The edge is away for a while: the upload is tried again and again.
    edge.statuses.extend([503] * 9)
    while edge.requests < 4:
        time.sleep(0.02)
    assert server.ask("POST", "/predictions/leaving-1/cancel")[0] == 200
    until(edge, "canceled", seconds=10)
    edge.statuses.clear()
    begin(edge, server, "after-2", n=2, edit="edit_b", manifest_url=edge.url("/other"))
    until(edge, "succeeded")
    assert "/manifest" not in edge.order


def test_a_worker_that_dies_fails_its_edit_and_the_health_check_says_so(edge, profile_folder):
    with serve_coglet(edge.origin, str(profile_folder), **ENVIRONMENT) as server:
        begin(edge, server, "lost-1", n=4, steps=50)
        while not any("/50" in str(call.get("logs")) for call in list(edge.callbacks)):
            time.sleep(0.02)
        (worker,) = server.workers()
        os.kill(worker, signal.SIGKILL)
        assert until(edge, "failed")["id"] == "lost-1"
        assert edge.order == []
        for _ in range(100):
            if server.health() != "READY":
                break
            time.sleep(0.1)
        # It stays so: whoever runs the container has to start it again.
        assert server.health() == "UNHEALTHY"

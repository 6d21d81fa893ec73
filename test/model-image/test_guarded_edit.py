"""The policy at work in a whole edit, from signed URLs to the manifest."""

import hashlib
import json

import numpy as np
import pytest
from conftest import noise_picture
from test_runner import IMAGE, MASK, request_to

from inlay.pixels import decode_picture
from inlay.runner import run_edit
from inlay.safety.guard import Guard
from inlay.safety.perceptual_hash import format_hash, perceptual_hash
from inlay.safety.policy import Policy
from inlay.transport import EdgeClient

NOTHING = hashlib.sha256(b"").hexdigest()


class Knowing:
    """Blocks what shows the pictures (50, 70, 3) that it is given, and remembers what it was shown.

    The native size is 64: a crop holds the whole height, with the edge repeated above and below.
    """

    categories = frozenset({"bad"})

    def __init__(self, *pictures: np.ndarray) -> None:
        self.known = {p[:, left : left + 64].tobytes() for p in pictures for left in range(7)}
        self.shown = []

    def score(self, crops):
        self.shown.append(crops)
        return [{"bad": float(crop[7:57].tobytes() in self.known)} for crop in crops]


@pytest.fixture
def run(edge, inpainter):
    """Runs a request under a policy and returns the manifest as it was stored."""

    def go(request, policy=None, classifier=None) -> dict:
        guard = Guard(policy or Policy(thresholds={"bad": 0.5}), classifier)
        client = EdgeClient(edge.origin, lambda _: None)
        run_edit(inpainter, client, request, lambda *_: None, guard)
        return json.loads(edge.stored["/manifest"])

    return go


@pytest.fixture
def made(edge, run) -> list[np.ndarray]:
    """What two outputs are where nobody looks."""
    run(request_to(edge, n=2))
    pictures = [decode_picture(edge.stored[f"/out/{index}"]).samples for index in range(2)]
    edge.forget()
    return pictures


def test_a_blocked_output_is_an_entry_without_a_file(edge, run, made):
    manifest = run(request_to(edge, n=2), classifier=Knowing(made[0]))
    assert manifest["status"] == "succeeded"
    blocked, delivered = manifest["outputs"]
    assert (blocked["blocked"], delivered["blocked"]) == ("output_blocked", None)
    assert (blocked["bytes"], blocked["sha256"], blocked["seed"]) == (0, NOTHING, 7)
    assert (blocked["width"], blocked["height"]) == (70, 50)
    assert edge.order == ["/out/1", "/manifest"]
    assert len(edge.stored["/out/1"]) == delivered["bytes"] > 0


def test_where_all_are_blocked_each_is_listed_and_none_is_uploaded(edge, run, made):
    manifest = run(request_to(edge, n=2, prompt="a cat"), classifier=Knowing(*made))
    assert (manifest["status"], manifest["error"]) == ("succeeded", None)
    listed = [
        (output["index"], output["seed"], output["blocked"]) for output in manifest["outputs"]
    ]
    assert listed == [(0, 7, "output_blocked"), (1, 8, "output_blocked")]
    assert [output["sha256"] for output in manifest["outputs"]] == [NOTHING] * 2
    assert [note["code"] for note in manifest["warnings"]] == ["prompt_ignored"]
    assert edge.order == ["/manifest"]


def test_the_classifier_sees_what_would_be_delivered_around_each_hole(edge, run):
    classifier = Knowing()
    run(request_to(edge, n=2), classifier=classifier)
    for index, crops in enumerate(classifier.shown):
        delivered = decode_picture(edge.stored[f"/out/{index}"]).samples
        (crop,) = crops
        assert crop.shape == (64, 64, 3)
        assert any(
            (crop[7:57] == delivered[:, left : left + 64]).all() for left in range(70 - 64 + 1)
        )
    assert len(classifier.shown) == 2


@pytest.mark.parametrize(
    ("policy", "changes"),
    [
        (Policy(words=("forbidden",)), {"prompt": "something Forbidden"}),
        (Policy(pictures=(format_hash(perceptual_hash(IMAGE)[0]),)), {}),
    ],
    ids=["a word of the prompt", "what the picture looks like"],
)
def test_what_the_policy_refuses_is_not_painted(edge, run, policy, changes):
    manifest = run(request_to(edge, **changes), policy)
    assert manifest["error"]["code"] == "input_blocked"
    assert "policy" in manifest["error"]["detail"]
    assert edge.order == ["/manifest"]
    assert "sample_ms" not in manifest["timings"]


def test_a_listed_file_is_refused_before_it_is_decoded(edge, run):
    request = request_to(edge)
    edge.files["/image"] = b"no picture at all"
    listed = hashlib.sha256(edge.files["/image"]).hexdigest()
    assert run(request, Policy(sha256=frozenset({listed})))["error"]["code"] == "input_blocked"
    assert run(request)["error"]["code"] == "image_damaged"


def test_a_refused_prompt_downloads_nothing(edge, run):
    run(request_to(edge, prompt="forbidden"), Policy(words=("forbidden",)))
    assert edge.requests == 1


def test_other_edits_are_not_hindered(edge, run):
    policy = Policy(
        words=("forbidden",),
        pictures=(format_hash(perceptual_hash(noise_picture(70, 50, seed=9))[0]),),
    )
    manifest = run(request_to(edge, prompt="a lawn"), policy)
    assert manifest["status"] == "succeeded"
    assert (decode_picture(edge.stored["/out/0"]).samples[MASK == 0] == IMAGE[MASK == 0]).all()

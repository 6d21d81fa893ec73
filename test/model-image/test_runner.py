"""One attempt, from signed URLs to the manifest."""

import hashlib
import json

import numpy as np
import pytest
from conftest import VECTORS, Edge, box_mask, encoded, noise_picture

from inlay.edit_input import EditInput
from inlay.manifest import ERROR_CODES, Manifest, ManifestOutput, Note
from inlay.pixels import decode_picture
from inlay.runner import run_edit
from inlay.transport import EdgeClient, TransportError

IMAGE = noise_picture(70, 50)
MASK = box_mask(70, 50, (20, 10, 40, 30))


def request_to(edge: Edge, n: int = 1, **changes) -> EditInput:
    edge.files.setdefault("/image", encoded(IMAGE, "RGB"))
    edge.files.setdefault("/mask", encoded(MASK, "L"))
    values = {
        "task": "inpaint",
        "image_url": edge.url("/image"),
        "mask_url": edge.url("/mask"),
        "output_urls": [edge.url(f"/out/{index}") for index in range(n)],
        "manifest_url": edge.url("/manifest"),
        "preview_url": edge.url("/preview"),
        "edit": "edit_a",
        "attempt": 2,
        "prompt": "",
        "negative_prompt": "",
        "n": n,
        "seed": 7,
        "steps": 2,
        "guidance": 7.5,
        "strength": 1.0,
        "output_format": "png",
    }
    return EditInput(**(values | changes))


@pytest.fixture
def run(edge, inpainter):
    """Runs a request and returns the manifest as it was stored."""

    def go(request: EditInput) -> dict:
        run_edit(inpainter, EdgeClient(edge.origin, lambda _: None), request, lambda *_: None)
        return json.loads(edge.stored["/manifest"])

    return go


def test_outputs_come_first_and_the_manifest_last_and_it_tells_the_truth(edge, run):
    manifest = run(request_to(edge, n=2))
    assert sorted(edge.order[:2]) == ["/out/0", "/out/1"]
    assert edge.order[2:] == ["/manifest"]
    assert (manifest["status"], manifest["edit"], manifest["attempt"]) == ("succeeded", "edit_a", 2)
    assert [output["seed"] for output in manifest["outputs"]] == [7, 8]
    for index, output in enumerate(manifest["outputs"]):
        body = edge.stored[f"/out/{index}"]
        assert output["sha256"] == hashlib.sha256(body).hexdigest()
        assert (output["bytes"], output["width"], output["height"]) == (len(body), 70, 50)
        result = decode_picture(body).samples
        kept = MASK == 0
        assert output["kept_pixels"] == kept.sum()
        assert (result[kept] == IMAGE[kept]).all()
        assert (result != IMAGE).any()
    assert manifest["timings"]["total_ms"] > 0


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"/mask": encoded(np.zeros_like(MASK), "L")}, "mask_empty"),
        ({"/mask": encoded(MASK[:, 1:], "L")}, "mask_size_mismatch"),
        ({"/mask": b"text"}, "mask_damaged"),
        ({"/image": encoded(IMAGE, "RGB")[:900]}, "image_damaged"),
    ],
)
def test_what_no_retry_mends_becomes_the_manifests_error(edge, run, files, code):
    edge.files |= files
    manifest = run(request_to(edge))
    assert (manifest["status"], manifest["outputs"]) == ("failed", [])
    assert manifest["error"]["code"] == code
    assert len(manifest["error"]["detail"]) > 10
    assert edge.order == ["/manifest"]


def test_a_result_that_is_too_large_says_what_to_ask_for(edge, run, monkeypatch):
    monkeypatch.setattr("inlay.delivery.MAX_OUTPUT_BYTES", 100)
    manifest = run(request_to(edge))
    assert manifest["error"]["code"] == "output_too_large"
    assert "jpeg" in manifest["error"]["detail"]


def test_what_the_edge_does_not_take_is_raised_for_another_attempt(edge, inpainter):
    request = request_to(edge)
    edge.files.pop("/image")
    with pytest.raises(TransportError, match="404"):
        run_edit(inpainter, EdgeClient(edge.origin, lambda _: None), request, lambda *_: None)
    assert "/manifest" not in edge.stored


def test_warnings_say_what_the_customer_may_not_expect(edge, run):
    edge.files["/image"] = encoded(noise_picture(70, 50, 4), "RGBA")
    manifest = run(request_to(edge, prompt="a cat", negative_prompt="a dog", output_format="jpeg"))
    assert [note["code"] for note in manifest["warnings"]] == [
        "prompt_ignored",
        "negative_prompt_ignored",
        "alpha_dropped",
    ]


def test_n_and_its_urls_have_to_agree(edge):
    with pytest.raises(ValueError, match="output_urls"):
        request_to(edge, n=2, output_urls=[edge.url("/out/0")])


@pytest.mark.parametrize(
    "vector", json.loads((VECTORS / "manifest.json").read_text())["valid"], ids=lambda v: v["name"]
)
def test_a_manifest_is_written_as_the_published_vectors_have_it(vector):
    wanted = vector["manifest"]
    error = wanted["error"]
    manifest = Manifest(
        edit=wanted["edit"],
        attempt=wanted["attempt"],
        model=wanted["model"],
        outputs=tuple(ManifestOutput(**output) for output in wanted["outputs"]),
        warnings=tuple(Note(**note) for note in wanted["warnings"]),
        error=None if error is None else Note(**error),
        timings=wanted["timings"],
    )
    assert json.loads(manifest.to_json()) == wanted


def test_a_manifest_has_outputs_or_an_error_that_customers_know():
    with pytest.raises(ValueError, match="either"):
        Manifest("edit_a", 1, {})
    with pytest.raises(ValueError, match="no outcome"):
        Manifest("edit_a", 1, {}, error=Note("out_of_memory", "The GPU was full."))
    assert "mask_empty" in ERROR_CODES

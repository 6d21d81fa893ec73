"""What outputs say of themselves: read back by c2pa-python, and true."""

import io
import json

import c2pa
import numpy as np
import pytest
from claims import CERTIFICATES, sign
from conftest import box_mask, encoded, noise_picture
from picture_files import Case, file_of
from test_runner import IMAGE, MASK, request_to

from inlay.crops import Box
from inlay.pixels import decode_picture
from inlay.provenance.claim import CREATED, EDITED, Claim, Origin
from inlay.provenance.read import read_manifest
from inlay.runner import run_edit
from inlay.transport import EdgeClient, TransportError

FORMATS = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
PAINTED = [Box(20, 10, 40, 30)]


def claim(origin: Origin | None, signs=sign) -> Claim:
    return Claim("edit_a", "tiny", origin, PAINTED, CERTIFICATES, signs)


def store(body: bytes, content_type: str) -> tuple[str, dict]:
    """The state of a file's manifests as c2pa-python has it, and all of them."""
    with c2pa.Reader(content_type, io.BytesIO(body)) as reader:
        return reader.get_validation_state(), json.loads(reader.json())


@pytest.mark.parametrize("name", FORMATS)
def test_a_manifest_is_valid_its_certificate_the_only_remark_and_no_sample_changes(name):
    body = encoded(IMAGE, "RGB", name.upper())
    signed = claim(Origin(encoded(IMAGE, "RGB"), "png")).attached(body, FORMATS[name])
    state, found = store(signed, FORMATS[name])
    assert state == "Valid"
    assert [remark["code"] for remark in found["validation_status"]] == [
        "signingCredential.untrusted"
    ]
    assert (decode_picture(signed).samples == decode_picture(body).samples).all()
    [actions] = found["manifests"][found["active_manifest"]]["assertions"]
    opened, edited = actions["data"]["actions"]
    assert (opened["action"], edited["action"]) == ("c2pa.opened", "c2pa.edited")
    assert edited["digitalSourceType"] == EDITED
    read = read_manifest(signed, FORMATS[name])
    assert (read.state, read.edit, read.painted) == ("untrusted", "edit_a", ((20, 10, 40, 30),))
    assert read.is_inlays
    assert not read.wholly_made


def test_what_a_prompt_made_says_that_a_model_made_all_of_it():
    signed = claim(None).attached(encoded(IMAGE, "RGB"), "image/png")
    _, found = store(signed, "image/png")
    [actions] = found["manifests"][found["active_manifest"]]["assertions"]
    [created] = actions["data"]["actions"]
    assert (created["action"], created["digitalSourceType"]) == ("c2pa.created", CREATED)
    assert read_manifest(signed, "image/png").wholly_made


def test_a_picture_that_has_a_manifest_becomes_the_parent_with_its_history():
    first = claim(None).attached(encoded(IMAGE, "RGB"), "image/png")
    second = claim(Origin(first, "png")).attached(encoded(IMAGE, "RGB", "JPEG"), "image/jpeg")
    state, found = store(second, "image/jpeg")
    assert state == "Valid"
    [parent] = found["manifests"][found["active_manifest"]]["ingredients"]
    assert parent["relationship"] == "parentOf"
    assert parent["active_manifest"] == store(first, "image/png")[1]["active_manifest"]
    assert read_manifest(second, "image/jpeg").earlier == 1


@pytest.mark.parametrize(
    "origin",
    [
        Origin(file_of(Case("heic", "RGB", (129, 80))), "heic"),
        Origin(encoded(IMAGE, "RGB")[:-20], "png"),
        Origin(encoded(IMAGE, "RGB"), "webp"),
    ],
    ids=["a HEIC", "one cut short", "one of another format"],
)
def test_a_picture_of_any_kind_can_be_a_parent_and_is_not_shown_in_the_result(origin):
    body = encoded(box_mask(70, 50, (0, 0, 9, 9)), "L")
    signed = claim(origin).attached(body, "image/png")
    assert store(signed, "image/png")[0] == "Valid"
    assert len(signed) < len(body) + 20_000


def test_a_changed_picture_is_told(edge):
    signed = claim(None).attached(encoded(IMAGE, "RGB"), "image/png")
    place = signed.index(b"IDAT") + 100
    changed = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
    assert read_manifest(changed, "image/png").state == "invalid"
    assert read_manifest(encoded(IMAGE, "RGB"), "image/png") is None


def test_what_the_signer_raises_comes_through():
    def absent(_claim: bytes) -> bytes:
        raise TransportError("the edge answered 503")

    with pytest.raises(TransportError, match="503"):
        claim(None, absent).attached(encoded(IMAGE, "RGB"), "image/png")


def test_an_edit_has_every_output_signed_by_the_edge_and_keeps_what_is_kept(edge, inpainter):
    edge.sign = sign
    asked = {"claim_url": edge.url("/claim"), "certificates": CERTIFICATES}
    run_edit(inpainter, EdgeClient(edge.origin), request_to(edge, n=2, **asked), lambda *_: None)
    manifest = json.loads(edge.stored["/manifest"])
    for index, output in enumerate(manifest["outputs"]):
        body = edge.stored[f"/out/{index}"]
        assert output["bytes"] == len(body)
        assert store(body, "image/png")[0] == "Valid"
        assert (decode_picture(body).samples[MASK == 0] == IMAGE[MASK == 0]).all()
        assert read_manifest(body, "image/png").painted == ((20, 10, 40, 30),)


def test_an_edit_that_the_edge_does_not_sign_is_left_to_another_attempt(edge, inpainter):
    asked = {"claim_url": edge.url("/claim"), "certificates": CERTIFICATES}
    request = request_to(edge, **asked)
    with pytest.raises(TransportError, match="403"):
        run_edit(inpainter, EdgeClient(edge.origin), request, lambda *_: None)
    assert edge.order == []


def test_a_claim_url_without_certificates_cannot_be_meant(edge):
    with pytest.raises(ValueError, match="together"):
        request_to(edge, claim_url=edge.url("/claim"))


def test_noise_is_as_good_a_picture_as_any():
    body = encoded(noise_picture(64, 64), "RGB")
    assert read_manifest(claim(None).attached(body, "image/png"), "image/png").signer
    assert np.array_equal(decode_picture(body).samples, noise_picture(64, 64))

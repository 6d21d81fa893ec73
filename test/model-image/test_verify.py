"""The command that says of pictures whether they were edited, and where."""

import json
import sys

import numpy as np
import pytest
from claims import CERTIFICATES, sign
from conftest import encoded
from test_watermark import hole, marked, texture

from inlay.crops import Box
from inlay.provenance.claim import Claim
from inlay.verify import main

PLAIN = texture(300, 340)


@pytest.fixture
def verify(tmp_path, monkeypatch, capsys):
    """Runs the command on files; returns its exit code, what it printed, and what it complained of."""
    monkeypatch.setenv("INLAY_WATERMARK_KEY", "a key")

    def run(files: dict[str, bytes], *options: str) -> tuple[int, str, str]:
        paths = []
        for name, body in files.items():
            (tmp_path / name).write_bytes(body)
            paths.append(str(tmp_path / name))
        monkeypatch.setattr(sys, "argv", ["verify", *options, *paths])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *capsys.readouterr()

    return run


def test_a_picture_that_nobody_edited_has_no_sign_of_it(verify):
    code, said, _ = verify({"a.png": encoded(PLAIN, "RGB")})
    assert code == 1
    assert "no sign of an edit" in said


def test_a_manifest_says_which_edit_and_where(verify):
    claim = Claim("edit_7", "tiny", None, [Box(1, 2, 3, 4)], CERTIFICATES, sign)
    body = claim.attached(encoded(PLAIN, "RGB"), "image/png")
    code, said, _ = verify({"a.png": body})
    assert code == 0
    assert "edit_7" in said
    assert "signed by Inlay development, whom no trust list vouches for" in said


def test_the_watermark_stays_where_the_manifest_is_lost(verify):
    mask = hole(300, 340, (40, 30, 280, 270))
    body = encoded(marked(PLAIN, mask), "RGB", "JPEG", quality=85)
    code, said, _ = verify({"a.jpg": body}, "--json")
    found = json.loads(said)
    assert (code, found["edited"], found["manifest"]) == (0, True, None)
    assert np.abs(np.array(found["watermark"]["box"]) - (40, 30, 280, 270)).max() <= 64


def test_what_is_no_picture_is_named_and_the_others_are_still_told(verify):
    code, said, complained = verify({"a.png": b"text", "b.png": encoded(PLAIN, "RGB")})
    assert code == 2
    assert "a.png" in complained
    assert "b.png: no sign" in said

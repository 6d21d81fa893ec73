"""A profile's weights: pinned, brought, checked; each way in which that fails says what to do."""

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hub import COMMIT, Hub, serve_hub
from safetensors.torch import load_file, save

from inlay.weights.__main__ import main
from inlay.weights.fetch import fetch_weights
from inlay.weights.manifest import WeightFile, WeightsError, WeightsManifest
from inlay.weights.source import HubSource, MirrorSource

TENSORS = {"conv.weight": torch.arange(4096.0).reshape(64, 64)}
UNET = save(TENSORS)
VOCABULARY = b'{"a": 1}'


def pickled(state: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


DECODER = pickled({"state_dict": TENSORS, "epoch": 3})


def described(target: str, file: str, data: bytes) -> WeightFile:
    return WeightFile(
        target=target,
        repository="acme/painter",
        file=file,
        revision=COMMIT,
        licence="CC0-1.0",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
    )


FILES = {
    "acme/painter/unet/model.safetensors": UNET,
    "acme/painter/tokenizer/vocab.json": VOCABULARY,
    "acme/painter/vae.bin": DECODER,
}
MANIFEST = WeightsManifest(
    (
        described("unet.safetensors", "unet/model.safetensors", UNET),
        described("tokenizer/vocab.json", "tokenizer/vocab.json", VOCABULARY),
        described("decoder.safetensors", "vae.bin", DECODER),
    )
)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def hub():
    with serve_hub(Hub(dict(FILES))) as served:
        yield served


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


NOTE = "decoder.safetensors.converted.json"
WHOLE = ["decoder.safetensors", NOTE, "tokenizer/vocab.json", "unet.safetensors"]


def test_a_mirror_stands_in_for_the_hub_and_what_is_there_is_left_alone(mirror, tmp_path):
    folder = tmp_path / "profile"
    assert len(fetch_weights(MANIFEST, folder, MirrorSource(mirror))) == 3
    assert names(folder) == WHOLE
    assert fetch_weights(MANIFEST, folder, MirrorSource(tmp_path / "nowhere")) == []


def test_a_pickle_is_converted_without_being_run(mirror, tmp_path):
    folder = tmp_path / "profile"
    fetch_weights(MANIFEST, folder, MirrorSource(mirror))
    assert torch.equal(
        load_file(folder / "decoder.safetensors")["conv.weight"], TENSORS["conv.weight"]
    )


def test_the_hub_brings_the_same_files(hub, tmp_path):
    folder = tmp_path / "profile"
    fetch_weights(MANIFEST, folder, HubSource(hub.url))
    assert names(folder) == WHOLE
    assert (folder / "unet.safetensors").read_bytes() == UNET


def test_a_download_that_breaks_off_goes_on_where_it_stopped(hub, tmp_path):
    # Larger than what the hub's client writes at once.
    large = bytes(range(256)) * 100_000
    hub.files["acme/painter/unet/model.safetensors"] = large
    hub.breaks = 1
    manifest = WeightsManifest((described("unet.safetensors", "unet/model.safetensors", large),))
    fetch_weights(manifest, tmp_path / "profile", HubSource(hub.url))
    assert (tmp_path / "profile/unet.safetensors").read_bytes() == large
    assert [asked for asked in hub.ranges if asked not in ("", "bytes=0-")]


def flip_a_tensors_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: flip_a_tensors_byte(folder / "decoder.safetensors"),
        lambda folder: (folder / NOTE).unlink(),
        lambda folder: (folder / NOTE).write_text("{}"),
        lambda folder: (folder / NOTE).write_text("half"),
    ],
    ids=["a tensor's byte", "no note", "another note", "half a note"],
)
def test_a_converted_file_is_known_by_its_own_hash_and_made_again_if_it_is_another(
    mirror, tmp_path, harm
):
    folder = tmp_path / "profile"
    fetch_weights(MANIFEST, folder, MirrorSource(mirror))
    MANIFEST.write(folder / "weights.json")
    harm(folder)
    with pytest.raises(SystemExit, match=r"1 files are missing or others, first decoder\.safet"):
        main(["verify", str(folder)])
    again = fetch_weights(MANIFEST, folder, MirrorSource(mirror))
    assert [file.target for file in again] == ["decoder.safetensors"]
    main(["verify", str(folder)])


def test_what_another_checkpoint_was_converted_to_is_made_again(mirror, tmp_path):
    folder = tmp_path / "profile"
    fetch_weights(MANIFEST, folder, MirrorSource(mirror))
    newer = pickled({"state_dict": {"conv.weight": TENSORS["conv.weight"] + 1}})
    (mirror / "acme/painter/vae.bin").write_bytes(newer)
    manifest = MANIFEST.with_file(described("decoder.safetensors", "vae.bin", newer))
    again = fetch_weights(manifest, folder, MirrorSource(mirror))
    assert [file.target for file in again] == ["decoder.safetensors"]


@pytest.mark.parametrize("where", ["hub", "mirror"])
def test_a_missing_file_is_named(where, mirror, hub, tmp_path):
    del hub.files["acme/painter/unet/model.safetensors"]
    (mirror / "acme/painter/unet/model.safetensors").unlink()
    source = HubSource(hub.url) if where == "hub" else MirrorSource(mirror)
    with pytest.raises(WeightsError, match="has no acme/painter/unet/model.safetensors"):
        fetch_weights(MANIFEST, tmp_path / "profile", source)


def test_another_file_than_the_pinned_one_is_deleted(mirror, tmp_path):
    changed = bytearray(UNET)
    changed[-1] ^= 1
    (mirror / "acme/painter/unet/model.safetensors").write_bytes(changed)
    with pytest.raises(WeightsError, match="is not the pinned file"):
        fetch_weights(MANIFEST, tmp_path / "profile", MirrorSource(mirror))
    assert names(tmp_path / "profile") == []


def test_a_damaged_file_in_its_place_is_brought_again(mirror, tmp_path):
    folder = tmp_path / "profile"
    fetch_weights(MANIFEST, folder, MirrorSource(mirror))
    for name in ("unet.safetensors", "decoder.safetensors"):
        (folder / name).write_bytes(b"half")
    again = fetch_weights(MANIFEST, folder, MirrorSource(mirror))
    assert [file.target for file in again] == ["unet.safetensors", "decoder.safetensors"]


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(mirror, tmp_path):
    with pytest.raises(WeightsError, match="Make room"):
        fetch_weights(MANIFEST, tmp_path / "p", MirrorSource(mirror), free=lambda _folder: 1000)
    assert names(tmp_path / "p") == []


def test_a_disk_that_fills_up_on_the_way_is_said(tmp_path):
    class Full:
        def bring(self, file: WeightFile, target: Path) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(WeightsError, match=r"disk is full; unet\.safetensors"):
        fetch_weights(MANIFEST, tmp_path / "p", Full())


def test_a_pickle_that_runs_code_is_refused(mirror, tmp_path):
    class Trap:
        def __reduce__(self):
            return (print, ("caught",))

    data = pickled({"state_dict": Trap()})
    (mirror / "acme/painter/vae.bin").write_bytes(data)
    manifest = WeightsManifest((described("decoder.safetensors", "vae.bin", data),))
    with pytest.raises(WeightsError, match="cannot be read without running it"):
        fetch_weights(manifest, tmp_path / "p", MirrorSource(mirror))


def test_pinning_asks_the_hub_once_and_changes_no_pinned_file(hub, tmp_path):
    loose = [replace(file, revision="main", sha256="", size=0) for file in MANIFEST.files]
    folder = tmp_path / "profile"
    folder.mkdir()
    WeightsManifest(tuple(loose)).write(folder / "weights.json")
    with pytest.raises(SystemExit, match="not pinned by revision and sha256"):
        main(["fetch", str(folder), "--endpoint", hub.url])
    main(["pin", str(folder), "--endpoint", hub.url])
    assert WeightsManifest.read(folder / "weights.json") == MANIFEST
    hub.files["acme/painter/unet/model.safetensors"] = UNET + b" "
    main(["pin", str(folder), "--endpoint", hub.url])
    assert WeightsManifest.read(folder / "weights.json") == MANIFEST


def test_the_command_fetches_and_verifies(mirror, tmp_path, capsys):
    folder = tmp_path / "profile"
    folder.mkdir()
    MANIFEST.write(folder / "weights.json")
    with pytest.raises(SystemExit, match="3 files are missing"):
        main(["verify", str(folder)])
    main(["fetch", str(folder), "--mirror", str(mirror)])
    main(["verify", str(folder)])
    assert capsys.readouterr().out.splitlines() == [
        "3 files fetched, 0 were there.",
        "3 files are in their place.",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "../elsewhere.safetensors"}, "leaves the profile's folder"),
        ({"target": "/etc/elsewhere.safetensors"}, "leaves the profile's folder"),
        ({"target": "unet.bin"}, "only safetensors"),
        ({"colour": "red"}, "is not a weights manifest"),
    ],
)
def test_a_manifest_that_cannot_be_meant_is_refused(tmp_path, change, message):
    MANIFEST.write(tmp_path / "weights.json")
    value = json.loads((tmp_path / "weights.json").read_text())
    value["files"][0] |= change
    (tmp_path / "weights.json").write_text(json.dumps(value))
    with pytest.raises(WeightsError, match=message):
        WeightsManifest.read(tmp_path / "weights.json")

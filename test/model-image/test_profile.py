"""`profile.json`: what it may say, and what is wrong with one that cannot be meant."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from inlay.checkpoint import CheckpointError
from inlay.config import AUTOENCODERS
from inlay.export import tiny_profile
from inlay.model import require
from inlay.outcome import EditError
from inlay.profile import Profile
from inlay.weights.manifest import WeightsManifest

SHIPPED = Path(__file__).parents[2] / "model-image" / "weights"


DISTILLED = {"sampler": "lcm", "lora": "a", "fewest_steps": 4, "most_steps": 8}


def read(folder: Path, **changes: object) -> Profile:
    (folder / "profile.json").write_text(json.dumps(tiny_profile({}) | changes))
    return Profile.read(folder)


def test_tiny_ships_as_its_export_writes_it():
    shipped = json.loads((SHIPPED / "tiny" / "profile.json").read_text())
    assert shipped == tiny_profile(shipped["files"])


def test_every_file_that_sd15_names_is_in_its_manifest():
    profile = Profile.read(SHIPPED / "sd15")
    named = {spec.file for spec in profile.decoders.values()}
    for part in profile.components.values():
        named |= {part.weights, part.config, part.vocabulary, part.merges} - {""}
    assert profile.distilled is not None
    named.add(profile.distilled.lora)
    manifest = WeightsManifest.read(SHIPPED / "sd15" / "weights.json")
    assert named == {file.target for file in manifest.files}
    assert profile.decoder == "x1.5"
    assert profile.decoders["x1.5"].architecture == AUTOENCODERS["large"]
    assert profile.decoders["x2"].architecture == AUTOENCODERS["large-x2"]


def test_a_decoder_may_be_of_any_size_without_a_name_for_it(tmp_path):
    sizes = {
        "encoder_widths": [8, 16, 32, 32],
        "decoder_widths": [16, 32, 64, 64],
        "groups": 8,
        "blend": "concat",
    }
    decoders = {"base": {"architecture": sizes, "file": "a.safetensors"}}
    config = read(tmp_path, decoders=decoders).choose_decoder()[1].architecture
    assert (config.decoder_widths, config.blend) == ((16, 32, 64, 64), "concat")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tasks": ["inpaint", "restore"]}, "tasks must be some of erase, outpaint, inpaint"),
        ({"tasks": []}, "tasks must be"),
        ({"tasks": ["text_to_image"]}, "unets names no component for text_to_image"),
        ({"sampler": "euler"}, "sampler euler is none of its samplers"),
        ({"decoder": "x2"}, "decoder x2 is none of its decoders"),
        ({"precision": "int8"}, "precision must be one of"),
        ({"native_size": 100}, "native_size must be a multiple of 8"),
        ({"colour": "red"}, "Profile has no field colour"),
        ({"components": {"unet": {"weight": "a"}}}, "Component has no field weight"),
        ({"decoders": {"base": {"architecture": "x", "file": "a"}}}, "there is no architecture x"),
        ({"decoders": {"base": {"architecture": "base"}}}, "file is missing"),
        ({"distilled": DISTILLED}, "distilled sampler lcm is none"),
        ({"distilled": {"sampler": "ddim", "lora": "a", "most_steps": 8}}, "needs fewest_steps"),
        ({"distilled": {"sampler": "ddim", "lora": "a", "fewest_steps": 4}}, "needs most_steps"),
    ],
)
def test_a_profile_that_cannot_be_meant_says_why(tmp_path, changes, message):
    with pytest.raises(CheckpointError, match=f"cannot be read: .*{message}"):
        read(tmp_path, **changes)


def test_what_an_operator_wants_of_it_has_to_be_there(tmp_path):
    profile = read(tmp_path)
    with pytest.raises(CheckpointError, match="no decoder x3; it has base"):
        profile.choose_decoder("x3")
    with pytest.raises(CheckpointError, match="no text_to_image; it has inpaint, erase"):
        profile.only(tasks=("text_to_image",))
    assert profile.only(("erase",)).tasks == ("erase",)


def test_where_the_default_sampler_is_left_out_one_who_names_it_is_refused(tmp_path):
    profile = read(tmp_path, samplers=["ddim", "lcm"], distilled=DISTILLED).only(samplers=("lcm",))
    model = SimpleNamespace(profile=profile)
    with pytest.raises(EditError, match="sampler_not_in_profile.* no sampler ddim; it has lcm"):
        require(model, "inpaint", "ddim")
    assert require(model, "inpaint", "lcm") == require(model, "inpaint", "") == "lcm"

"""What a machine without Docker can say of the container: schemas, paths, and that it runs the commands tests run."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from inlay.cog_requirements import flat_requirements, lines_of

ROOT = Path(__file__).parents[2]
MODEL_IMAGE = ROOT / "model-image"
GPU = ROOT / "infra" / "gpu"

STRINGS = {"type": "array", "items": {"type": "string"}}
COG = {
    "type": "object",
    "additionalProperties": False,
    "required": ["build", "run"],
    "properties": {
        "build": {
            "type": "object",
            "additionalProperties": False,
            "required": ["python_version"],
            "properties": {
                "gpu": {"type": "boolean"},
                **{
                    name: {"type": "string"}
                    for name in ("cuda", "python_version", "python_requirements", "sdk_version")
                },
                "run": STRINGS,
                "system_packages": STRINGS,
            },
        },
        "environment": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*=[^ ]*$"},
        },
        "image": {"type": "string"},
        "run": {"type": "string"},
    },
}
"""The part of Cog 0.22's config_schema_v1.0.json that we use; a value without blanks, since Cog writes it unquoted."""

COG_RESERVES = re.compile(
    r"(PATH|LD_LIBRARY_PATH|PYTHONPATH|VIRTUAL_ENV|PYTHONUNBUFFERED|LIBRARY_PATH|HF_ENDPOINT"
    r"|HF_HUB_ENABLE_HF_TRANSFER|(R8|REPLICATE|CUDA|NVIDIA|NV|PGET|KUBERNETES)_.*)=.*"
)
"""Names that Cog refuses under `environment` (pkg/config/env.go)."""

SERVICE = frozenset(
    [
        "build",
        "cap_add",
        "cap_drop",
        "depends_on",
        "deploy",
        "environment",
        "healthcheck",
        "image",
        "networks",
        "pids_limit",
        "ports",
        "read_only",
        "restart",
        "security_opt",
        "stop_grace_period",
        "tmpfs",
        "user",
        "volumes",
    ]
)
"""The keys of a service that we use, all of the compose specification's (compose-spec.json, definitions.service)."""


@pytest.fixture(scope="module")
def cog() -> dict:
    return yaml.safe_load((MODEL_IMAGE / "cog.yaml").read_text())


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((GPU / "compose.yaml").read_text())


def dockerfile(instruction: str) -> list[str]:
    """The arguments of an instruction, each time it is given."""
    lines = (GPU / "Dockerfile").read_text().replace("\\\n", "").splitlines()
    return [line.split(" ", 1)[1] for line in lines if line.startswith(f"{instruction} ")]


def in_brackets(text: str) -> list[str]:
    return json.loads(text[text.index("[") :])


def test_cog_yaml_has_only_what_cog_knows_and_names_what_is_there(cog):
    jsonschema_rs.validate(COG, cog)
    assert not [given for given in cog["environment"] if COG_RESERVES.fullmatch(given)]
    assert (MODEL_IMAGE / cog["build"]["python_requirements"]).is_file()
    file, runner = cog["run"].split(":")
    assert re.search(rf"^class {runner}\b", (MODEL_IMAGE / file).read_text(), re.MULTILINE)


def test_what_the_schema_does_not_know_would_be_found(cog):
    for wrong in ({"user": "inlay"}, {"healthcheck": []}, {"environment": ["two words=a b"]}):
        with pytest.raises(jsonschema_rs.ValidationError):
            jsonschema_rs.validate(COG, cog | wrong)


def test_what_the_image_installs_is_fresh_pinned_and_without_what_cog_drops(cog):
    path = MODEL_IMAGE / cog["build"]["python_requirements"]
    assert path.read_text() == flat_requirements()
    lines = lines_of(path)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+==[0-9.]+", line) for line in lines)
    assert {"torch", "diffusers", "transformers"} <= {line.split("==")[0] for line in lines}
    pinned = dict(
        line.split(";")[0].split("==") for line in lines_of(MODEL_IMAGE / "requirements.txt")
    )
    assert pinned["cog"] == cog["build"]["sdk_version"]


def test_compose_is_made_of_known_keys_and_names_what_is_there(compose):
    assert set(compose) <= {"name", "services", "networks", "volumes"}
    for service in compose["services"].values():
        assert set(service) <= SERVICE
        assert set(service["networks"]) <= set(compose["networks"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (GPU / source).exists() or source in compose["volumes"]
    context = GPU / compose["services"]["model"]["build"]["context"]
    assert (context / "Dockerfile").is_file()
    arguments = {given.split("=")[0] for given in dockerfile("ARG")}
    assert set(compose["services"]["model"]["build"]["args"]) == arguments


def test_the_model_runs_without_rights_it_does_not_need(compose):
    model = compose["services"]["model"]
    assert model["user"] == dockerfile("USER")[0] == "10001:10001"
    assert model["read_only"] is True
    assert model["cap_drop"] == ["ALL"]
    assert model["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in model
    assert compose["networks"]["inner"]["internal"] is True
    devices = model["deploy"]["resources"]["reservations"]["devices"]
    assert devices == [{"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}]


def test_what_is_lost_comes_back_and_a_start_has_its_time(compose, cog):
    model = compose["services"]["model"]
    assert model["restart"] == "unless-stopped"
    [command] = [in_brackets(given) for given in dockerfile("CMD")]
    [check] = [in_brackets(given) for given in dockerfile("HEALTHCHECK")]
    assert command[:3] == ["python", "-m", "inlay.serve"]
    assert "--exit-when-unhealthy" in command
    assert model["healthcheck"]["test"] == ["CMD", *check]
    seconds = int(model["environment"]["COG_SETUP_TIMEOUT"])
    assert f"COG_SETUP_TIMEOUT={seconds}" in cog["environment"]
    assert int(model["healthcheck"]["start_period"].removesuffix("s")) > seconds


def test_the_commands_of_the_image_are_there_with_their_options():
    texts = [*dockerfile("RUN"), *dockerfile("CMD"), *dockerfile("HEALTHCHECK")]
    modules = {name for text in texts for name in re.findall(r"inlay\.\w+", text)}
    assert modules == {"inlay.weights", "inlay.serve", "inlay.health"}
    assert all(find_spec(name) for name in modules)
    [command] = [in_brackets(given) for given in dockerfile("CMD")]
    asked = [sys.executable, *command[1:3], "--help"]
    told = subprocess.run(asked, cwd=MODEL_IMAGE, capture_output=True, text=True, check=True)
    assert all(option in told.stdout for option in command if option.startswith("--"))
    fetch = subprocess.run(
        [sys.executable, "-m", "inlay.weights", "fetch", "weights/none"],
        cwd=MODEL_IMAGE,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert fetch.returncode == 1
    assert "weights.json is not a weights manifest" in fetch.stderr

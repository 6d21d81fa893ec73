"""The profile `sd15` at small sizes: fetched from a mirror of the published layout, loaded offline, serving."""

import gc
import hashlib
import json
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Edge, box_mask, encoded, noise_picture
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file, save_file
from small_diffusion import SIZE, small_profile
from test_runner import request_to

from inlay.checkpoint import CheckpointError, sha256_of
from inlay.model import Model, Serving, load_model
from inlay.pixels import decode_picture
from inlay.runner import UNGUARDED, run_edit
from inlay.safety.classifier import find_classifier
from inlay.safety.guard import Guard
from inlay.safety.policy import Policy
from inlay.settings import FillSettings
from inlay.setup_log import SetupLog
from inlay.stable_diffusion.painter import Painter
from inlay.tasks import painted_as
from inlay.transport import EdgeClient

CPU = torch.device("cpu")
TASKS = ("inpaint", "erase", "paint_by_example", "text_to_image")
SAMPLERS = ("ddim", "dpm++2m", "unipc", "lcm")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return small_profile(tmp_path_factory.mktemp("sd15"))


@pytest.fixture(scope="module")
def model(folder) -> Model:
    return load_model(folder, CPU)


def request(edge: Edge, task: str, n: int = 1, **changes):
    """An edit of a task with everything that it needs, and nothing else."""
    values = {"task": task, "prompt": "kite", "steps": 4, "guidance": 2.0}
    if task == "text_to_image":
        values |= {"image_url": "", "mask_url": "", "width": 70, "height": 65}
    if task == "paint_by_example":
        edge.files["/example"] = encoded(noise_picture(90, 60, 4, seed=3), "RGBA")
        values |= {"example_url": edge.url("/example")}
    return request_to(edge, n, **(values | changes))


def run(edge: Edge, model: Model, request, guard: Guard = UNGUARDED) -> dict:
    with warnings.catch_warnings():
        # What torch warns of; diffusers' schedulers call numpy in a way that numpy deprecates.
        warnings.simplefilter("error", UserWarning)
        run_edit(model, EdgeClient(edge.origin, lambda _: None), request, lambda *_: None, guard)
    return json.loads(edge.stored["/manifest"])


def picture(edge: Edge, index: int = 0) -> np.ndarray:
    return decode_picture(edge.stored[f"/out/{index}"]).samples


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("task", TASKS)
def test_every_task_with_every_sampler_gives_each_seed_its_own_picture(edge, model, task, sampler):
    manifest = run(edge, model, request(edge, task, n=4, sampler=sampler))
    assert manifest["status"] == "succeeded"
    assert [(o["width"], o["height"]) for o in manifest["outputs"]] == [
        (70, 65) if task == "text_to_image" else (70, 50)
    ] * 4
    together = [picture(edge, index).astype(int) for index in range(4)]
    assert not (together[0] == together[1]).all()
    # One by one they are the same, but for the rounding of sums that are taken in another order.
    for index in (0, 2):
        run(edge, model, request(edge, task, seed=7 + index, sampler=sampler))
        assert np.abs(picture(edge) - together[index]).max() <= 1


@pytest.mark.parametrize(
    ("width", "height"), [(64, 64), (65, 71), (201, 97), (511, 77), (1024, 64), (1023, 1021)]
)
def test_a_picture_from_a_prompt_has_any_size(edge, model, width, height):
    manifest = run(edge, model, request(edge, "text_to_image", width=width, height=height, steps=1))
    assert picture(edge).shape == (height, width, 3)
    assert manifest["outputs"][0]["kept_pixels"] == 0


@pytest.mark.parametrize(("width", "height"), [(64, 65), (77, 130), (515, 300), (1023, 769)])
@pytest.mark.parametrize("task", ["inpaint", "paint_by_example"])
def test_a_picture_of_any_size_keeps_what_is_not_masked(edge, model, task, width, height):
    image = noise_picture(width, height)
    mask = box_mask(width, height, (9, 7, width // 2, height // 2))
    edge.files |= {"/image": encoded(image, "RGB"), "/mask": encoded(mask, "L")}
    run(edge, model, request(edge, task, steps=1))
    made = picture(edge)
    assert (made[mask == 0] == image[mask == 0]).all()
    assert (made != image).any()


def test_an_example_is_what_paint_by_example_paints_and_a_prompt_what_others_do(edge, model):
    def made(task: str, **changes) -> np.ndarray:
        run(edge, model, request(edge, task, **changes))
        return picture(edge)

    assert not (made("inpaint") == made("inpaint", prompt="sun")).all()
    assert (made("paint_by_example") == made("paint_by_example", prompt="sun")).all()
    first = request(edge, "paint_by_example")
    run(edge, model, first)
    with_first = picture(edge)
    edge.files["/example"] = encoded(noise_picture(50, 50, seed=9), "RGB")
    run(edge, model, first)
    assert not (picture(edge) == with_first).all()


def test_what_was_not_read_is_told(edge, model):
    def codes(**changes) -> list[str]:
        return [w["code"] for w in run(edge, model, request(edge, **changes))["warnings"]]

    assert codes(task="inpaint") == []
    long = " ".join("a" for _ in range(80))
    assert codes(task="inpaint", prompt=long, negative_prompt=long) == ["prompt_truncated"] * 2
    unread = "negative_prompt_ignored"
    assert codes(task="inpaint", negative_prompt=long, guidance=1.0) == [unread]
    assert codes(task="inpaint", negative_prompt=long, guidance=0.0) == [unread]
    assert codes(task="inpaint", negative_prompt=long, sampler="lcm") == [unread]
    assert codes(task="paint_by_example", prompt="a", negative_prompt="a") == [
        "prompt_ignored",
        unread,
    ]
    assert codes(task="text_to_image", negative_prompt="a", guidance=1.1) == []
    assert codes(task="paint_by_example", prompt=long) == ["prompt_ignored"]
    assert codes(task="paint_by_example", prompt="") == []
    assert codes(task="inpaint", sampler="lcm", steps=20) == ["steps_adjusted"]


def test_the_distilled_mode_takes_its_own_weights_steps_and_no_guidance(edge, model):
    fast, usual = model.filler("inpaint", "lcm"), model.filler("inpaint", "ddim")
    assert isinstance(fast, Painter)
    assert fast.autoencoder is usual.autoencoder
    assert not all(
        torch.equal(a, b)
        for a, b in zip(fast.unet.parameters(), usual.unet.parameters(), strict=True)
    )
    steps = []
    run_edit(
        model,
        EdgeClient(edge.origin, lambda _: None),
        request(edge, "inpaint", sampler="lcm", steps=50),
        lambda done, total: steps.append((done, total)),
    )
    assert steps == [(i, 8) for i in range(1, 9)]


def test_where_the_distilled_sampler_alone_is_served_its_denoisers_alone_stay(folder):
    def denoisers() -> int:
        gc.collect()
        return sum(type(thing) is UNet2DConditionModel for thing in gc.get_objects())

    before = denoisers()
    model = load_model(folder, CPU, Serving(samplers=("lcm",)))
    assert denoisers() - before == len({painted_as(task) for task in TASKS})
    assert model.filler("erase", "lcm").unet is model.filler("inpaint", "lcm").unet


def test_tasks_share_what_they_can_and_load_no_more_than_is_served(folder):
    log = SetupLog()
    model = load_model(folder, CPU, Serving("x2", ("inpaint", "erase"), ("ddim",)), log)
    assert model.decoder_name == "x2"
    assert model.filler("erase", "ddim").unet is model.filler("inpaint", "ddim").unet
    always = {"safety_checker", "preview_decoder"}
    assert set(log.parts) == {"import", "unet", "autoencoder", "text_encoder"} | always
    line = json.loads(log.line(profile="sd15"))
    assert line["event"] == "setup"
    assert set(line["parts"]["unet"]) == {"check_ms", "read_ms", "place_ms"}
    whole = load_model(folder, CPU)
    assert whole.weights_sha256 != model.weights_sha256


def test_what_is_not_served_is_refused_by_its_code(edge, folder):
    model = load_model(folder, CPU, Serving(tasks=("inpaint",), samplers=("ddim", "unipc")))
    assert model.profile.sampler == "ddim"
    for changes, code in (
        ({"task": "text_to_image"}, "task_not_in_profile"),
        ({"task": "inpaint", "sampler": "lcm"}, "sampler_not_in_profile"),
        # The profile's own where none is left out.
        ({"task": "inpaint", "sampler": "dpm++2m"}, "sampler_not_in_profile"),
    ):
        manifest = run(edge, model, request(edge, **changes))
        assert (manifest["status"], manifest["error"]["code"]) == ("failed", code)


def test_tiny_does_what_it_says_and_refuses_the_rest(edge, inpainter):
    assert run(edge, inpainter, request(edge, "erase", sampler="ddim"))["status"] == "succeeded"
    manifest = run(edge, inpainter, request(edge, "text_to_image"))
    assert manifest["error"]["code"] == "task_not_in_profile"
    assert "inpaint, erase" in manifest["error"]["detail"]


# DDIM leaves the noise of the first step of the schedule, of which the standard deviation is 0.03.
@pytest.mark.parametrize(("sampler", "apart"), [("ddim", 0.15), ("dpm++2m", 1e-3), ("unipc", 1e-3)])
def test_the_rough_picture_of_the_last_step_is_the_one_that_is_sampled(model, sampler, apart):
    seen = []
    painter = replace(model.filler("text_to_image", sampler), preview_decoder=lambda x: x / 100)
    image, mask = torch.zeros(1, 3, SIZE, SIZE), torch.ones(1, 1, SIZE, SIZE)
    wanted = painter.sample(image, mask, FillSettings([1, 2], 8), lambda *_: None, seen.append)
    assert len(seen) == 8
    assert torch.allclose(100 * seen[-1](), wanted[0], atol=apart)
    shown = model.filler("text_to_image", sampler)
    shown.sample(image, mask, FillSettings([1], 1), lambda *_: None, seen.append)
    assert seen[-1]().shape == (3, SIZE, SIZE)


def test_its_checker_looks_at_outputs_and_its_example_is_held_against_the_policy(edge, model):
    assert model.classifier.categories == {"nsfw", "special_care"}
    for thresholds, code in (({"nsfw": 0.0}, None), ({"nsfw": -3.0}, "output_blocked")):
        policy = Policy(thresholds=thresholds)
        guard = Guard(policy, find_classifier(policy, CPU, lambda: model.classifier))
        for task in ("inpaint", "text_to_image"):
            manifest = run(edge, model, request(edge, task), guard)
            assert [output["blocked"] for output in manifest["outputs"]] == [code]
    wanted = request(edge, "paint_by_example")
    listed = hashlib.sha256(edge.files["/example"]).hexdigest()
    manifest = run(edge, model, wanted, Guard(Policy(sha256=frozenset({listed}))))
    assert manifest["error"]["code"] == "input_blocked"


def test_a_damaged_example_is_said(edge, model):
    wanted = request(edge, "paint_by_example")
    edge.files["/example"] = b"text"
    manifest = run(edge, model, wanted)
    assert manifest["error"]["code"] == "image_damaged"
    assert "example" in manifest["error"]["detail"]


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        ("text_to_image", {"width": 63}),
        ("text_to_image", {"height": 1025}),
        ("text_to_image", {"image_url": "http://x/image"}),
        ("inpaint", {"width": 64}),
        ("inpaint", {"mask_url": ""}),
        ("inpaint", {"example_url": "http://x/example"}),
        ("paint_by_example", {"example_url": ""}),
    ],
)
def test_inputs_that_do_not_belong_together_are_refused(edge, task, changes):
    with pytest.raises(ValueError, match="_url|width"):
        request(edge, task, **changes)


@pytest.fixture
def copy(folder, tmp_path) -> Path:
    return shutil.copytree(folder, tmp_path / "copy")


LORA = ("lora_down.weight", "lora_up.weight")
UNET = "unet/diffusion_pytorch_model.fp16.safetensors"
DECODER = "decoders/x1.5/diffusion_pytorch_model.safetensors"


def repin(folder: Path, name: str, **changes: object) -> None:
    """Makes a changed file the one that the manifest means."""
    path = folder / "weights.json"
    manifest = json.loads(path.read_text())
    for row in manifest["files"]:
        if row["target"] == name:
            row |= {"sha256": sha256_of(folder / name)} | changes
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", [UNET, DECODER, "unet/config.json", "tokenizer/merges.txt"])
def test_a_missing_file_is_named_with_its_remedy(copy, name):
    (copy / name).unlink()
    with pytest.raises(CheckpointError, match=f"{name} is missing. Fetch it: "):
        load_model(copy, CPU)


@pytest.mark.parametrize("name", [UNET, DECODER, "text_encoder/config.json"])
def test_another_file_is_refused_by_its_hash(copy, name):
    data = bytearray((copy / name).read_bytes())
    data[-1] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(CheckpointError, match=f"{name} is not the file that weights.json names"):
        load_model(copy, CPU)


def test_weights_of_another_architecture_name_the_first_tensor_that_does_not_fit(copy):
    drawing = copy / "text_to_image" / UNET
    shutil.copyfile(drawing, copy / UNET)
    repin(copy, UNET)
    with pytest.raises(CheckpointError, match=r"do not fit this architecture, first conv_in\.weig"):
        load_model(copy, CPU)


def test_a_decoder_of_another_size_is_refused(copy):
    path = copy / "profile.json"
    profile = json.loads(path.read_text())
    profile["decoders"]["x1.5"]["architecture"] = "tiny-base"
    path.write_text(json.dumps(profile))
    with pytest.raises(CheckpointError, match="x1.5.* do not fit this architecture"):
        load_model(copy, CPU)


def test_weights_that_are_not_finite_in_the_precision_computed_in_are_refused(copy):
    state = load_file(copy / UNET)
    state["conv_in.bias"][0] = 1e6
    save_file(state, copy / UNET)
    repin(copy, UNET)
    with pytest.raises(CheckpointError, match=r"conv_in\.bias holds values that are not finite"):
        load_model(copy, CPU, dtype=torch.float16)


def test_a_config_that_is_none_is_said(copy):
    (copy / "unet/config.json").write_text("[1]")
    repin(copy, "unet/config.json")
    with pytest.raises(CheckpointError, match=r"unet/config\.json is no config"):
        load_model(copy, CPU)


def test_a_file_that_is_not_pinned_is_not_loaded(copy):
    repin(copy, UNET, revision="main", sha256="")
    with pytest.raises(CheckpointError, match="pinned by no hash.*weights pin"):
        load_model(copy, CPU)


def test_half_precision_paints_as_well(folder):
    model = load_model(folder, CPU, Serving(tasks=("inpaint",)), dtype=torch.bfloat16)
    painter = model.filler("inpaint", "ddim")
    assert painter.unet.dtype == torch.bfloat16
    image, mask = torch.zeros(1, 3, SIZE, SIZE), torch.ones(1, 1, SIZE, SIZE)
    made = painter.fill(image, mask, FillSettings([1], steps=2), lambda *_: None)
    assert torch.isfinite(made).all()


def test_a_lora_for_another_unet_is_refused(copy):
    name = "lcm/pytorch_lora_weights.safetensors"
    save_file({f"lora_unet_nowhere.{end}": torch.zeros(2, 2) for end in LORA}, copy / name)
    repin(copy, name)
    with pytest.raises(CheckpointError, match=f"{name}: lora_unet_nowhere"):
        load_model(copy, CPU)

"""The paper's sets and tables, measured with Stable Diffusion's layout at a small size."""

import json
import sys

import pytest
import torch
from conftest import encoded, noise_picture
from PIL import Image
from small_diffusion import SIZE, SMALL, small_profile

from inlay import evaluate
from inlay.autoencoder import Autoencoder
from inlay.checkpoint import CheckpointError, save_weights
from inlay.metrics.clip import ClipVision
from inlay.metrics.judges import JudgedSet, Judges
from inlay.reports.paper import published_architecture, region, ways_of
from inlay.reports.sets import caption_cases, example_cases, inpainting_cases


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    return small_profile(tmp_path_factory.mktemp("sd15"))


@pytest.fixture
def sets(tmp_path):
    """A folder of each set's layout, two pictures large."""
    for name, channels in (("images", 3), ("examples", 4), ("masks", 1)):
        (tmp_path / name).mkdir()
        for number in range(2):
            samples = noise_picture(80, 70, channels, seed=number)
            if name == "masks":
                samples = 0 * samples[..., 0]
                samples[20:40, 20:50] = 255
            mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
            (tmp_path / name / f"{number}.png").write_bytes(encoded(samples, mode))
    rows = [{"caption": f"a kite {n}", "file": f"images/{n % 2}.png"} for n in range(3)]
    (tmp_path / "captions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def small_clip(folder):
    """CLIP's vision model in the published layout: 16 px, two layers, and what else its file holds."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(0)
    sizes = {"hidden_size": 64, "intermediate_size": 32, "num_hidden_layers": 2}
    config = CLIPVisionConfig(
        **sizes, num_attention_heads=1, image_size=16, patch_size=4, projection_dim=8
    )
    model = CLIPVisionModelWithProjection(config).eval()
    path = folder / "clip.safetensors"
    others = {"logit_scale": torch.ones(()), "text_projection.weight": torch.ones(2, 2)}
    return path, save_weights(path, published(model.state_dict()) | others), model


def published(state):
    """Names as the hub's files have them, whatever the class calls them today."""
    return {
        name if name.startswith(("vision_model.", "visual_")) else f"vision_model.{name}": tensor
        for name, tensor in state.items()
    }


def measured(monkeypatch, profile, folder, task, *more):
    arguments = ["evaluate", "paper", task, "--profile", profile, "--set", folder]
    arguments += ["--out", folder / "results", "--steps", "2", *more]
    monkeypatch.setattr(sys, "argv", [str(argument) for argument in arguments])
    evaluate.main()


def test_clip_gives_what_transformers_gives_and_reads_its_sizes_off_the_file(tmp_path):
    path, sha256, model = small_clip(tmp_path)
    picture = torch.rand(2, 3, 16, 16) * 2 - 1
    ours = ClipVision.load(path, sha256)
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
    deviation = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]
    expected = model(pixel_values=((picture + 1) / 2 - mean) / deviation).image_embeds
    assert torch.allclose(ours(picture), expected, atol=1e-5)
    assert ours(torch.zeros(1, 3, 40, 20)).shape == (1, 8)


def test_a_file_without_a_vision_model_is_refused(tmp_path):
    sha256 = save_weights(tmp_path / "other.safetensors", {"a": torch.ones(2)})
    with pytest.raises(CheckpointError, match="no vision model"):
        ClipVision.load(tmp_path / "other.safetensors", sha256)


def test_an_edited_region_like_its_example_scores_a_hundred(tmp_path):
    path, sha256, _ = small_clip(tmp_path)
    judged = JudgedSet(Judges(clip=ClipVision.load(path, sha256)))
    example = torch.rand(1, 3, 30, 30) * 2 - 1
    judged.compare(example, example)
    assert judged.figures("large") == {"clip_score large": pytest.approx(100, abs=1e-3)}


def test_the_edited_region_is_the_box_around_the_hole():
    mask = torch.zeros(1, 1, 9, 9)
    mask[..., 2, 3] = mask[..., 5, 7] = 1
    picture = torch.arange(81.0).reshape(1, 1, 9, 9)
    assert torch.equal(region(picture, mask), picture[..., 2:6, 3:8])


def test_each_set_is_read_by_its_layout(sets):
    masked = list(inpainting_cases(sets / "images", 64, "medium", seed=1))
    assert [case.image.shape for case in masked] == [(1, 3, 64, 64)] * 2
    assert not torch.equal(masked[0].mask, masked[1].mask)
    examples = list(example_cases(sets, 64))
    assert examples[0].example.shape == (1, 3, 70, 80)
    assert set(examples[0].mask.unique().tolist()) == {0.0, 1.0}
    captions = list(caption_cases(sets, 64))
    assert [case.prompt for case in captions] == ["a kite 0", "a kite 1", "a kite 2"]
    assert torch.equal(captions[0].image, captions[2].image)
    assert captions[0].mask.min() == 1


def test_a_set_whose_parts_differ_in_number_is_refused(sets):
    (sets / "examples" / "1.png").unlink()
    with pytest.raises(ValueError, match="differ in number: 2, 2, 1"):
        list(example_cases(sets, 64))


def test_a_decoder_is_compared_with_and_without_the_picture_and_the_plain_one_without():
    plain = Autoencoder(published_architecture(SMALL, conditional=False))
    decoders = {"vanilla": plain, "large": Autoencoder(SMALL)}
    assert set(ways_of(decoders, keeps=True)) == {"vanilla", "large", "large, without mask"}
    assert set(ways_of(decoders, keeps=False)) == {"vanilla", "large, without mask"}


def test_inpainting_is_measured_by_every_decoder_and_printed_beside_the_paper(
    profile, sets, monkeypatch, capsys
):
    torch.manual_seed(0)
    vanilla = Autoencoder(published_architecture(SMALL, conditional=False))
    sha256 = save_weights(sets / "vanilla.safetensors", vanilla.state_dict())
    more = ["--vanilla", sets / "vanilla.safetensors", "--vanilla-sha256", sha256]
    for name in ("masks", "examples"):
        for path in (sets / name).iterdir():
            path.unlink()
    measured(monkeypatch, profile, sets / "images", "inpaint", *more)
    report = json.loads((sets / "images/results/inpainting.json").read_text())
    ways = ("vanilla", "large", "large, without mask", "large x2", "large x2, without mask")
    assert all(report["figures"][f"pre_error {way}"] > 0 for way in ways)
    assert report["figures"]["pictures"] == 2
    assert "vanilla.safetensors" in report["weights"]
    capsys.readouterr()
    folder = str(sets / "images/results")
    monkeypatch.setattr(sys, "argv", ["evaluate", "table", "9", "--reports", folder])
    evaluate.main()
    assert "[inpainting] python -m inlay.evaluate paper inpaint" in capsys.readouterr().out


def test_paint_by_example_is_measured_by_likeness_and_by_what_it_loses(profile, sets, monkeypatch):
    path, sha256, _ = small_clip(sets)
    measured(
        monkeypatch, profile, sets, "paint_by_example", "--clip", path, "--clip-sha256", sha256
    )
    figures = json.loads((sets / "results/paint-by-example.json").read_text())["figures"]
    assert -100 <= figures["clip_score large"] <= 100
    assert figures["pre_error as a sum, large"] > figures["pre_error large"]


def test_text_to_image_is_measured_without_a_picture_to_keep(profile, sets, monkeypatch):
    measured(monkeypatch, profile, sets, "text_to_image")
    report = json.loads((sets / "results/text-to-image.json").read_text())
    assert report["figures"] == {"pictures": 3.0}


def test_a_published_decoder_that_is_another_file_is_refused(profile, sets, monkeypatch):
    save_weights(sets / "base.safetensors", Autoencoder(SMALL).state_dict())
    more = ["--base", sets / "base.safetensors", "--base-sha256", "0" * 64]
    with pytest.raises(CheckpointError, match="is not the file"):
        measured(monkeypatch, profile, sets / "images", "inpaint", *more)


def test_the_small_picture_is_the_middle_of_a_larger_one(tmp_path):
    image = Image.new("RGB", (200, 100))
    image.paste((255, 0, 0), (50, 0, 150, 100))
    image.save(tmp_path / "a.png")
    case = next(inpainting_cases(tmp_path, SIZE, "thin", seed=0))
    assert case.image[0, 0].min() > 0.9

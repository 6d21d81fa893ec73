"""Compiled denoisers: taken for what they were compiled for, the networks themselves for everything else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from conftest import box_mask, noise_picture

from inlay.batcher import Batcher
from inlay.compile_cache import Target, accelerate, compile_all, save_cache, wants_compiling
from inlay.compiled import BATCHES, Compiled
from inlay.make_cache import make_cache
from inlay.pipeline import fill_picture
from inlay.pixels import Picture
from inlay.settings import FillSettings

CPU = torch.device("cpu")
NOISE = (torch.randn(3, 4, 8, 8), torch.rand(3))


def network(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    return x * t[:, None, None, None]


class Compiler:
    """Compiles nothing, and remembers the batches that what it made was called with."""

    def __init__(self, fails: bool = False) -> None:
        self.batches: list[int] = []
        self.fails = fails

    def __call__(self, given):
        def fast(*inputs):
            if self.fails:
                raise RuntimeError("no compiler here\nand a long story")
            self.batches.append(len(inputs[0]))
            return given(*inputs)

        return fast


def at_once(new: Compiled, sample: tuple[torch.Tensor, ...]) -> None:
    new.prepare(sample)


def test_a_call_is_filled_up_to_the_next_batch_and_cut_back():
    compiler = Compiler()
    compiled = Compiled(network, at_once, compiler)
    assert torch.equal(compiled(*NOISE), network(*NOISE))
    assert compiler.batches == [*BATCHES, 4]


def test_more_than_the_largest_batch_and_other_kinds_go_to_the_network_itself():
    compiler = Compiler()
    compiled = Compiled(network, lambda *_: None, compiler)
    compiled.prepare(tuple(part[:1] for part in NOISE))
    compiler.batches.clear()
    many = (torch.randn(BATCHES[-1] + 1, 4, 8, 8), torch.rand(BATCHES[-1] + 1))
    other = (torch.randn(2, 4, 16, 8), torch.rand(2))
    for inputs in (many, other):
        assert torch.equal(compiled(*inputs), network(*inputs))
    assert compiler.batches == []


def test_what_waits_to_be_compiled_is_answered_meanwhile_and_asked_for_once():
    asked = []
    compiled = Compiled(network, lambda _, sample: asked.append(sample), Compiler())
    for _ in range(3):
        assert torch.equal(compiled(*NOISE), network(*NOISE))
    assert len(asked) == 1
    assert [len(part) for part in asked[0]] == [1, 1]


def test_what_cannot_be_compiled_is_left_for_good_and_says_why():
    compiled = Compiled(network, at_once, Compiler(fails=True))
    assert torch.equal(compiled(*NOISE), network(*NOISE))
    assert compiled.failure == "RuntimeError: no compiler here"


def test_an_edit_is_the_same_with_compiled_denoisers(inpainter):
    mask = box_mask(70, 50, (20, 10, 40, 30)) > 0
    picture = Picture("RGB", noise_picture(70, 50), None)

    def edit():
        settings = FillSettings([1, 2, 3], 3)
        return fill_picture(inpainter, picture, mask, settings, lambda *_: None).samples

    plain, compiler = edit(), Compiler()
    try:
        compile_all(inpainter.denoisers(), compiler)
        compiled = edit()
    finally:
        for denoiser in inpainter.denoisers():
            denoiser.compiled = None
    assert compiler.batches == [*BATCHES, 4, 4, 4]
    assert all(abs(a.astype(int) - b).max() <= 1 for a, b in zip(plain, compiled, strict=True))


def test_a_set_of_another_target_or_another_content_is_not_loaded(tmp_path, monkeypatch):
    loaded = []
    monkeypatch.setattr(torch.compiler, "save_cache_artifacts", lambda: (b"artifacts", None))
    monkeypatch.setattr(torch.compiler, "load_cache_artifacts", loaded.append)
    denoiser = Batcher(network)
    [compiled] = compile_all([denoiser], Compiler())
    denoiser(*NOISE)
    here = Target.here(CPU)
    path = save_cache(tmp_path, here, [compiled])

    def start(**changes) -> tuple[str, list[int]]:
        described = json.loads(path.with_suffix(".json").read_text())
        path.with_suffix(".json").write_text(json.dumps(described | changes))
        compiler = Compiler()
        how = accelerate(tmp_path, CPU, [Batcher(network)], compiler)
        path.with_suffix(".json").write_text(json.dumps(described))
        return how, compiler.batches

    assert start() == ("from the cache", list(BATCHES))
    assert loaded == [b"artifacts"]
    for changes in ({"torch": "1.0"}, {"chip": "another"}, {"sha256": "0" * 64}, {"networks": []}):
        how, batches = start(**changes)
        assert (how, batches) == ("in the background", []), changes
    path.unlink()
    assert start()[0] == "in the background"
    assert Target("2.13.0+cu130", "3.5", "NVIDIA H100 80GB HBM3 sm_90").file_name == (
        "torch-2.13.0+cu130_triton-3.5_NVIDIA_H100_80GB_HBM3_sm_90"
    )


def test_an_operator_turns_it_on():
    assert not wants_compiling({})
    assert wants_compiling({"INLAY_COMPILE": "on"})
    with pytest.raises(ValueError, match="on or off"):
        wants_compiling({"INLAY_COMPILE": "yes"})


def test_nothing_compiled_makes_no_set(inpainter, tmp_path):
    with pytest.raises(ValueError, match="no compiler here"):
        make_cache(inpainter, tmp_path, CPU, Compiler(fails=True))
    for denoiser in inpainter.denoisers():
        denoiser.compiled = None
    assert list(tmp_path.iterdir()) == []


SMALL = """
import sys
import torch
from pathlib import Path
from inlay.batcher import Batcher
from inlay.compile_cache import Target, accelerate, compile_all, save_cache
torch.manual_seed(0)
conv = torch.nn.Conv2d(4, 4, 3, padding=1).eval().requires_grad_(False)
network = lambda x, t: torch.tanh(conv(x)) * t[:, None, None, None]
denoiser, device = Batcher(network), torch.device("cpu")
inputs = torch.randn(3, 4, 8, 8), torch.rand(3)
with torch.inference_mode():
    wanted = network(*inputs)
    if sys.argv[2] == "make":
        networks = compile_all([denoiser])
        denoiser(*inputs)
        save_cache(Path(sys.argv[1]), Target.here(device), networks)
    else:
        assert accelerate(Path(sys.argv[1]), device, [denoiser]) == "from the cache"
        from torch._dynamo.utils import counters
        assert counters["inductor"]["fxgraph_cache_miss"] == 0, counters["inductor"]
    assert (denoiser(*inputs) - wanted).abs().max() < 1e-5
    assert denoiser.compiled.failure is None, denoiser.compiled.failure
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile wants a C++ compiler")
def test_another_process_loads_a_set_and_compiles_nothing_anew(tmp_path):
    root = Path(__file__).parents[2] / "model-image"
    for what in ("make", "load"):
        cache = {"TORCHINDUCTOR_CACHE_DIR": str(tmp_path / what), "PYTHONPATH": str(root)}
        subprocess.run(
            [sys.executable, "-c", SMALL, str(tmp_path), what], env=os.environ | cache, check=True
        )

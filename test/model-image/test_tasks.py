"""The three tasks, with small components of random weights."""

import pytest
import torch
from torch import Tensor, nn

from inlay.autoencoder import Autoencoder
from inlay.config import tiny_autoencoder
from inlay.copy_start import start_as_copy
from inlay.metrics.kept import pre_error
from inlay.tasks import TASKS, Guidance, Task, run_task


class SmallDenoiser(nn.Module):
    """A convolution over what is shown, shifted by the context and the time."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 4, 3, padding=1)
        self.shown: list[Tensor] = []

    def forward(self, stacked: Tensor, t: Tensor, context: Tensor) -> Tensor:
        self.shown.append(stacked)
        shift = context.mean(dim=(1, 2)) + 0.1 * t
        return self.conv(stacked) + shift[:, None, None, None]


@pytest.fixture(scope="module")
def autoencoder() -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(tiny_autoencoder()).eval().requires_grad_(False).double()


@pytest.fixture(scope="module")
def copying() -> Autoencoder:
    """One whose decoder copies what it keeps."""
    torch.manual_seed(0)
    built = Autoencoder(tiny_autoencoder()).eval().requires_grad_(False).double()
    start_as_copy(built)
    return built


@pytest.fixture(scope="module")
def picture() -> tuple[Tensor, Tensor]:
    """A smooth picture (1, 3, 44, 60) and a mask."""
    coarse = torch.rand((1, 3, 4, 4), generator=torch.Generator().manual_seed(1)) * 2 - 1
    image = nn.functional.interpolate(coarse, size=(44, 60), mode="bilinear")
    mask = torch.zeros(1, 1, 44, 60)
    mask[..., 12:30, 20:41] = 1
    return image.double(), mask.double()


def denoiser_of(task: Task) -> SmallDenoiser:
    torch.manual_seed(2)
    return SmallDenoiser(task.channels).eval().requires_grad_(False).double()


def guidance(scale: float = 1.0, shift: float = 0.5) -> Guidance:
    some = torch.full((3, 8), shift, dtype=torch.float64)
    return Guidance(some, torch.zeros_like(some), scale)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_task_gives_a_picture_a_seed_at_the_pictures_size(name, autoencoder, picture):
    task = TASKS[name]
    options = {"steps": 2}
    together = run_task(
        task, denoiser_of(task), autoencoder, *picture, guidance(), seeds=[1, 2], **options
    )
    assert together.shape == (2, 3, 44, 60)
    assert together.abs().max() <= 1
    alone = run_task(
        task, denoiser_of(task), autoencoder, *picture, guidance(), seeds=[2], **options
    )
    assert torch.allclose(together[1], alone[0], atol=1e-5)
    assert not torch.allclose(together[0], together[1], atol=1e-3)


@pytest.mark.parametrize("name", ["inpaint", "paint_by_example"])
def test_what_is_kept_is_kept_by_the_asymmetric_decode_and_not_by_the_vanilla(
    name, copying, picture
):
    task, (image, mask) = TASKS[name], picture
    kept, lost = (
        run_task(
            task,
            denoiser_of(task),
            copying,
            image,
            mask,
            guidance(),
            seeds=[1],
            steps=2,
            conditioned=conditioned,
        )
        for conditioned in (True, False)
    )
    assert pre_error(kept, image, mask) < 1e-3 < pre_error(lost, image, mask)


def test_text_to_image_takes_of_the_picture_its_size_alone(autoencoder, picture):
    task, (image, mask) = TASKS["text_to_image"], picture
    results = [
        run_task(task, denoiser_of(task), autoencoder, p, mask, guidance(), seeds=[1], steps=2)
        for p in (image, -image)
    ]
    assert torch.equal(*results)


def test_each_task_shows_the_denoiser_its_channels_in_order(autoencoder, picture):
    shown = {}
    for name, task in TASKS.items():
        denoiser = denoiser_of(task)
        run_task(task, denoiser, autoencoder, *picture, guidance(), seeds=[1], steps=1)
        shown[name] = denoiser.shown[0]
    hole = shown["inpaint"][:, 4:5]
    assert set(hole.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(shown["paint_by_example"][:, 8:9], 1 - hole)
    assert torch.equal(shown["paint_by_example"][:, 4:8], shown["inpaint"][:, 5:9])
    for stacked in shown.values():
        assert torch.equal(stacked[:, :4], shown["text_to_image"])


def test_guidance_leans_from_nothing_towards_the_context(autoencoder, picture):
    task = TASKS["inpaint"]

    def run(scale: float, shift: float) -> Tensor:
        wanted = guidance(scale, shift)
        return run_task(task, denoiser_of(task), autoencoder, *picture, wanted, seeds=[1], steps=1)

    # In one step the velocity is linear in the context: twice the lean is twice the context.
    assert torch.allclose(run(2.0, 0.5), run(1.0, 1.0), atol=1e-5)
    assert torch.allclose(run(0.0, 0.5), run(1.0, 0.0), atol=1e-5)

"""Previews: when they come, what they show, and that they harm nothing."""

import io
import itertools
import threading
import time

import numpy as np
import pytest
import torch
from conftest import box_mask, noise_picture
from middle_square import MiddleSquare
from painted import settings_of
from PIL import Image
from test_runner import request_to

from inlay.crops import Box, Crop
from inlay.drawing import draw_picture
from inlay.latest import LatestJob
from inlay.pipeline import fill_picture
from inlay.pixels import Picture
from inlay.previews import LONGEST, Previews, place_square, small_jpeg
from inlay.rough import fit_colours, rough_colours
from inlay.runner import run_edit
from inlay.safety.guard import Guard
from inlay.safety.policy import Policy
from inlay.transport import EdgeClient

WHITE = torch.ones(3, 16, 16)


class AtOnce:
    """Does every job where it is offered."""

    def offer(self, job) -> None:
        job()

    def close(self) -> None:
        """Has nothing to drop."""


class Ticking:
    """A model whose steps take a second each by the test's clock, and which paints white."""

    native_size = 16
    borrows = False

    def __init__(self, step_seconds: float) -> None:
        self.now, self.step_seconds = 0.0, step_seconds

    def fill(self, _image, _mask, settings, on_step, on_rough):
        for step in range(settings.steps):
            self.now += self.step_seconds
            on_step(step + 1, settings.steps)
            if on_rough is not None:
                on_rough(lambda: WHITE)
        return WHITE.expand(len(settings.seeds), -1, -1, -1)


def previews_of(seconds: float, steps: int, holes: int = 1, seeds: int = 1) -> list[bytes]:
    """The previews of an edit of a black picture whose steps take so long."""
    sent: list[bytes] = []
    filler = Ticking(seconds)
    previews = Previews(sent.append, lambda: filler.now, AtOnce())
    picture = Picture("RGB", np.zeros((64, 64, 3), np.uint8), None)
    mask = np.zeros((64, 64), bool)
    for hole in range(holes):
        mask[10:16, 10 + 30 * hole : 16 + 30 * hole] = True
    settings = settings_of(*range(seeds), steps=steps)
    fill_picture(filler, picture, mask, settings, previews.step, previews)
    return sent


@pytest.mark.parametrize(
    ("seconds", "steps", "count"),
    [
        (0.19, 10, 0),  # under two seconds
        (0.5, 8, 3),  # 1, 2 and 3 s of 4
        (0.125, 80, 9),  # 1 to 9 s of 10
        (3.0, 4, 3),  # every step but the last
    ],
)
def test_one_comes_a_second_while_a_second_is_left(seconds, steps, count):
    assert len(previews_of(seconds, steps)) == count


def test_they_show_the_fill_in_its_place_and_the_fills_before_it():
    first, *_, last = (
        np.asarray(Image.open(io.BytesIO(jpeg))) for jpeg in previews_of(2.0, 2, holes=2, seeds=2)
    )
    assert first.shape == (64, 64, 3)
    assert first[13, 13].min() > 200
    assert first[13, 43].max() < 50
    assert last[13, 13].min() > 200
    assert last[13, 43].min() > 200
    assert last[40, 30].max() < 50


def test_a_large_picture_is_made_small_and_noise_stays_under_what_the_edge_takes():
    colour = noise_picture(2000, 1000)
    crop = Crop(-100, 200, 500, Box(0, 300, 200, 500))
    region = np.zeros((500, 500), bool)
    region[100:300, 100:300] = True
    preview = place_square(colour, region, [crop], crop, WHITE)
    image = preview.image
    assert [view.shape for view in preview.views()] == [(192, 192, 3)]
    assert image.size == (LONGEST, LONGEST // 2)
    assert np.asarray(image)[150, 30].min() == 255
    noise = Image.fromarray(noise_picture(LONGEST, LONGEST))
    assert len(small_jpeg(noise)) < 1024 * 1024


def test_only_the_newest_waiting_job_is_done_and_a_failure_is_told_and_forgotten(capsys):
    jobs, done, hold, begun = LatestJob(), [], threading.Event(), threading.Event()
    last = threading.Event()

    def failing() -> None:
        begun.set()
        hold.wait(5)
        raise OSError("no room")

    jobs.offer(failing)
    assert begun.wait(5)
    for number in range(3):
        jobs.offer(lambda number=number: (done.append(number), last.set()))
    hold.set()
    assert last.wait(5)
    assert done == [2]
    assert "OSError: no room" in capsys.readouterr().err
    jobs.close()
    jobs.offer(lambda: done.append(9))
    jobs.close()


def test_closing_drops_what_waits_and_ends_the_thread():
    before = threading.active_count()
    jobs, done, hold, begun = LatestJob(), [], threading.Event(), threading.Event()
    jobs.offer(lambda: (begun.set(), hold.wait(5)))
    assert begun.wait(5)
    jobs.offer(lambda: done.append(1))
    jobs.close()
    hold.set()
    for thread in threading.enumerate()[before:]:
        thread.join(5)
    assert done == []
    assert threading.active_count() == before


def test_an_edit_sends_them_to_their_url_and_is_not_harmed_where_they_fail(
    edge, inpainter, monkeypatch
):
    monkeypatch.setattr("inlay.previews.INTERVAL", 0.0)
    client = EdgeClient(edge.origin, lambda _: None)
    run_edit(inpainter, client, request_to(edge, steps=6), lambda *_: time.sleep(0.05))
    preview = Image.open(io.BytesIO(edge.stored["/preview"]))
    assert (preview.format, preview.size) == ("JPEG", (70, 50))
    assert edge.types["/preview"] == "image/jpeg"
    elsewhere = request_to(edge, preview_url="http://elsewhere.example/preview")
    assert run_edit(inpainter, client, elsewhere, lambda *_: None).error is None


def test_tiny_shows_what_it_foresees_at_every_step(inpainter):
    seen = []
    image, mask = torch.rand(1, 3, 64, 64) * 2 - 1, torch.ones(1, 1, 64, 64)
    inpainter.fill(image, mask, settings_of(1, 2, steps=3), lambda *_: None, seen.append)
    pictures = [rough() for rough in seen]
    assert [picture.shape for picture in pictures] == [(3, 8, 8)] * 3
    assert not torch.equal(pictures[0], pictures[2])


def test_colours_that_depend_on_latents_in_a_straight_line_are_found():
    generator = torch.Generator().manual_seed(2)
    latents, other = (torch.randn((1, 4, 8, 8), generator=generator) for _ in range(2))
    line = torch.randn((4, 3), generator=generator) / 9

    def coloured(of: torch.Tensor) -> torch.Tensor:
        return 0.1 + torch.einsum("bchw,cd->bdhw", of, line)

    image = torch.nn.functional.interpolate(coloured(latents), scale_factor=8)
    found = rough_colours(other, fit_colours(latents, image))
    assert torch.allclose(found, coloured(other)[0], atol=1e-5)


class Painting(Ticking):
    """Paints its first crop white, for which it takes as long, and every other one black."""

    def __init__(self, step_seconds: float) -> None:
        super().__init__(step_seconds)
        self.colours = itertools.chain([WHITE], itertools.repeat(-WHITE))

    def fill(self, _image, _mask, settings, on_step, on_rough):
        colour = next(self.colours)
        super().fill(
            _image, _mask, settings, on_step, on_rough and (lambda _: on_rough(lambda: colour))
        )
        return colour.expand(len(settings.seeds), -1, -1, -1)


def shown_under_a_policy(
    width: int, height: int, boxes: list[tuple[int, int, int, int]], threshold: float = 0.1
) -> int:
    """How many previews of a black picture are shown where more white than this is not to be."""
    sent: list[bytes] = []
    filler = Painting(2.0)
    guard = Guard(Policy(thresholds={"white": threshold}), MiddleSquare())
    previews = Previews(sent.append, lambda: filler.now, AtOnce(), guard.blocks)
    mask = sum(box_mask(width, height, box) for box in boxes) > 0
    picture = Picture("RGB", np.zeros((height, width, 3), np.uint8), None)
    fill_picture(filler, picture, mask, settings_of(1, steps=3), previews.step, previews)
    return len(sent)


@pytest.mark.parametrize(
    ("width", "height", "box"),
    [
        (128, 32, (0, 8, 12, 20)),
        (128, 32, (116, 8, 128, 20)),
        (32, 128, (8, 0, 20, 12)),
        (1600, 400, (0, 80, 20, 100)),
    ],
)
def test_what_is_painted_at_a_pictures_edge_is_judged_before_it_is_shown(width, height, box):
    assert shown_under_a_policy(width, height, [box]) == 0
    assert shown_under_a_policy(width, height, [box], threshold=1.0) == 2


def test_what_an_earlier_crop_painted_is_judged_with_every_later_preview():
    earlier, later = (0, 8, 12, 20), (110, 8, 120, 18)
    assert shown_under_a_policy(128, 32, [earlier, later]) == 0
    assert shown_under_a_policy(128, 32, [earlier, later], threshold=1.0) == 5


@pytest.mark.parametrize(("width", "height"), [(128, 32), (32, 128)])
def test_a_picture_that_is_painted_whole_is_judged_whole(width, height):
    class AtTheEnd(Ticking):
        """Paints white in the last pixels of a picture."""

        def fill(self, image, *rest):
            self.painted = torch.full_like(image[0], -1)
            self.painted[:, -9:, -9:] = 1
            super().fill(image, *rest[:-1], lambda _: rest[-1](lambda: self.painted))
            return self.painted[None]

    def shown(threshold: float) -> int:
        sent: list[bytes] = []
        filler = AtTheEnd(2.0)
        guard = Guard(Policy(thresholds={"white": threshold}), MiddleSquare())
        previews = Previews(sent.append, lambda: filler.now, AtOnce(), guard.blocks)
        picture = Picture("RGB", np.zeros((height, width, 3), np.uint8), None)
        draw_picture(filler, picture, settings_of(1, steps=3), previews.step, previews)
        return len(sent)

    assert shown(0.05) == 0
    assert shown(0.5) == 2

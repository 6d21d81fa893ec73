"""Previews: now and then, while an edit is sampled, a small JPEG of how it looks so far, made and sent on the side."""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from inlay.crops import Crop
from inlay.latest import LatestJob
from inlay.pixels import Picture, Samples
from inlay.pixels.colours import Colours
from inlay.pixels.picture import eight_bits
from inlay.safety.views import views_of
from inlay.samples import to_samples
from inlay.settings import OnRough

INTERVAL = 1.0
"""Seconds between two previews; and what has to be left of the edit, lest one comes with the result."""

LONGEST = 768
"""Pixels of a preview's longer side; of noise, its file stays below `previewBytes` of `schemas/limits.ts`."""


@dataclass(frozen=True)
class Preview:
    """A picture on its way, and where it was painted."""

    image: Image.Image
    crops: tuple[Crop, ...] = ()
    """At the image's own size; none where it is painted whole."""

    def views(self) -> list[Samples]:
        """What a classifier is shown of it: as much as of an output."""
        return views_of(np.asarray(self.image), self.crops)


Place = Callable[[Tensor], Preview]
"""Shows a rough picture (3, H, W) in [-1, 1] where it belongs."""


class Previews:
    """The previews of one edit. Drawing and sending never hold sampling up, and a failure of theirs is no one else's.

    The newest wins: one that has not been drawn when the next is due is dropped.
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        clock: Callable[[], float] = time.monotonic,
        jobs: LatestJob | None = None,
        hides: Callable[[Sequence[Samples]], bool] = lambda _views: False,
    ) -> None:
        """`send` takes a JPEG, on another thread; `hides` says whether one with these views is not to be shown."""
        self._hides = hides
        self._send = send
        self._clock = clock
        self._jobs = jobs or LatestJob()
        self._started = self._last = clock()
        self._left = 0.0

    def step(self, done: int, total: int) -> None:
        """Takes note of progress: what is left is foreseen by it."""
        self._left = (self._clock() - self._started) * (total - done) / done

    def of(self, place: Place) -> OnRough:
        """What a sampler calls after each step; `place` puts what it paints where it belongs."""

        def on_rough(rough: Callable[[], Tensor]) -> None:
            now = self._clock()
            if now - self._last >= INTERVAL and self._left >= INTERVAL:
                self._last = now
                self._jobs.offer(lambda: self._show(place(rough())))

        return on_rough

    def _show(self, preview: Preview) -> None:
        """Sends a preview, unless it is one that is hidden."""
        if not self._hides(preview.views()):
            self._send(small_jpeg(preview.image))

    def close(self) -> None:
        """Drops what waits; what is being sent is sent."""
        self._jobs.close()


def show_whole(picture: Tensor) -> Preview:
    """A picture that is painted whole."""
    return Preview(Image.fromarray(to_samples(picture)))


class SmallView:
    """A picture at a preview's size in sRGB, with what has been filled so far: no preview touches the large one."""

    def __init__(self, picture: Picture, colours: Colours) -> None:
        self._scale = min(1.0, LONGEST / max(picture.width, picture.height))
        size = [max(1, round(side * self._scale)) for side in (picture.width, picture.height)]
        small = cv2.resize(picture.samples, size, interpolation=cv2.INTER_AREA)
        small = small.reshape(size[1], size[0], -1)[..., : picture.colours]
        self._colour = colours.shown(eight_bits(small))
        self._begun: list[Crop] = []
        self._place: Place = show_whole

    def begin(self, crop: Crop, region: NDArray[np.bool_]) -> Place:
        """What shows a rough square where a crop's `region` (side, side) is True."""
        small = crop.scaled(self._scale)
        self._begun.append(small)
        side = min(crop.side, LONGEST)
        # Small already, so that it is not kept at the picture's own size.
        coarse = Image.fromarray(region).resize((side, side), Image.Resampling.NEAREST)
        begun, colour, shape = list(self._begun), self._colour, np.asarray(coarse)
        self._place = lambda square: place_square(colour, shape, begun, small, square)
        return self._place

    def keep(self, square: Tensor) -> None:
        """Has the finished square of the crop that was begun last in every later preview."""
        self._colour = np.asarray(self._place(square).image)


def place_square(
    colour: Samples,
    region: NDArray[np.generic],
    begun: Sequence[Crop],
    crop: Crop,
    square: Tensor,
) -> Preview:
    """A picture (H, W, 3), made small, with a crop's square (3, S, S) where the crop's `region` (side, side) is True.

    Later crops may be pasted into the picture meanwhile; then they show. Each is in `begun` before that.
    """
    image = Image.fromarray(colour)
    scale = min(1.0, LONGEST / max(image.size))
    image = image.resize([max(1, round(side * scale)) for side in image.size], reducing_gap=2)
    small = crop.scaled(scale)
    size = (small.side, small.side)
    hole = Image.fromarray(region).resize(size, Image.Resampling.NEAREST)
    fill = Image.fromarray(to_samples(square)).resize(size, reducing_gap=2)
    image.paste(fill, (small.left, small.top), hole)
    return Preview(image, tuple(one.scaled(scale) for one in begun))


def small_jpeg(image: Image.Image) -> bytes:
    """A JPEG that the edge takes as a preview."""
    image.thumbnail((LONGEST, LONGEST))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()

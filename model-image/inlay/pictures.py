"""Where training pictures come from: a folder, or shards of a set that is too large for one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


class Pictures(Protocol):
    """An endless draw of pictures (H, W, 3)."""

    def draw(self) -> NDArray[np.uint8]: ...


def open_pictures(source: Path, generator: torch.Generator) -> Pictures:
    """The pictures of a folder, or of shards such as `imagenet-{0000..1281}.tar`."""
    if source.name.endswith(".tar"):
        return ShardPictures(str(source), generator)
    return FolderPictures(source, generator)


class FolderPictures:
    """A small set, held in memory; a picture is drawn the more often the larger it is."""

    def __init__(self, folder: Path, generator: torch.Generator) -> None:
        """A folder, or one picture. Raises FileNotFoundError where there is none."""
        every = [folder] if folder.is_file() else folder.iterdir()
        paths = sorted(p for p in every if p.suffix in ENDINGS)
        if not paths:
            raise FileNotFoundError(
                f"{folder} holds no pictures. Fetch them with: python -m inlay.fetch"
            )
        self.generator = generator
        self.pictures = [np.asarray(Image.open(p).convert("RGB")) for p in paths]
        areas = torch.tensor([float(p.shape[0] * p.shape[1]) for p in self.pictures])
        self.weights = areas.sqrt()

    def draw(self) -> NDArray[np.uint8]:
        index = int(torch.multinomial(self.weights, 1, generator=self.generator).item())
        return self.pictures[index]


class ShardPictures:
    """A large set in webdataset's layout (tar files of `key.jpg`), read in a stream, shards drawn at random.

    Where a run was broken off, another draw begins: of shards, resuming is not step for step.
    """

    def __init__(self, pattern: str, generator: torch.Generator) -> None:
        """Raises ImportError with the remedy where webdataset is not installed."""
        try:
            import webdataset
        except ImportError as error:
            raise ImportError(
                "Shards need webdataset. Install it: pip install webdataset"
            ) from error
        seed = int(torch.randint(2**31, (), generator=generator).item())
        shards = webdataset.WebDataset(pattern, resampled=True, seed=seed, shardshuffle=False)
        self.stream: Iterator[tuple[NDArray[np.uint8]]] = iter(
            shards.shuffle(200, seed=seed).decode("rgb8").to_tuple("jpg;jpeg;png;webp")
        )

    def draw(self) -> NDArray[np.uint8]:
        return next(self.stream)[0]

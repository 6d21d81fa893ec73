"""What the edge asks for: the input of one prediction."""

from dataclasses import dataclass

from inlay.settings import FillSettings

SMALLEST, LARGEST = 64, 1024
"""Pixels of a side that is painted from a prompt alone."""


@dataclass(frozen=True)
class EditInput:
    """The input of the prediction, as `schemas/model-input.ts` has it; ValueError for one that cannot be meant."""

    task: str
    image_url: str
    mask_url: str
    output_urls: list[str]
    manifest_url: str
    preview_url: str
    edit: str
    attempt: int
    prompt: str
    negative_prompt: str
    n: int
    seed: int
    steps: int
    guidance: float
    strength: float
    output_format: str
    example_url: str = ""
    width: int = 0
    height: int = 0
    sampler: str = ""

    def __post_init__(self) -> None:
        if len(self.output_urls) != self.n:
            raise ValueError(f"n is {self.n}, but there are {len(self.output_urls)} output_urls")
        draws = not self.has_picture
        if draws != (not self.image_url) or draws != (not self.mask_url):
            raise ValueError(f"image_url and mask_url are {'not ' * draws}for {self.task}")
        if (self.task == "paint_by_example") != bool(self.example_url):
            raise ValueError("example_url is for paint_by_example, which needs it")
        sides = (self.width, self.height)
        if draws and not all(SMALLEST <= side <= LARGEST for side in sides):
            raise ValueError(f"{self.task} needs a width and a height of {SMALLEST} to {LARGEST}")
        if not draws and any(sides):
            raise ValueError("width and height are for text_to_image alone")

    @property
    def has_picture(self) -> bool:
        """Whether there is a picture to change, or one is made of the prompt alone."""
        return self.task != "text_to_image"

    def seeds(self) -> list[int]:
        """One seed an output: `seed + i`, so that each can be made again alone."""
        return [(self.seed + index) % 2**32 for index in range(self.n)]

    def settings(self) -> FillSettings:
        """How the holes are to be filled."""
        return FillSettings(
            seeds=self.seeds(),
            steps=self.steps,
            guidance=self.guidance,
            strength=self.strength,
            prompt=self.prompt,
            negative_prompt=self.negative_prompt,
        )

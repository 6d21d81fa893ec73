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
    quality: int = 0
    """Of JPEG and of lossy WebP; 0 is JPEG's usual one, and lossless WebP."""
    mask_mode: str = "white"
    mask_resize: bool = False
    grow: int = 0
    feather: int = 0
    masked_content: str = "noise"
    left: int = 0
    right: int = 0
    up: int = 0
    down: int = 0
    example_url: str = ""
    width: int = 0
    height: int = 0
    sampler: str = ""
    claim_url: str = ""
    """Where the edge signs what outputs say of themselves; empty where they say nothing."""
    certificates: str = ""
    """In PEM, of the key that signs there."""

    def __post_init__(self) -> None:
        if len(self.output_urls) != self.n:
            raise ValueError(f"n is {self.n}, but there are {len(self.output_urls)} output_urls")
        if bool(self.claim_url) != bool(self.certificates):
            raise ValueError("claim_url and certificates go together")
        draws = not self.has_picture
        for name, url, wanted in (
            ("image_url", self.image_url, self.has_picture),
            ("mask_url", self.mask_url, self.has_mask),
        ):
            if bool(url) != wanted:
                raise ValueError(f"{name} is {'' if wanted else 'not '}for {self.task}")
        if (self.task == "outpaint") != any(self.margins):
            raise ValueError("left, right, up and down are for outpaint, which needs one of them")
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

    @property
    def has_mask(self) -> bool:
        """Whether a mask says where; `outpaint` paints around the picture."""
        return self.has_picture and self.task != "outpaint"

    @property
    def margins(self) -> tuple[int, int, int, int]:
        """Pixels that outpaint adds: left, right, up, down."""
        return self.left, self.right, self.up, self.down

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
            masked_content=self.masked_content,
            feather=self.feather,
            prompt=self.prompt,
            negative_prompt=self.negative_prompt,
        )

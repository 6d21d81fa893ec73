"""A frame to draw a chart in."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

WIDTH, HEIGHT, BORDER = 640, 320, 44


@dataclass
class Chart:
    """A white picture with a frame; shares from 0 to 1 of its width and height, from the lower left, are places."""

    width: int = WIDTH
    height: int = HEIGHT
    border: int = BORDER

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width, self.height), "white")
        self.draw = ImageDraw.Draw(self.image)
        corners = [self.border, self.border, self.width - self.border, self.height - self.border]
        self.draw.rectangle(corners, outline="#999999")

    def place(self, across: float, up: float) -> tuple[float, float]:
        """A place in the frame in pixels of the picture."""
        return (
            self.border + (self.width - 2 * self.border) * across,
            self.height - self.border - (self.height - 2 * self.border) * up,
        )

    def above(self, text: str) -> None:
        """Writes what the chart shows over the frame."""
        self.draw.text((self.border, self.border - 16), text, fill="black")

    def below(self, text: str) -> None:
        """Writes what runs along the frame under it."""
        self.draw.text((self.border, self.height - self.border + 6), text, fill="black")

    def beside(self, text: str, up: float) -> None:
        """Writes a value to the left of the frame."""
        self.draw.text((4, self.place(0, up)[1] - 6), text, fill="black")

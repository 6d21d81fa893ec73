"""What a file may be, told before its pixels are decoded."""

from PIL import Image, PngImagePlugin

from inlay.outcome import EditError

MAX_PIXELS = 48 * 1024 * 1024
"""48 megapixels of 2^20: a phone's 8064 x 6048 is more than 48 million."""
MAX_PROFILE_BYTES = 4 * 1024 * 1024

# A profile within a PNG is a compressed chunk, which Pillow inflates up to this; all text together up to 64 MiB.
PngImagePlugin.MAX_TEXT_CHUNK = MAX_PROFILE_BYTES
# Pillow warns from here on and refuses twice as much. `check_size` refuses both.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def check_size(width: int, height: int, what: str) -> None:
    """Raises EditError `image_too_large` for more pixels than can be edited."""
    if width * height > MAX_PIXELS:
        raise EditError(
            "image_too_large",
            f"The {what} has {width} x {height} pixels; at most {MAX_PIXELS} are allowed.",
        )


def check_still(frames: int, what: str) -> None:
    """Raises EditError `image_animated` for more than one frame."""
    if frames > 1:
        raise EditError("image_animated", f"The {what} has {frames} frames. Send a single one.")

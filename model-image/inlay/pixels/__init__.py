"""Files to samples and back: the reference decode of every format, masks, and the encoders (design section 5)."""

from inlay.pixels.decode import decode_picture
from inlay.pixels.encode import encode_picture
from inlay.pixels.mask import decode_mask
from inlay.pixels.picture import Picture, Samples

__all__ = ["Picture", "Samples", "decode_mask", "decode_picture", "encode_picture"]

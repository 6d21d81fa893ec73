"""What an edit has freed is not held."""

import os

from inlay.freed_memory import give_back
from inlay.reports.coglet import resident_megabytes


def test_what_was_freed_between_pieces_in_use_is_given_back():
    # Each too small for a mapping of its own, and too far from the heap's end to be given back by itself.
    pieces = [bytearray(b"x" * 2**16) for _ in range(1600)]
    del pieces[1::2], pieces[1::2]
    held = resident_megabytes(os.getpid())
    give_back()
    assert resident_megabytes(os.getpid()) < held - 50
    assert all(piece == b"x" * 2**16 for piece in pieces)

"""Memory that an edit has freed, given back to the system."""

import ctypes


def give_back() -> None:
    """Returns freed pages that the allocator keeps between pieces still in use (`malloc_trim(3)` of glibc).

    Pictures are of all sizes, and what one left free seldom fits the next. Does nothing under another C library.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)

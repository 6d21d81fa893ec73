"""Reads Qt's binary resource files (`.rcc`), which some packages keep their photographs in.

Layout, big-endian, as `rcc` writes it: the magic `qres`, the version, and the offsets of tree, data and names. A tree
entry is a name's offset and flags; then a folder has its children's count and first index, a file its country, its
language and its data's offset. From version 2 on a time of 8 bytes follows.
"""

import struct
import zlib

FOLDER = 2
ZLIB = 1
ZSTD = 4


def read_members(data: bytes) -> dict[str, bytes]:
    """Every file of a resource file, by its path. Raises ValueError for another format or compression."""
    if data[:4] != b"qres":
        raise ValueError("this is not a Qt resource file")
    version, tree, content, names = struct.unpack_from(">4I", data, 4)
    entry = 14 if version < 2 else 22

    members: dict[str, bytes] = {}
    waiting = [(0, "")]
    while waiting:
        index, parent = waiting.pop()
        at = tree + index * entry
        name, flags = struct.unpack_from(">IH", data, at)
        path = parent if index == 0 else f"{parent}/{read_name(data, names + name)}".lstrip("/")
        if flags & FOLDER:
            count, first = struct.unpack_from(">II", data, at + 6)
            waiting += [(child, path) for child in range(first, first + count)]
        else:
            (offset,) = struct.unpack_from(">I", data, at + 10)
            members[path] = read_content(data, content + offset, flags)
    return members


def read_name(data: bytes, at: int) -> str:
    """A name: its length in UTF-16 units, a hash, and the units."""
    (length,) = struct.unpack_from(">H", data, at)
    return data[at + 6 : at + 6 + 2 * length].decode("utf-16-be")


def read_content(data: bytes, at: int, flags: int) -> bytes:
    """A file's bytes: their stored length, then the bytes, compressed or not."""
    (length,) = struct.unpack_from(">I", data, at)
    stored = data[at + 4 : at + 4 + length]
    if flags & ZSTD:
        raise ValueError("this resource file is compressed with zstd, which is not supported")
    # Qt puts the uncompressed length, 4 bytes, before zlib's stream.
    return zlib.decompress(stored[4:]) if flags & ZLIB else stored

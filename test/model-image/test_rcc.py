"""Qt's resource files, by ones laid out by hand."""

import struct
import zlib

import pytest

from inlay.rcc import ZLIB, ZSTD, read_members


def resource_file(version: int, flags: int = 0, stored: bytes = b"picture") -> bytes:
    """A file `a/b.jpg` and one `plain.txt` below the root."""
    time = b"" if version < 2 else bytes(8)
    names, places = b"", []
    for name in ("a", "b.jpg", "plain.txt"):
        places.append(len(names))
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
    content = struct.pack(">I", len(stored)) + stored
    second = len(content)
    content += struct.pack(">I", 4) + b"text"
    tree = (
        struct.pack(">IHII", 0, 2, 2, 1)
        + time
        + (struct.pack(">IHII", places[0], 2, 1, 3) + time)
        + (struct.pack(">IHHHI", places[2], 0, 0, 0, second) + time)
        + (struct.pack(">IHHHI", places[1], flags, 0, 0, 0) + time)
    )
    header = 24
    offsets = (header, header + len(tree), header + len(tree) + len(content))
    return b"qres" + struct.pack(">4I", version, *offsets) + bytes(4) + tree + content + names


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_file_is_found_under_its_path(version):
    assert read_members(resource_file(version)) == {"a/b.jpg": b"picture", "plain.txt": b"text"}


def test_a_compressed_file_comes_out_whole():
    stored = struct.pack(">I", 7) + zlib.compress(b"picture")
    assert read_members(resource_file(3, ZLIB, stored))["a/b.jpg"] == b"picture"


def test_what_cannot_be_read_is_said():
    with pytest.raises(ValueError, match="not a Qt resource file"):
        read_members(b"PK\x03\x04" + bytes(40))
    with pytest.raises(ValueError, match="zstd"):
        read_members(resource_file(3, ZSTD))

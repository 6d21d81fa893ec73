"""Colour profiles that tests make themselves: ICC profiles of three primaries and a gamma (ICC.1, version 2)."""

import struct

import numpy as np

D50 = (0.9642, 1.0, 0.8249)
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
PRIMARIES = {
    "srgb": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "display-p3": ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
    "adobe-rgb": ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
}
GAMMA = 2.2
D65 = (0.3127, 0.3290)


def xyz(x: float, y: float) -> np.ndarray:
    return np.array([x / y, 1, (1 - x - y) / y])


def colorants(name: str) -> np.ndarray:
    """The XYZ of the primaries (columns), adapted to D50."""
    corners = np.stack([xyz(*p) for p in PRIMARIES[name]], axis=1)
    white = xyz(*D65)
    scaled = corners * np.linalg.solve(corners, white)
    cone = np.diag((BRADFORD @ np.array(D50)) / (BRADFORD @ white))
    return np.linalg.inv(BRADFORD) @ cone @ BRADFORD @ scaled


def s15(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def xyz_tag(value: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(s15, value))


def profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    described = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(79)
    tags = {b"desc": described, b"wtpt": xyz_tag(np.array(D50)), **tags}
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"test", 0x02100000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + b"".join(map(s15, D50))
    head = head.ljust(128, b"\0")
    return head + struct.pack(">I", len(tags)) + table + body


CURVE = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(GAMMA * 256))


def rgb_profile(name: str) -> bytes:
    """One of PRIMARIES with a gamma of 2.2."""
    red, green, blue = colorants(name).T
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), CURVE)
    points = {b"rXYZ": xyz_tag(red), b"gXYZ": xyz_tag(green), b"bXYZ": xyz_tag(blue)}
    return profile(b"RGB ", points | curves)


def grey_profile(gamma: float = 1.8) -> bytes:
    """Grey with a gamma."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    return profile(b"GRAY", {b"kTRC": curve})

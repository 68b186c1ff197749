"""The reader of pictures reads every filter: a picture of known pixels, each line filtered in another way."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from .png import pixels


def test_every_filter_is_undone() -> None:
    """Five lines of four pixels; the filters 0 to 4 are applied by their definitions, byte by byte."""
    picture = np.arange(60).reshape(5, 4, 3) * 7 % 256
    raw = b"".join(bytes([kind]) + bytes(_filtered(picture, kind)) for kind in range(5))
    head = struct.pack(">IIBBBBB", 4, 5, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")
    assert np.array_equal(pixels(png), picture)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _filtered(picture: np.ndarray, row: int) -> list[int]:
    """Filter line number `row` with the filter of that number."""
    found = []
    for x in range(4):
        for c in range(3):
            a = int(picture[row, x - 1, c]) if x else 0
            b = int(picture[row - 1, x, c]) if row else 0
            corner = int(picture[row - 1, x - 1, c]) if row and x else 0
            guess = a + b - corner
            nearest = min((a, b, corner), key=lambda each: abs(guess - each))
            found.append((int(picture[row, x, c]) - (0, a, b, (a + b) // 2, nearest)[row]) % 256)
    return found

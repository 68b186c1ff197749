"""Pictures of a browser as arrays: PNG with 8 bits a channel, not interlaced (RFC 2083), as Chromium makes it."""

from __future__ import annotations

import struct
import zlib

import numpy as np

CHANNELS = {2: 3, 6: 4}


def pixels(png: bytes) -> np.ndarray:
    """Return rows × columns × red, green, blue, as 0..255."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, data, width, height, channels = 8, b"", 0, 0, 3
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        kind, body = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert depth == 8
            assert not interlaced
            channels = CHANNELS[colour]
        elif kind == b"IDAT":
            data += body
        place += length + 12
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width * channels + 1)
    found = np.zeros((height, width, channels), np.uint8)
    before = np.zeros((width, channels), np.uint8)
    for number, line in enumerate(lines):
        before = _unfiltered(int(line[0]), line[1:].reshape(width, channels), before)
        found[number] = before
    return found[:, :, :3]


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Return a line of pixels from what a filter left of it."""
    if kind == 0:
        return line
    if kind == 1:
        return np.cumsum(line, axis=0, dtype=np.uint64).astype(np.uint8)
    if kind == 2:
        return line + above
    found = line.copy()
    left = np.zeros(line.shape[1], np.int64)
    corner = np.zeros(line.shape[1], np.int64)
    for k in range(len(line)):
        up = above[k].astype(np.int64)
        found[k] = (line[k].astype(np.int64) + (((left + up) // 2) if kind == 3 else _paeth(left, up, corner))) % 256
        left, corner = found[k].astype(np.int64), up
    return found


def _paeth(left: np.ndarray, up: np.ndarray, corner: np.ndarray) -> np.ndarray:
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    other = np.where(by_up <= by_corner, up, corner)
    return np.where((by_left <= by_up) & (by_left <= by_corner), left, other)

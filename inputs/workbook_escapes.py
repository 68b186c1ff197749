"""Characters that a workbook escapes, such as ``_x000D_`` for a carriage return, which the library leaves as they are.

What a workbook calls _xHHHH_ is a character, and _x005F_ an underscore that begins no escape. They are put in place
before the library reads the parts; those that XML cannot hold travel through it as private characters.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Final

from .workbook_lean import HEAVY, SHEETS, lean

_PARTS: Final = re.compile(r"xl/(sharedStrings|worksheets/[^/]+)\.xml")
_ESCAPE: Final = re.compile(rb"_x([0-9A-Fa-f]{4})_")
_PRIVATE: Final = 0xF0000
_KEPT: Final = "\U000f0100"
"""Stands inside ``x005F_``, which the library would take out of any text."""
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_BACK: Final = {_PRIVATE + code: chr(code) for code in (*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)}
_BACK[ord(_KEPT)] = ""


def unescaped_package(data: bytes, *, empty: bool = True) -> bytes:
    """Return a workbook whose texts have their escaped characters in place; the same bytes where nothing changes.

    ``empty`` keeps the formats of empty cells, unless a sheet is heavy with them.
    """
    with zipfile.ZipFile(BytesIO(data)) as package:
        changed: dict[str, bytes] = {}
        for name in filter(_PARTS.fullmatch, package.namelist()):
            part = package.read(name)
            new = _unescape(part) if b"_x" in part or b"x005F_" in part else part
            if SHEETS.fullmatch(name) and (not empty or len(part) > HEAVY):
                new = lean(new)
            if new != part:
                changed[name] = new
        if not changed:
            return data
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as copy:
            for name in package.namelist():
                copy.writestr(name, changed[name] if name in changed else package.read(name))
    return out.getvalue()


def _unescape(part: bytes) -> bytes:
    return _ESCAPE.sub(_character, part).replace(b"x005F_", f"x005F{_KEPT}_".encode())


def _character(match: re.Match[bytes]) -> bytes:
    code = int(match[1], 16)
    if code == 0x5F:
        return b"_"
    return f"&#{_PRIVATE + code if _PRIVATE + code in _BACK and code not in (9, 10, 13) else code};".encode()


def restored(text: str) -> str:
    """Return a text as it was meant, after the library has read it."""
    return text.translate(_BACK) if any(ord(sign) >= _PRIVATE for sign in text) else text


def escaped(text: str) -> str:
    """Return a text as a workbook writes it."""
    plain = re.sub("_x(?=[0-9A-Fa-f]{4}_)", "_x005F_x", text)
    return _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", plain)


def printable(text: object) -> str:
    """Return a text without characters that no cell or note of a workbook can have."""
    return _UNWRITABLE.sub("\ufffd", "" if text is None else str(text))

"""Sheets without what holds nothing: a million formatted empty rows cost no memory, a merged whole sheet is named.

The library makes an object of every cell that has a format and of every cell in a merged range, so what is empty is
taken out of the parts of a workbook before they are read.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from io import BytesIO
from typing import Final
from xml.etree import ElementTree

SHEETS: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
HEAVY: Final = 30 * 10**6
"""Bytes of a sheet beyond which a copy of it is made without the formats of its empty cells."""
WIDEST: Final = 1_000_000
"""Cells that the merged ranges of a workbook may cover together."""
STRICT: Final = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_CELL: Final = re.compile(rb'<c\s[^<>]*?\br="[A-Z]+[0-9]+"[^<>]*?(?:/>|>\s*</c>)')
_ROW: Final = re.compile(rb'<row\s[^<>]*?\br="[0-9]+"[^<>]*?(?:/>|>\s*</row>)')
_MERGED: Final = re.compile(rb'<mergeCell\s[^<>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')


def lean(part: bytes) -> bytes:
    """Return a sheet without its empty cells and rows; those that do not say where they stand are kept."""
    return _ROW.sub(b"", _CELL.sub(b"", part))


def widest_merge(data: bytes) -> tuple[str, str] | None:
    """Return sheet and range of the widest merge of a workbook whose merges cover more than ``WIDEST`` cells."""
    found: list[tuple[int, str, str]] = []
    with zipfile.ZipFile(BytesIO(data)) as package:
        for name in package.namelist():
            if SHEETS.fullmatch(name):
                for match in _MERGED.finditer(package.read(name)):
                    left, top, right, bottom = (each.decode() for each in match.groups())
                    size = (_number(right) - _number(left) + 1) * (int(bottom) - int(top) + 1)
                    found.append((size, name, f"{left}{top}:{right}{bottom}"))
        if sum(size for size, _, _ in found) <= WIDEST:
            return None
        _, part, area = max(found)
        return _title_of(package, part), area


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _title_of(package: zipfile.ZipFile, part: str) -> str:
    """Return the name of the sheet that a part of a workbook holds, that of the part where none says so."""
    try:
        links = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))
    except (KeyError, ElementTree.ParseError, zlib.error):
        return part
    ids = {posixpath.normpath(posixpath.join("/xl", each.get("Target", ""))): each.get("Id") for each in links}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet") and ids.get(f"/{part}") in sheet.attrib.values():
            return sheet.get("name", part)
    return part

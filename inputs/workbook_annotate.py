"""A copy of a workbook with its faults marked in it: cells coloured, notes that say what was expected, and a list."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .faults import Fault, UsageError
from .workbook_escapes import escaped, printable, restored
from .workbook_lean import HEAVY
from .workbook_open import cells_of, loaded, workbook_bytes
from .workbook_read import FAULTS, UNREAD
from .workbook_write import refuse_workbook, write_whole

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

COLOURS: Final = {"fault": "F4B183", "contradiction": "F4B183", "warning": "FFE699"}
AUTHOR: Final = "fundalign check"
_TITLE: Final = "Faults found by fundalign check"
_HEADER: Final = ("sheet", "cell", "column", "value", "expected", "hint", "kind")
_KEPT_OUT: Final = {
    "pictures": re.compile(r"xl/media/"),
    "form controls": re.compile(r"xl/(ctrlProps|activeX)/"),
    "slicers": re.compile(r"xl/(slicers|timelines)/"),
}


def annotate(source: Path, faults: Sequence[Fault], target: Path, *, force: bool = False) -> list[str]:
    """Write a copy of a workbook in which its faults are marked, and return what the copy could not keep.

    Each cell with a fault gets a colour and a note below the one that it has; a sheet `faults` lists all. Marks of an
    earlier check are taken off. ``UsageError`` where the copy would replace something (unless ``force``) or is the
    workbook itself, ``InputError`` where the source is no workbook.
    """
    refuse_copy(source, target, force=force)
    data = workbook_bytes(source)
    book = loaded(source, data, values=False, rich=True)
    _make_writable(book)
    _unmark(book)
    told: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        if fault.sheet in book.sheetnames:
            told.setdefault((str(fault.sheet), _address(fault)), []).append(fault)
    for (title, address), here in told.items():
        _mark(book[title], address, here)
    _list(book, faults)
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.save(out)
    write_whole(target, out.getvalue())
    return _left_out(data)


def refuse_copy(source: Path, target: Path, *, force: bool) -> None:
    """Raise ``UsageError`` where a copy must not be written: over the workbook itself, or over anything unasked."""
    if target.resolve() == source.resolve():
        raise UsageError(f"{target} is the workbook itself; give the copy another name")
    refuse_workbook(target, force=force)


def _address(fault: Fault) -> str:
    """Return the cell where a fault is marked: its own, the beginning of its row, or the head of its column."""
    return f"{fault.letter or 'A'}{fault.row or 1}"


def _make_writable(book: Workbook) -> None:
    """Write out characters that a workbook escapes, and give notes room, for the library does neither by itself."""
    for sheet in book.worksheets:
        for cell in cells_of(sheet):
            if isinstance(cell.value, str) and cell.data_type == "s":
                cell._value = escaped(restored(cell.value))
            if cell.comment is not None:
                _fit(cell.comment)


def _fit(comment: Any) -> None:
    """Make a note as large as its text."""
    lines = sum(1 + len(line) // 44 for line in str(comment.text).split("\n"))
    comment.width, comment.height = 290, 18 + 16 * lines


def _unmark(book: Workbook) -> None:
    """Take off what an earlier check marked: its colours, its part of the notes, and its list."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    ours = {f"00{colour}" for colour in COLOURS.values()} | {f"FF{colour}" for colour in COLOURS.values()}
    for sheet in book.worksheets:
        for _, cell in sorted(sheet._cells.items()):
            if cell.comment is None or f"{AUTHOR}:" not in cell.comment.text:
                continue
            rest = cell.comment.text.partition(f"{AUTHOR}:")[0].rstrip()
            author = cell.comment.author
            cell.comment = Comment(rest, author) if rest else None
            if cell.fill.fgColor.rgb in ours:
                cell.fill = PatternFill()
    if FAULTS in book.sheetnames and book[FAULTS]["A1"].value == _TITLE:
        del book[FAULTS]


def _mark(sheet: Worksheet, address: str, faults: Sequence[Fault]) -> None:
    """Colour a cell and tell its faults in a note, below what a note says there already."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell = sheet[address]
    for area in sheet.merged_cells.ranges:
        if address in area:
            cell = sheet.cell(area.min_row, area.min_col)
    severity = "warning" if all(fault.severity == "warning" for fault in faults) else "fault"
    cell.fill = PatternFill("solid", fgColor=COLOURS[severity])
    lines = [f"{AUTHOR}:", *(_words(fault) for fault in faults)]
    before = [] if cell.comment is None else [str(cell.comment.text).rstrip(), ""]
    comment = Comment(printable("\n".join([*before, *lines])), AUTHOR)
    _fit(comment)
    cell.comment = comment


def _words(fault: Fault) -> str:
    kind = "" if fault.severity == "fault" else f"{fault.severity}: "
    return f"{kind}expected {fault.expected}" + (f" ({fault.hint})" if fault.hint else "")


def _list(book: Workbook, faults: Iterable[Fault]) -> None:
    """Put a sheet first that lists every fault, each with a link to its cell."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.properties import PageSetupProperties

    if FAULTS in book.sheetnames:
        return
    sheet = book.create_sheet(FAULTS, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    sheet["A1"] = _TITLE
    sheet["A1"].font = Font(name="Calibri", bold=True, size=14)
    for place, title in enumerate(_HEADER, start=1):
        head = sheet.cell(3, place, title)
        head.font, head.fill = Font(name="Calibri", bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3A5F")
    for row, fault in enumerate(faults, start=4):
        there = fault.sheet in book.sheetnames and fault.sheet not in UNREAD
        address = _address(fault) if there else ""
        texts = (fault.sheet, address, fault.column, fault.value, fault.expected, fault.hint, fault.severity)
        for place, text in enumerate(texts, start=1):
            cell = sheet.cell(row, place)
            cell.value = printable(text)
            cell.data_type = "s"  # whatever it begins with
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if there:
            sheet.cell(row, 2).hyperlink = f"#'{fault.sheet}'!{address}"
            sheet.cell(row, 2).font = Font(name="Calibri", color="1155CC", underline="single")
        sheet.cell(row, 7).fill = PatternFill("solid", fgColor=COLOURS[fault.severity])
    for letter, width in zip("ABCDEFG", (16, 9, 22, 28, 48, 60, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A4"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)


def _left_out(data: bytes) -> list[str]:
    """Return what of a workbook the copy lacks: what lies beside its cells and is not known to the library."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        names = package.namelist()
        drawings = [package.read(name) for name in names if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name)]
        sheets = [package.read(name) for name in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    found = [what for what, pattern in _KEPT_OUT.items() if any(map(pattern.match, names))]
    found += ["formats of empty cells"] if any(len(each) > HEAVY for each in sheets) else []
    found += ["shapes"] if any(b":sp>" in each or b":sp " in each for each in drawings) else []
    found += ["sparklines"] if any(b"sparklineGroup" in each for each in sheets) else []
    return found

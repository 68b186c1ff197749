"""Where the parts of a case stand in a workbook: faults told by file are told by sheet, row and column letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from .faults import Fault
from .tables import TABLES

SETTINGS: Final = "case"
SCENARIOS: Final = "scenarios"
_FILES: Final = {
    f"{SETTINGS}.toml": SETTINGS,
    f"{SCENARIOS}.toml": SCENARIOS,
    **{f"{name}.csv": name for name in TABLES},
}
_NAMED: Final = re.compile(rf"(?<![\w./-])({'|'.join(map(re.escape, _FILES))})(?!\w)")
_WORDS: Final = {"this file": "this sheet", "a header row": "the names of the columns in row 1"}
Key = tuple[str, int | None, str | None]


@dataclass(frozen=True)
class Places:
    """Where everything stands in the workbook ``book``.

    ``letters`` has the letter of every column by sheet, ``numbers`` the rows of the spreadsheet in which the records
    of a sheet stand, ``settings`` the row of every setting, and ``changes`` the rows of the scenarios' changes by the
    words in which faults name them. ``own`` are the faults of single cells that the workbook itself tells better than
    the text it stands for, by file, row and column.
    """

    book: str
    letters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    settings: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    own: Mapping[Key, Fault] = field(default_factory=dict)

    def read(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults found while reading, whose rows are those of the spreadsheet."""
        told = (self.own.get((fault.file, fault.row, fault.column), fault) for fault in faults)
        return list(dict.fromkeys(self._placed(fault) for fault in told))

    def counted(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults found later, whose rows count the records of a table from 2."""
        return [self._placed(self._numbered(fault)) for fault in faults]

    def placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults found later whose rows are those of the spreadsheet already."""
        return [self._placed(fault) for fault in faults]

    def _numbered(self, fault: Fault) -> Fault:
        rows: Sequence[int] = self.numbers.get(_FILES.get(fault.file, ""), ())
        if fault.row is None or not 2 <= fault.row < len(rows) + 2:
            return fault
        return replace(fault, row=rows[fault.row - 2])

    def _placed(self, fault: Fault) -> Fault:
        sheet = _FILES.get(fault.file)
        fault = replace(fault, expected=in_sheets(fault.expected), hint=in_sheets(fault.hint))
        if sheet is None:
            return fault
        row, letters = fault.row, self.letters.get(sheet, {})
        letter = letters.get(fault.column or "")
        if sheet == SETTINGS:
            letter = None if row is None else letter
            row = row or self.settings.get(fault.column or "")
            letter = letter or (letters.get("value") if row else None)
        elif sheet == SCENARIOS and row is None:
            row = self._row_of_change(fault.column or "")
        value = in_sheets(fault.value) if fault.value in _FILES else fault.value
        return replace(fault, file=self.book, sheet=sheet, row=row, letter=letter, value=value)

    def _row_of_change(self, place: str) -> int | None:
        """Return the row of the change, or the first of the scenario, that the words name."""
        found = [words for words in self.changes if place == words or place.startswith(f"{words},")]
        found = found or [words for words in self.changes if place.endswith(words)]
        return self.changes[max(found, key=len)] if found else None


def in_sheets(text: str | None) -> str:
    """Return a text in which the files of a case are called by their sheets."""
    return _NAMED.sub(lambda match: f"sheet {_FILES[match[1]]}", _WORDS.get(text or "", text or ""))

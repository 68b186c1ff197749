"""Everything that can be wrong, as one tree of exceptions, and the fault: one named thing to put right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_SHOWN = 200
_LONGEST = 100
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
Severity = Literal["fault", "warning", "contradiction"]


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a case, told so that it can be found and put right.

    ``row`` is numbered as a spreadsheet does (the header is row 1; in a TOML file the line); ``None`` where
    the whole file or column is meant. ``severity`` tells plain faults from contradictions (each value is
    fine, together they leave no plan) and from warnings (the case can be solved as it is). In a workbook
    ``file`` is the workbook, ``sheet`` the sheet and ``letter`` that of the column.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    expected: str
    hint: str = ""
    severity: Severity = "fault"
    sheet: str | None = None
    letter: str | None = None

    @property
    def source(self) -> str:
        """The file, or the sheet of the workbook."""
        return self.file if self.sheet is None else f"{self.file}, sheet {self.sheet}"

    @property
    def heading(self) -> str:
        """The column as it is told: its name, and its letter in a workbook; empty where there is none."""
        if self.letter is None:
            return self.column or ""
        return f"{self.column} ({self.letter})" if self.column else f"column {self.letter}"

    @property
    def place(self) -> str:
        """File, row and column in words."""
        row = "" if self.row is None else f", row {self.row}"
        column = f", {self.heading}" if self.heading else ""
        return f"{self.source}{row}{column}"

    def __str__(self) -> str:
        """Say the fault in one line."""
        value = "" if self.value is None else f" '{_shortened(self.value)}'"
        hint = f" ({self.hint})" if self.hint else ""
        told = "" if self.severity == "fault" else f"{self.severity}: "
        return _on_one_line(f"{told}{self.place}:{value} expected {self.expected}{hint}")

    def as_dict(self) -> dict[str, str | int | None]:
        """Return file, row, column, value, expected, hint and severity for JSON; in a workbook sheet and letter too."""
        entries: dict[str, str | int | None] = {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "expected": self.expected,
            "hint": self.hint,
            "severity": self.severity,
        }
        if self.sheet is not None:
            entries |= {"sheet": self.sheet, "letter": self.letter}
        return entries


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _on_one_line(text: str) -> str:
    """Return a text with its control characters spelled out."""
    return _CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)


class FundalignError(Exception):
    """Root of every error that fundalign raises on purpose."""


class InputError(FundalignError):
    """The case cannot be used; ``faults`` lists all that is wrong with it (the message the first 200)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults in the order in which the files are read."""
        self.faults: tuple[Fault, ...] = tuple(faults)
        count = len(self.faults)
        head = "1 fault" if count == 1 else f"{count} faults"
        shown = [f"  {fault}" for fault in self.faults[:_SHOWN]]
        more = [f"  ... and {count - _SHOWN} more"] if count > _SHOWN else []
        super().__init__("\n".join([f"{head} in the input:", *shown, *more]))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        """Pickle by the faults, so that a worker process can raise it."""
        return (type(self), (self.faults,))


class Infeasible(FundalignError):
    """The case is sound but its rules leave no plan; ``explanation`` (text or diagnosis) says which."""

    def __init__(self, explanation: object) -> None:
        """Keep the explanation; its text is the message."""
        self.explanation = explanation
        super().__init__(str(explanation))


class SolverFailure(FundalignError):
    """The solver ended without a usable answer (unbounded, numerical trouble, a status nobody expected)."""


class NotVerified(SolverFailure):
    """A plan broke a rule when it was recomputed exactly; such a plan is never returned nor written."""


class Interrupted(FundalignError):
    """The search was stopped from outside; ``plan`` is the best one found by then, if any."""

    def __init__(self, plan: object | None = None) -> None:
        """Keep the plan found so far."""
        self.plan = plan
        super().__init__("interrupted" + ("" if plan is None else "; the best plan so far is kept"))


class UsageError(FundalignError):
    """Wrong usage, seen before any work: no such path, scenario or initiative; the output exists."""


def did_you_mean(value: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return ``did you mean 'x'?`` for the known name closest to ``value``, else ``otherwise`` or a list."""
    by_folded: dict[str, str] = {}
    for name in known:
        by_folded.setdefault(name.casefold(), name)
    cutoff = 0.5 if len(value) <= 3 else 0.6
    close = difflib.get_close_matches(value.strip().casefold(), by_folded, n=1, cutoff=cutoff)
    if close:
        return f"did you mean '{by_folded[close[0]]}'?"
    return otherwise or (f"there are: {', '.join(by_folded.values())}" if 0 < len(by_folded) <= 8 else "")

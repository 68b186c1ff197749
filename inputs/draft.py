"""A case being read: what its tables say as far as it could be read, and everything found wrong so far."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from .accessors import _NAME_OF, Facts, R
from .cells import is_label
from .faults import Fault, Severity, did_you_mean
from .parsing import ParsedTable
from .payers import Payers
from .schema import columns
from .settings import Settings
from .tables import TABLES, Row
from .windows import Node

_HINTS = 200
_TELLING = ("label", "period")


@dataclass
class Draft:
    """What the checks work on; they append to one list of faults, which is raised once.

    ``doubtful`` names the settings that only stand in for faulty ones. A check names the columns it reads
    and gets the rows in which these could be read, whatever else is wrong with them (:meth:`knowing`); one
    that concludes from what is *not* there first asks whether everything is known (:meth:`whole`).
    ``prospects`` is what can never be done and who can pay what, once a check has found it out.
    """

    facts: Facts
    parsed: Mapping[str, ParsedTable]
    doubtful: frozenset[str] = frozenset()
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    contradictions: list[Fault] = field(default_factory=list)
    prospects: tuple[Mapping[Node, str], Payers | None] | None = None
    _hints: int = _HINTS

    @property
    def settings(self) -> Settings:
        """The settings, those in ``doubtful`` standing in."""
        return self.facts.settings

    @property
    def timed(self) -> bool:
        """Whether the horizon is known, so that periods can be judged."""
        return not {"first_period", "periods", "frequency"} & self.doubtful

    def rows(self, model: type[R]) -> Iterator[tuple[int, R]]:
        """Return the complete rows of a table with their numbers."""
        return zip(self.parsed[_NAME_OF[model]].numbers, self.facts.rows(model), strict=True)

    def knowing(self, model: type[R], *names: str) -> Iterator[tuple[int, R]]:
        """Return every row of a table in which these columns could be read; no others may be asked for."""
        parsed = self.parsed[_NAME_OF[model]]
        if not parsed.missing.isdisjoint(names):
            return iter(())
        if not parsed.unknown:
            return self.rows(model)
        partial = ((number, row) for number, row in parsed.partial if isinstance(row, model))
        merged: Iterator[tuple[int, R]] = heapq.merge(self.rows(model), partial, key=itemgetter(0))
        return (each for each in merged if parsed.unknown.get(each[0], frozenset()).isdisjoint(names))

    def knows(self, table: str, *names: str) -> bool:
        """Return whether the table could be read and has these columns, where it should have them."""
        return self.parsed[table].sound and self.parsed[table].missing.isdisjoint(names)

    def sure(self, table: str, *names: str) -> bool:
        """Return whether no complete row stands at a default here because its cell could not be read."""
        return self.knows(table, *names) and self.parsed[table].vague.isdisjoint(names)

    def whole(self, *tables: str) -> bool:
        """Return whether every row of the tables is complete and says what was meant."""
        return all(self._whole(table) for table in tables)

    def _whole(self, table: str) -> bool:
        parsed = self.parsed[table]
        telling = {column.name for column in columns(TABLES[table]) if column.kind in _TELLING}
        return parsed.sound and not parsed.missing and not parsed.broken and parsed.vague.isdisjoint(telling)

    def names(self, model: type[Row], column: str) -> set[str]:
        """Return what stands in a column of names; of faulty cells the text, without blanks at its ends."""
        found: set[str] = {getattr(row, column) for _, row in self.knowing(model, column)} - {None, ""}
        info = model.model_fields[column]
        default = "" if info.is_required() else str(info.default or "")
        for faulty, cells in self.parsed[_NAME_OF[model]].torn:
            if faulty is None or column in faulty:
                text = cells.get(column, default)
                found |= {text, text.strip()}
        return found - {""}

    def lacking(self, model: type[Row], keys: tuple[str, ...], *names: str) -> set[tuple[str, ...]]:
        """Return the ``keys`` of the rows in which one of ``keys`` and ``names`` could not be read.

        A key that cannot be told is ``""``, and may be any.
        """
        wanted = {*keys, *names}
        found = set()
        for faulty, cells in self.parsed[_NAME_OF[model]].torn:
            if faulty is None or faulty & wanted:
                texts = (cells.get(key, "").strip() for key in keys)
                found.add(tuple(text if is_label(text) else "" for text in texts))
        return found

    def fault(
        self, table: str, number: int | None, column: str | None, value: object, expected: str, hint: str = ""
    ) -> None:
        """Add a fault of a table."""
        self.faults.append(self._told(table, number, column, value, expected, hint, "fault"))

    def warn(
        self, table: str, number: int | None, column: str | None, value: object, expected: str, hint: str = ""
    ) -> None:
        """Add a warning: the case can be solved, but this is hardly meant."""
        self.warnings.append(self._told(table, number, column, value, expected, hint, "warning"))

    def contradict(
        self, table: str, number: int | None, column: str | None, value: object, expected: str, hint: str = ""
    ) -> None:
        """Add a contradiction: each value is fine, together they leave no plan."""
        self.contradictions.append(self._told(table, number, column, value, expected, hint, "contradiction"))

    def hint(self, value: str, known: Callable[[], object], otherwise: str = "") -> str:
        """Return a "did you mean"; only the first ones are looked for, so that many faults cost little."""
        if self._hints <= 0:
            return otherwise
        names = known()
        assert isinstance(names, Mapping | set | frozenset | tuple | list)
        self._hints -= 1 + len(names) // 200
        return did_you_mean(value, (str(name) for name in names if name), otherwise)

    @staticmethod
    def _told(
        table: str,
        number: int | None,
        column: str | None,
        value: object,
        expected: str,
        hint: str,
        severity: Severity,
    ) -> Fault:
        file = f"{table}.toml" if table == "case" else f"{table}.csv"
        text = None if value is None else ("true" if value else "false") if isinstance(value, bool) else str(value)
        return Fault(file, number, column, text, expected, hint, severity)

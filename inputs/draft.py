"""A case being read: the rows that could be made, those that could not, and everything found wrong so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from .accessors import _NAME_OF, Facts, R
from .faults import Fault, Severity, did_you_mean
from .periods import Frequency
from .settings import Settings, expectation
from .tables import TABLES, Row

Cells = dict[str, str]
_HINTS = 200


@dataclass(frozen=True)
class RawTable:
    """A table as text: its known columns, its rows with their numbers, and rows that do not fit the header.

    Empty cells are left out of the rows. ``sound`` is false where the file is missing or lacks a required
    column.
    """

    name: str
    header: tuple[str, ...]
    records: Sequence[tuple[int, Cells]]
    misfits: Sequence[Cells] = ()
    sound: bool = True


@dataclass
class ParsedTable:
    """The typed rows of a table, their numbers, the rows that could not be made, and the faults found."""

    header: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    broken: list[Cells] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    sound: bool = True


def parse_table(raw: RawTable, frequency: Frequency | None) -> ParsedTable:
    """Turn text into typed rows. A row whose optional cells alone are faulty is kept without them."""
    model = TABLES[raw.name]
    parsed = ParsedTable(raw.header, broken=list(raw.misfits), sound=raw.sound)
    validate = model.__pydantic_validator__.validate_python
    context = {"frequency": frequency}
    for number, cells in raw.records:
        try:
            row = validate(cells, context=context)
        except ValidationError as error:
            row = _mend(model, raw, number, cells, error, parsed, context)
            if row is None:
                continue
        parsed.rows.append(row)
        parsed.numbers.append(number)
    return parsed


def _mend(
    model: type[Row],
    raw: RawTable,
    number: int,
    cells: Cells,
    error: ValidationError,
    parsed: ParsedTable,
    context: Mapping[str, object],
) -> Row | None:
    kept = dict(cells)
    usable = True
    for details in error.errors():
        column = str(details["loc"][0])
        if details["type"] == "missing" and column not in raw.header:
            usable = False
            continue
        parsed.faults.append(Fault(f"{raw.name}.csv", number, column, cells.get(column, ""), *expectation(details)))
        kept.pop(column, None)
        if model.model_fields[column].is_required() or details["type"] == "literal_error":
            usable = False
    if not usable:
        parsed.broken.append(cells)
        return None
    return model.model_validate(kept, context=dict(context))


@dataclass
class Draft:
    """What the checks work on; they append to one list of faults, which is raised once.

    ``doubtful`` names the settings that only stand in for faulty ones; a table is in ``unsound`` when its
    keys cannot be known (no file, no key column), so that references to it are not judged.
    """

    facts: Facts
    parsed: Mapping[str, ParsedTable]
    doubtful: frozenset[str] = frozenset()
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    contradictions: list[Fault] = field(default_factory=list)
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
        """Return the rows of a table with their numbers."""
        return zip(self.parsed[_NAME_OF[model]].numbers, self.facts.rows(model), strict=True)

    def header(self, table: str) -> tuple[str, ...]:
        """Return the columns that the table has."""
        return self.parsed[table].header

    def sound(self, *tables: str) -> bool:
        """Return whether the keys of the tables are known."""
        return all(self.parsed[table].sound for table in tables)

    def whole(self, *tables: str) -> bool:
        """Return whether every row of the tables could be made."""
        return all(self.parsed[table].sound and not self.parsed[table].broken for table in tables)

    def broken(self, table: str, *columns: str) -> set[tuple[str, ...]]:
        """Return what stands in these columns of the rows that could not be made."""
        return {tuple(cells.get(column, "") for column in columns) for cells in self.parsed[table].broken}

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

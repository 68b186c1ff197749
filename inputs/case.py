"""The case: everything one allocation decision needs, frozen; a what-if is a new case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

from .accessors import Cycle, Facts, Precedence
from .approved import Approved
from .change import OPS, REMOVE, Change, changed_rows, changed_settings, place_faults, rows_kept
from .check import run_checks
from .draft import Draft
from .faults import Fault, InputError, UsageError, did_you_mean
from .parsing import ParsedTable, RawTable, parse_table
from .places import Places
from .scenarios import Scenario
from .tables import TABLES, Row
from .texts import canonical_text, row_cells, to_text

__all__ = ["Case", "Cycle", "Precedence"]
_NAMED = 3


@dataclass(frozen=True)
class Case(Facts):
    """A checked case: settings and tables with their accessors (see :class:`Facts`), scenarios, and warnings.

    ``name`` is the stem of the path it was read from. ``contradictions`` is only filled on a case made by a
    change: rules that leave no plan, so that solving it is infeasible before any search. With an ``approved``
    plan the case is a re-plan of it. ``numbers`` are those of rows in files that have blank lines between them.
    ``places`` tells where in a workbook it stands; it is no part of what a case is.
    """

    scenarios: tuple[Scenario, ...] = ()
    name: str = "case"
    warnings: tuple[Fault, ...] = ()
    contradictions: tuple[Fault, ...] = ()
    approved: Approved | None = None
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)
    places: Places | None = field(default=None, compare=False, repr=False)

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of settings and tables, whatever carries them: a folder, a workbook, or Python.

        Two cases have the same hash when every setting and every table, row by row, has the same values; how these are
        written (``1.50``, ``1.5``), defaults that are spelled out, scenarios and warnings do not count.
        """
        return sha256(canonical_text(self.settings, self.tables).encode("utf-8", "surrogatepass")).hexdigest()

    def numbered(self, table: str) -> tuple[int, ...]:
        """Return the numbers of the rows of a table as a spreadsheet shows them; the header is row 1."""
        return _numbers(self.numbers, self, table)

    def told(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults of this case with their places in the workbook it was read from, if it was."""
        return list(faults) if self.places is None else self.places.counted(faults)

    def __repr__(self) -> str:
        """Return name and sizes in one line."""
        sizes = f"{len(self.initiatives)} initiatives, {len(self.funders)} funders, {len(self.parties)} parties"
        return f"Case({self.name!r}, {sizes}, {self.T} periods from {self.label(1)})"

    def change(
        self,
        table: str,
        column: str,
        *,
        where: Mapping[str, object] | None = None,
        set: object = None,
        add: object = None,
        multiply: object = None,
    ) -> Case:
        """Return a new case with one column changed in the rows that match ``where`` (all rows without it).

        Exactly one of ``set``, ``add``, ``multiply`` (``set=""`` empties a cell). Values may be typed or text
        as in a file; rows with an empty cell have nothing to add to or multiply and stay as they are; ``add``
        moves a period by so many periods. For settings ``table`` is ``case`` and ``column`` such as
        ``buffer.confidence``. ``InputError`` for an unknown table or column, when nothing matches, or when
        the changed case has faults; their hints name the change.
        """
        given = {op: value for op, value in zip(OPS, (set, add, multiply), strict=True) if value is not None}
        if len(given) != 1:
            raise UsageError("a change takes exactly one of set, add and multiply")
        ((op, value),) = given.items()
        return self.apply((Change(table, column, op, value, dict(where or {})),))

    def remove(self, table: str, *, where: Mapping[str, object] | None = None) -> Case:
        """Return a new case without the rows of a table that match ``where`` (all rows without it).

        ``InputError`` for an unknown table or column, when nothing matches, or when the case without them has faults.
        """
        return self.apply((Change(table, "", REMOVE, True, dict(where or {})),))

    def scenario(self, name: str) -> Case:
        """Return the case after the changes of a named scenario; ``UsageError`` if there is none."""
        for scenario in self.scenarios:
            if scenario.name == name:
                return self.apply(scenario.changes)
        known = [scenario.name for scenario in self.scenarios]
        hint = did_you_mean(name, known, f"there are: {', '.join(known)}" if known else "the case has none")
        raise UsageError(f"no scenario '{name}' ({hint})")

    def apply(self, changes: Iterable[Change]) -> Case:
        """Return the case after several changes, one after the other, checked once at the end."""
        facts, numbers = Facts(self.settings, self.tables), dict(self.numbers)
        made = tuple(changes)
        for change in made:
            faults = place_faults(change)
            if faults:
                raise InputError(self.told(_naming(faults, (change,))))
            try:
                after = _changed(facts, change)
            except InputError as error:
                told = _naming(_renumbered(error.faults, numbers, facts), (change,))
                raise InputError(told if self.places is None else self.places.placed(told)) from None
            if change.op == REMOVE:
                places = _numbers(numbers, facts, change.table)
                numbers[change.table] = tuple(places[index] for index in rows_kept(facts, change))
            facts = after
        return self._checked(facts, made, numbers)

    def adding(self, table: str, cells: Mapping[str, object]) -> Case:
        """Return the case with one more row at the end of a table, its cells typed or text as in a file.

        ``InputError`` when a cell is not fit, or when the case with it has faults.
        """
        text = {name: to_text(value) for name, value in cells.items()}
        rows = self.tables.get(table, ())
        record = (len(rows) + 2, {name: cell for name, cell in text.items() if cell != ""})
        raw = RawTable(table, tuple(TABLES[table].model_fields), [record])
        parsed = parse_table(raw, self.settings.frequency)
        if parsed.faults:
            raise InputError(parsed.faults)
        return self._checked(Facts(self.settings, {**self.tables, table: (*rows, *parsed.rows)}), ())

    def _checked(
        self, facts: Facts, made: Sequence[Change], numbers: Mapping[str, tuple[int, ...]] | None = None
    ) -> Case:
        """Return a case of changed facts, its rows numbered as before or by `numbers`; ``InputError`` on faults."""
        numbers = self.numbers if numbers is None else numbers
        parsed = {name: _as_parsed(name, facts.tables.get(name, ()), numbers.get(name, ())) for name in TABLES}
        draft = Draft(facts, parsed)
        run_checks(draft)
        placed = list if self.places is None else self.places.placed
        if draft.faults:
            raise InputError(placed(_naming(draft.faults, made) if made else draft.faults))
        return Case(
            facts.settings,
            facts.tables,
            self.scenarios,
            self.name,
            tuple(placed(draft.warnings)),
            tuple(placed(draft.contradictions)),
            None if self.approved is None else self.approved.again(facts),
            numbers,
            self.places,
        )


def _numbers(known: Mapping[str, tuple[int, ...]], facts: Facts, table: str) -> tuple[int, ...]:
    """Return the numbers of the rows of a table: those known if they are as many, else counted from 2."""
    count = len(facts.tables.get(table, ()))
    found = known.get(table, ())
    return found if len(found) == count else tuple(range(2, count + 2))


def _renumbered(faults: Iterable[Fault], known: Mapping[str, tuple[int, ...]], facts: Facts) -> list[Fault]:
    """Return faults whose rows count those of their table from 2 with the numbers that these have."""
    told = []
    for fault in faults:
        numbers = _numbers(known, facts, fault.file.partition(".")[0])
        counted = fault.row is not None and fault.row < len(numbers) + 2
        told.append(replace(fault, row=numbers[(fault.row or 2) - 2]) if counted else fault)
    return told


def _naming(faults: Iterable[Fault], changes: Sequence[Change]) -> list[Fault]:
    """Return the faults with hints that say after which changes: those of the same table if there are any."""
    told = []
    for fault in faults:
        table = fault.file.partition(".")[0]
        near = [change for change in changes if change.table == table] or list(changes)
        listed = "; ".join(str(change) for change in near[:_NAMED])
        more = f" and {len(near) - _NAMED} more changes" if len(near) > _NAMED else ""
        told.append(replace(fault, hint=f"{fault.hint}{'; ' if fault.hint else ''}after {listed}{more}"))
    return told


def _as_parsed(name: str, rows: tuple[Row, ...], numbers: tuple[int, ...]) -> ParsedTable:
    header = tuple(column for column in TABLES[name].model_fields if column != "value" or name != "milestones")
    places = numbers if len(numbers) == len(rows) else range(2, len(rows) + 2)
    return ParsedTable(header, list(rows), list(places))


def _changed(facts: Facts, change: Change) -> Facts:
    if change.table != "case":
        return Facts(facts.settings, {**facts.tables, change.table: tuple(changed_rows(facts, change).rows)})
    settings = changed_settings(facts.settings, change)
    if settings.frequency == facts.settings.frequency:
        return Facts(settings, facts.tables)
    tables: dict[str, tuple[Row, ...]] = {}
    faults: list[Fault] = []
    for name, rows in facts.tables.items():
        records = [(number, row_cells(row)) for number, row in enumerate(rows, start=2)]
        parsed = parse_table(RawTable(name, tuple(TABLES[name].model_fields), records), settings.frequency)
        faults += parsed.faults
        tables[name] = tuple(parsed.rows)
    if faults:
        raise InputError(faults)
    return Facts(settings, tables)

"""How the input of two runs differs: which cells of which table, which rows only one has, which settings.

Each change is in the words of `--set`, so that applying them to the case of A gives that of B (rows apart).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from ..inputs.accessors import Facts
from ..inputs.case import Case
from ..inputs.change import Change, matching_rows
from ..inputs.rows import BASE_MONEY, FUNDER_MONEY, INITIATIVE_MONEY
from ..inputs.schema import columns
from ..inputs.settings import SECTIONS
from ..inputs.tables import TABLES, CorrelationRow, FunderRow, InitiativeRow, Row
from ..inputs.texts import row_cells, settings_data, to_text
from .compare_tables import minus

MONEY = (FUNDER_MONEY, INITIATIVE_MONEY, BASE_MONEY)
RATE = "base currency per unit"
NO_MATTER = ("name", "solve.gap", "solve.time_limit")  # settings that no plan and no bound depends on
Key = tuple[object, ...]


@dataclass(frozen=True)
class CellChange:
    """A cell or setting (table `case`) that differs: exact text in A and B, B − A of numbers, the words of `--set`."""

    table: str
    column: str
    where: Mapping[str, str]
    a: str
    b: str
    difference: str
    words: str


@dataclass(frozen=True)
class RowChange:
    """A row of an input table that only one case (`only`: A or B) has; its cells that are not the default."""

    table: str
    where: Mapping[str, str]
    only: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class InputChanges:
    """All that differs between two inputs; `approved` says in words how their approved plans do (re-plans)."""

    settings: tuple[CellChange, ...]
    cells: tuple[CellChange, ...]
    rows: tuple[RowChange, ...]
    approved: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether both runs solved the same problem."""
        matters = [each for each in self.settings if each.column not in NO_MATTER]
        return not (matters or self.cells or self.rows or self.approved)

    @property
    def yardstick(self) -> tuple[CellChange, ...]:
        """The settings by which both count value differently."""
        known = ("discount_rate", "expected_value")
        return tuple(each for each in self.settings if each.column in known or each.column.startswith("weights."))


def input_changes(a: Case, b: Case) -> InputChanges:
    """Return how two cases differ."""
    cells: list[CellChange] = []
    rows: list[RowChange] = []
    for table, model in TABLES.items():
        was, now = ({_key(row): row for row in case.tables.get(table, ())} for case in (a, b))
        for key in dict.fromkeys((*was, *now)):
            before, after = was.get(key), now.get(key)
            if before is not None and after is not None:
                cells += _cells(table, model, before, after, (a, b))
                continue
            row = before if after is None else after
            if row is not None:
                only, case = ("A", a) if after is None else ("B", b)
                rows.append(RowChange(table, _where(case, table, row), only, row_cells(row)))
    return InputChanges(tuple(_settings(a, b)), tuple(cells), tuple(rows), tuple(_approved(a, b)))


def _key(row: Row) -> Key:
    key = tuple(getattr(row, name) for name in row.KEY)
    return tuple(sorted(map(str, key))) if isinstance(row, CorrelationRow) else key


def _where(facts: Facts, table: str, row: Row) -> dict[str, str]:
    """Return the key of a row as `--set` takes it, as short as it still means this row alone."""
    whole = {name: to_text(getattr(row, name)) for name in row.KEY}
    short = {name: text for name, text in whole.items() if text not in ("", "false")}
    alone = len(matching_rows(facts, Change(table, row.KEY[0], "set", "", short))) == 1
    return short if alone else whole


def _cells(table: str, model: type[Row], a: Row, b: Row, cases: tuple[Case, Case]) -> Iterator[CellChange]:
    """Yield the cells of a row that differ; money that is the same in another unit does not, nor do other periods."""
    one, two = cases
    pairs = ((one, a), (two, b))
    where: dict[str, str] | None = None
    for column in columns(model):
        was, now = getattr(a, column.name), getattr(b, column.name)
        if column.name in model.KEY or _alike(column.kind, column.unit, was, now, cases):
            continue
        if where is None:
            where = _where(one, table, a)
        scale = column.unit not in MONEY or one.unit == two.unit
        scale &= all(_currency(case, column.unit, each) == _currency(one, column.unit, a) for case, each in pairs)
        yield _change(table, column.name, where, was, now, scale)


def _currency(case: Case, unit: str, row: Row) -> str:
    """Return the currency that an amount or a rate is in, "" for what is neither."""
    if unit in (BASE_MONEY, RATE):
        return case.base
    owners: Mapping[str, FunderRow | InitiativeRow] = {}
    if unit in (FUNDER_MONEY, INITIATIVE_MONEY):
        owners = case.funders if unit == FUNDER_MONEY else case.initiatives
    owner = owners.get(str(getattr(row, "funder" if unit == FUNDER_MONEY else "initiative", "")))
    return owner.currency if owner else ""


def _alike(kind: str, unit: str, was: object, now: object, cases: tuple[Case, Case]) -> bool:
    a, b = cases
    if was == now and (unit not in MONEY or a.unit == b.unit or not was):
        return True
    if kind == "period" and a.settings.frequency != b.settings.frequency:
        return was is not None and now is not None
    if unit in MONEY and isinstance(was, Decimal) and isinstance(now, Decimal):
        return was * a.unit == now * b.unit
    return False


def _change(table: str, column: str, where: Mapping[str, str], was: object, now: object, scale: bool) -> CellChange:
    numbers = [Decimal(each) for each in (was, now) if isinstance(each, int | Decimal) and not isinstance(each, bool)]
    difference = f"{minus(numbers[1], numbers[0]):f}" if scale and len(numbers) == 2 else ""
    words = str(Change(table, column, "set", now, dict(where)))
    return CellChange(table, column, where, to_text(was), to_text(now), difference, words)


def _flat(case: Case) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in settings_data(case.settings).items():
        if isinstance(value, Mapping) and (name in SECTIONS or name == "weights"):
            found |= {f"{name}.{key}": each for key, each in value.items()}
        else:
            found[name] = value
    return found


def _settings(a: Case, b: Case) -> Iterator[CellChange]:
    was, now = _flat(a), _flat(b)
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) != now.get(name):
            yield _change("case", name, {}, was.get(name), now.get(name), True)


def _approved(a: Case, b: Case) -> Iterator[str]:
    """Yield how the approved plans that re-plans start from differ."""
    if a.approved is None and b.approved is None:
        return
    if a.approved is None or b.approved is None:
        one, two = ("B", "A") if a.approved is None else ("A", "B")
        yield f"{one} is a re-plan of an approved run, {two} is not"
        return
    was, now = a.approved.terms, b.approved.terms
    for name in was:
        if was[name] != now[name]:
            yield f"{name} is {was[name] or 'not given'} in A and {now[name] or 'not given'} in B"
    names = [each.name for each in fields(a.approved) if each.compare and each.name not in (*was, "frozen")]
    if any(getattr(a.approved, name) != getattr(b.approved, name) for name in names):
        yield "the approved plans differ"

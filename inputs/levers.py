"""The numbers of a case that an analyst may move, each in the ministry's words: what sensitivity asks about.

A lever is one cell; of a rule whose bounds stand in several rows that must agree (choices, earmarks) it is the cells
of all its rows. Cells that are empty or zero are no levers, except whole numbers of periods. Shares that must sum to
one (cost profiles, shares of parties) are none either: one of them cannot move by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Any, Final, NamedTuple

from .case import Case
from .change import Change
from .faults import UsageError, did_you_mean
from .money import counted_in
from .tables import TABLES, Row


class Movable(NamedTuple):
    """A column of numbers that may be moved: its kind, what a cell is called, its unit, and whether it is counted.

    ``words`` takes the row's columns. ``unit`` is ``own``, ``base`` or ``initiative`` for money in the funder's, the
    base and the initiative's currency. ``one`` names the column by which rows are one rule.
    """

    table: str
    column: str
    kind: str
    words: str
    unit: str
    whole: bool = False
    one: str = ""


MOVABLE: Final = (
    Movable("funders", "min_ticket", "ticket", "minimum ticket of {funder}", "own"),
    Movable("funders", "max_change", "stability", "stability of {funder}", "share"),
    Movable("funders", "risk_tolerance", "risk", "risk tolerance of {funder}", "share"),
    Movable("funders", "contingency", "contingency", "contingency of {funder}", "share"),
    Movable("budgets", "payments", "budget", "budget of {funder}, cycle {cycle}", "own"),
    Movable("budgets", "commitments", "commitments", "commitment ceiling of {funder}, cycle {cycle}", "own"),
    Movable("budgets", "carry_over", "carry_over", "carry-over of {funder}, cycle {cycle}", "share"),
    Movable("budgets", "reserved", "reserve", "reserved money of {funder}, cycle {cycle}", "own"),
    Movable("currencies", "rate", "rate", "rate of {currency}", "rate"),
    Movable("currencies", "volatility", "volatility", "volatility of {currency}", "per year"),
    Movable("currencies", "hedge_cost", "hedge_cost", "hedge cost of {currency}", "per unit hedged and year"),
    Movable("rates", "rate", "rate", "rate of {currency} in {period}", "rate"),
    Movable("correlations", "correlation", "correlation", "correlation of {currency_a} and {currency_b}", "ratio"),
    Movable("parties", "key", "key", "key of {party}", "key"),
    Movable("initiatives", "max_pause", "pause", "longest pause of {initiative}", "periods", True),
    Movable("initiatives", "escalation", "growth", "cost growth of {initiative}", "per year"),
    Movable("milestones", "duration", "duration", "duration of {initiative}/{milestone}", "periods", True),
    Movable("milestones", "cost", "cost", "cost of {initiative}/{milestone}", "initiative"),
    Movable("milestones", "value", "value", "value of {initiative}/{milestone}", "points"),
    Movable("milestones", "success", "success", "success of {initiative}/{milestone}", "probability"),
    Movable("milestones", "min_level", "level", "least level of {initiative}/{milestone}", "share"),
    Movable("criteria", "score", "score", "score of {initiative}/{milestone} on {criterion}", "points"),
    Movable("precedence", "lag", "lag", "lag from {predecessor} to {successor}", "periods", True),
    Movable("choices", "at_least", "floor", "choice {choice}: at least", "initiatives", True, "choice"),
    Movable("choices", "at_most", "ceiling", "choice {choice}: at most", "initiatives", True, "choice"),
    Movable("cofunding", "at_least", "floor", "co-funding floor {rule}", "share"),
    Movable("cofunding", "at_most", "ceiling", "co-funding ceiling {rule}", "share"),
    Movable("matching", "ratio", "ratio", "matching ratio {rule}", "ratio"),
    Movable("matching", "cap", "cap", "cap of matching rule {rule}", "base"),
    Movable("matching", "min_base", "least_base", "least base of matching rule {rule}", "base"),
    Movable("guarantees", "provisioning_rate", "provisioning", "provisioning rate of guarantee {guarantee}", "share"),
    Movable("guarantees", "leverage", "leverage", "leverage of guarantee {guarantee}", "ratio"),
    Movable("guarantees", "cap", "cap", "cap of guarantee {guarantee}", "base"),
    Movable("equity", "at_least", "floor", "equity floor {rule} for {parties}", "measure"),
    Movable("equity", "at_most", "ceiling", "equity ceiling {rule} for {parties}", "measure"),
    Movable("earmarks", "at_least", "floor", "earmark floor {rule}", "share", False, "rule"),
    Movable("earmarks", "at_most", "ceiling", "earmark ceiling {rule}", "share", False, "rule"),
    Movable("synergies", "value", "synergy", "synergy {synergy}", "points"),
    Movable("case", "discount_rate", "discount", "discount rate", "per year"),
    Movable("case", "objective.required_value", "required_value", "required value", "points"),
    Movable("case", "weights", "weight", "weight of {0}", "weight"),
    Movable("case", "buffer.confidence", "confidence", "confidence of the buffers", "probability"),
    Movable("case", "buffer.gamma", "gamma", "currencies that may move at once", "currencies", True),
)
"""Every column, and then every setting, whose numbers are levers."""
KINDS: Final = tuple(dict.fromkeys(each.kind for each in MOVABLE))
"""The kinds of levers there are."""
_EQUITY: Final = {"received": "share", "contributed": "share", "geo_return": "ratio", "key": "ratio"}
_ANY: Final = {"": "all parties", "each": "each party"}
_BEARING: Final = {"gamma": ("budgeted",), "confidence": ("additive", "budgeted", "cvar")}  # on which buffers
_USUAL: Final = {"success": Decimal(1), "level": Decimal(1)}  # what an empty cell means there
_LEAST: Final = {"duration": 1, "pause": 0, "lag": 0, "floor": 0, "ceiling": 0, "gamma": 0}


def money_unit(case: Case, currency: str) -> str:
    """Return what amounts in a currency are counted in, such as "EUR million"."""
    return counted_in(currency, case.unit)


@dataclass(frozen=True)
class Lever:
    """One cell of a case that may be moved (or the cells of one meaning).

    ``row`` is the row as a spreadsheet shows it (the header is row 1; 0: a setting), ``where`` picks exactly it.
    ``owner`` is the funder, currency, rule or initiative it is about, ``base`` what stands there, in ``unit``. With
    ``whole`` it is counted in whole numbers.
    """

    kind: str
    table: str
    column: str
    where: Mapping[str, object]
    row: int
    owner: str
    base: Decimal
    unit: str
    words: str
    whole: bool = False

    def at(self, share: Decimal) -> Decimal:
        """Return the value after it is moved by a share of itself: times ``1 + share``, exactly.

        Whole numbers move by the next whole number away from zero, at least by one, and never below their least.
        """
        with localcontext() as context:
            context.prec = 100
            if not self.whole:
                return self.base * (1 + share)
            size = max(Decimal(1), abs(self.base * share).to_integral_value(ROUND_CEILING)) if share else Decimal(0)
            return max(Decimal(_LEAST[self.kind]), self.base + (size if share > 0 else -size))

    def change(self, share: Decimal) -> Change:
        """Return the change that moves it by a share of itself, as ``--set`` takes it."""
        with localcontext() as context:
            context.prec = 100
            if self.whole:
                return Change(self.table, self.column, "add", self.at(share) - self.base, self.where)
            return Change(self.table, self.column, "multiply", 1 + share, self.where)

    def plus(self, amount: Decimal) -> Change:
        """Return the change that adds an amount to it, in its unit."""
        return Change(self.table, self.column, "add", amount, self.where)

    def moved(self, case: Case, share: Decimal) -> Case:
        """Return the case with it moved by a share of itself; ``InputError`` where the new value is not fit."""
        return case.apply((self.change(share),))


def known_kinds(kinds: Collection[str]) -> None:
    """Raise ``UsageError`` for a kind of lever that there is not."""
    for kind in kinds:
        if kind not in KINDS:
            near = did_you_mean(kind, KINDS, "there are: " + ", ".join(KINDS))
            raise UsageError(f"no kind of lever '{kind}' ({near})")


def levers(case: Case, kinds: Collection[str] | None = None) -> tuple[Lever, ...]:
    """Return the levers of a case in table order, settings last; only some kinds, if any are named.

    A value that goes with the empty cell (a success or least level of 1) counts as empty.

    ``UsageError`` for a kind that there is not.
    """
    known_kinds(kinds or ())
    order = {name: k for k, name in enumerate([*TABLES, "case"])}
    wanted = [each for each in MOVABLE if not kinds or each.kind in kinds]
    found = [lever for each in wanted for lever in (_settings if each.table == "case" else _cells)(case, each)]
    return tuple(sorted(found, key=lambda lever: (order[lever.table], lever.row)))


def _cells(case: Case, each: Movable) -> Iterator[Lever]:
    """Yield the levers of one column of a table."""
    seen = set()
    for row, cells in enumerate(case.tables.get(each.table, ()), start=2):
        base = getattr(cells, each.column)
        whole = each.whole or (each.table == "equity" and getattr(cells, "measure", "") == "initiatives")
        names = (each.one,) if each.one else TABLES[each.table].KEY
        where = {name: getattr(cells, name) for name in names}
        if base in (None, _USUAL.get(each.kind)) or (each.one and tuple(where.values()) in seen):
            continue
        if base == 0 and each.unit != "periods":
            continue
        seen.add(tuple(where.values()))
        told = {name: getattr(cells, name) for name in type(cells).model_fields}
        told["parties"] = _ANY.get(told.get("parties", ""), told.get("parties", ""))
        words, owner = each.words.format(**told), str(where[names[0]])
        unit = _unit(case, each, cells)
        yield Lever(each.kind, each.table, each.column, where, row, owner, Decimal(base), unit, words, whole)


def _unit(case: Case, each: Movable, row: Row) -> str:
    """Return the unit of a cell in words."""
    if each.unit == "own":
        return money_unit(case, case.funders[str(getattr(row, "funder", ""))].currency)
    if each.unit == "initiative":
        return money_unit(case, case.initiatives[str(getattr(row, "initiative", ""))].currency)
    if each.unit == "base":
        return money_unit(case, case.base)
    if each.unit == "rate":
        return f"{case.base} per {getattr(row, 'currency', '')}"
    return _EQUITY.get(str(getattr(row, "measure", "")), "initiatives") if each.unit == "measure" else each.unit


def _settings(case: Case, each: Movable) -> Iterator[Lever]:
    """Yield the levers of one setting, or of every weight."""
    section, _, name = each.column.rpartition(".")
    part: Any = getattr(case.settings, section) if section else case.settings
    idle = section == "buffer" and part.method not in _BEARING[name]
    values = part.weights if each.column == "weights" else {"": getattr(part, name)}
    for key, value in values.items() if not idle else ():
        if value:
            column, words = f"{each.column}.{key}" if key else each.column, each.words.format(key)
            yield Lever(each.kind, "case", column, {}, 0, key, Decimal(value), each.unit, words, each.whole)

"""The rules of a case, one per cell or per rule of its tables: what an explanation can name, lift and change.

Of each rule: how it is called and where it stands, what kind of rule it is, and how it may be changed. Rows of the
program are attached to them in `guarded`. Kinds `money` and `floor` may always give in a repair, `ceiling` (largest
shares, ratios, tolerances) where those do not suffice, the others only when asked for by `--relax`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from statistics import median
from typing import Any, Final

from ..inputs.case import Case
from ..inputs.levers import money_unit
from ..inputs.rows import Row
from ..inputs.tables import (
    TABLES,
    BudgetRow,
    ChoiceRow,
    EarmarkRow,
    EligibilityRow,
    EquityRow,
    FunderRow,
    GuaranteeRow,
    InitiativeRow,
    MatchingRow,
    MilestoneRow,
    PrecedenceRow,
)
from ..inputs.tables import CofundingRow as Cofunding
from ..inputs.texts import to_text
from ..results.explanation import Rule

RELAX: Final = ("dates", "status", "eligibility", "precedence", "ranking", "pauses", "completion")
"""The families of rules that may give only when asked for."""
ANY: Final = {"": "all parties", "each": "each party"}
SHARED: Final = ("received", "contributed")
Key = tuple[Any, ...]  # (table, column, what tells it from others)


@dataclass(frozen=True)
class Given:
    """A rule with its kind and, for a number, how it may be changed.

    `base` is the number, `up` says that more of it gives way, `size` what a relative change is measured by, `most` the
    largest relative change. `where` picks its rows. `ratio` tells that its rows weigh amounts that a plan decides.
    """

    rule: Rule
    kind: str
    base: Decimal | None = None
    up: bool = True
    whole: bool = False
    size: float = 1.0
    most: float = float("inf")
    ratio: bool = False
    where: Mapping[str, object] = field(default_factory=dict)


def rules_of(case: Case) -> dict[Key, Given]:
    """Return the rules of a case by (table, column, key), in table order."""
    found: dict[Key, Given] = {}
    for source in (_funders, _budgets, _initiatives, _milestones, _eligibility, _precedence, _scopes, _guarantees):
        found |= dict(source(case))
    found |= dict(_settings(case))
    if case.places is None:
        return found
    return {key: replace(given, rule=replace(given.rule, book=case.places.book)) for key, given in found.items()}


Found = Iterator[tuple[Key, Given]]


def _rule(
    family: str, words: str, owner: str, row: int | tuple[int, ...], table: str, column: str, value: Any, unit: str = ""
) -> Rule:
    return Rule(family, words, owner, table, (row,) if isinstance(row, int) else row, column, to_text(value), unit)


def _numbered(case: Case, model: type[Any]) -> Iterator[tuple[int, Any]]:
    """Yield the rows of a table as a spreadsheet numbers them."""
    rows = case.rows(model)
    return zip(case.numbered(table_of(model)), rows, strict=True)


def table_of(model: type[Any]) -> str:
    """Return the name of the table of a row model."""
    return next(name for name, each in TABLES.items() if each is model)


def _where(row: Row, table: str) -> dict[str, object]:
    return {name: getattr(row, name) for name in TABLES[table].KEY}


def _number(rule: Rule, kind: str, row: Row, base: Decimal | int, up: bool, **more: Any) -> Given:
    """Return a rule that is a number in a cell; what it may lose is all of it."""
    amount = float(base)
    size = amount or more.pop("size", 1.0)
    more.pop("size", None)
    most = more.pop("most", float("inf") if up else amount / size)
    where = more.pop("where", None) or _where(row, rule.table)
    return Given(rule, kind, Decimal(base), up, size=size, most=most, where=where, **more)


def _funders(case: Case) -> Found:
    for n, row in _numbered(case, FunderRow):
        f, unit = row.funder, money_unit(case, row.currency)

        def rule(family: str, words: str, column: str, unit: str, n: int = n, row: FunderRow = row) -> Rule:
            words = f"{words} of {row.funder}"
            return _rule(family, words, row.funder, n, "funders", column, getattr(row, column), unit)

        if row.min_ticket:
            ticket = rule("tickets", "minimum ticket", "min_ticket", unit)
            yield ("funders", "min_ticket", f), _number(ticket, "floor", row, row.min_ticket, False)
        if row.max_change is not None:
            change = rule("stability", "stability", "max_change", "of the appropriation")
            yield ("funders", "max_change", f), _number(change, "ceiling", row, row.max_change, True, size=0.1)
        if row.risk_tolerance is not None:
            risk = rule("risk", "risk tolerance", "risk_tolerance", "")
            most = (1 - float(row.risk_tolerance)) / (float(row.risk_tolerance) or 0.1)
            more = {"size": 0.1, "most": most, "ratio": True}
            yield ("funders", "risk_tolerance", f), _number(risk, "ceiling", row, row.risk_tolerance, True, **more)
        if row.contingency:
            held = rule("budgets", "contingency", "contingency", "of what is paid")
            yield ("funders", "contingency", f), Given(held, "fixed")


def typical(case: Case, funder: str) -> float:
    """Return a typical appropriation of a funder, to measure by where a limit is nothing."""
    own = [float(cycle.payments) for cycle in case.cycles.get(funder, ()) if cycle.payments]
    return median(own) if own else 1.0


def _budgets(case: Case) -> Found:
    for n, row in _numbered(case, BudgetRow):
        key, unit = (row.funder, row.cycle), money_unit(case, case.funders[row.funder].currency)
        name = f"of {row.funder}, cycle {row.cycle}"
        told = ("budgets", f"budget {name}", row.funder, n, "budgets", "payments", row.payments)
        held = f", of which {to_text(row.reserved)} reserved" if row.reserved else ""
        budget = _rule(*told, unit + held)
        usual = {"size": typical(case, row.funder)}
        yield ("budgets", "payments", key), _number(budget, "money", row, row.payments, True, **usual)
        if row.commitments is not None:
            words = f"commitment ceiling {name}"
            ceiling = _rule("commitments", words, row.funder, n, "budgets", "commitments", row.commitments, unit)
            yield ("budgets", "commitments", key), _number(ceiling, "money", row, row.commitments, True, **usual)
        if row.carry_over:
            words, most = f"carry-over {name}", (1 - float(row.carry_over)) / float(row.carry_over)
            carry = _rule("budgets", words, row.funder, n, "budgets", "carry_over", row.carry_over, "of the payments")
            yield ("budgets", "carry_over", key), _number(carry, "ceiling", row, row.carry_over, True, most=most)


def _initiatives(case: Case) -> Found:
    begun = {i for i, _ in case.approved.begun} if case.approved is not None else set()
    ranked: dict[str, list[tuple[int, InitiativeRow]]] = defaultdict(list)
    for n, row in _numbered(case, InitiativeRow):
        i = row.initiative

        def rule(words: str, column: str, n: int = n, row: InitiativeRow = row, unit: str = "") -> Rule:
            words = f"{words} of {row.initiative}"
            value = getattr(row, column)
            return _rule("milestones", words, row.initiative, n, "initiatives", column, value, unit)

        if row.status != "candidate":
            yield ("initiatives", "status", i), Given(rule("status", "status"), "status", where={"initiative": i})
        if row.complete and row.status == "candidate":
            given = Given(rule("completion", "complete"), "completion", where={"initiative": i})
            yield ("initiatives", "complete", i), given
        if row.max_pause is not None:
            given = Given(rule("longest pause", "max_pause", unit="periods"), "pauses", where={"initiative": i})
            yield ("initiatives", "max_pause", i), given
        if row.sunset and i not in begun:
            yield ("initiatives", "sunset", i), Given(rule("sunset", "sunset"), "dates", where={"initiative": i})
        if row.call and row.rank is not None and row.status == "candidate":
            ranked[row.call].append((n, row))
    for call, members in ranked.items():
        if len({row.rank for _, row in members}) > 1:
            value = " before ".join(row.initiative for _, row in sorted(members, key=lambda each: each[1].rank or 0))
            rows = tuple(n for n, _ in members)
            whole = _rule("ranking", f"ranking of call {call}", call, rows, "initiatives", "rank", value)
            yield ("initiatives", "rank", call), Given(whole, "ranking", where={"call": call})


DATES: Final = {"earliest_start": "earliest start", "latest_start": "latest start", "deadline": "deadline"}


def _milestones(case: Case) -> Found:
    begun = case.approved.begun if case.approved is not None else {}
    for n, row in _numbered(case, MilestoneRow):
        key = (row.initiative, row.milestone)
        for column, words in DATES.items() if key not in begun else ():
            if getattr(row, column):
                name = f"{words} of {'/'.join(key)}"
                date = _rule("milestones", name, row.initiative, n, "milestones", column, getattr(row, column))
                yield ("milestones", column, key), Given(date, "dates", where=_where(row, "milestones"))


def _eligibility(case: Case) -> Found:
    bars: dict[str, list[tuple[int, EligibilityRow]]] = defaultdict(list)
    confined: dict[str, list[int]] = defaultdict(list)
    for n, row in _numbered(case, EligibilityRow):
        if row.allow:
            for f in case.select_funders(row.funders):
                confined[f].append(n)
        else:
            bars[row.rule].append((n, row))
    for name, rows in bars.items():
        value = next((row.reason for _, row in rows if row.reason), "")
        rule = _rule("eligibility", f"red line {name}", name, tuple(n for n, _ in rows), "eligibility", "allow", value)
        where = {"rule": name, "allow": False}
        yield ("eligibility", "bar", name), Given(rule, "eligibility", where=where)
    for f, numbers in confined.items():
        words = f"what {f} is confined to"
        yield (
            ("eligibility", "allow", f),
            Given(_rule("eligibility", words, f, tuple(numbers), "eligibility", "allow", ""), "eligibility"),
        )


def precedence_key(case: Case, row: PrecedenceRow) -> Key | None:
    """Return (initiative, milestone, initiative, milestone, delay) of a precedence as the model's rows have it."""
    found = case.resolve(row)
    if found is None:
        return None
    first = case.milestone[found.pred_i, found.pred_m]
    delay = found.lag + (first.duration if found.type == "finish-start" else 0)
    return found.pred_i, found.pred_m, found.succ_i, found.succ_m, delay


def _precedence(case: Case) -> Found:
    rows: dict[Key, list[tuple[int, PrecedenceRow]]] = defaultdict(list)
    for n, row in _numbered(case, PrecedenceRow):
        key = precedence_key(case, row)
        if key is not None:
            rows[key].append((n, row))
    for key, of in rows.items():
        n, row = of[0]
        lag = f", lag {row.lag}" if row.lag else ""
        words = f"precedence of {row.predecessor} before {row.successor}"
        numbers = tuple(number for number, _ in of)
        rule = _rule("precedence", words, row.successor, numbers, "precedence", "predecessor", f"{row.type}{lag}")
        yield ("precedence", "predecessor", key), Given(rule, "precedence")


def _sides(row: Any) -> Iterator[tuple[str, Any]]:
    """Yield the bounds of a row that say something."""
    if row.at_least:
        yield "at_least", row.at_least
    if row.at_most is not None:
        yield "at_most", row.at_most


def _bound(
    family: str, table: str, name: str, words: str, row: Any, rows: tuple[int, ...], side: str, base: Any, **more: Any
) -> Given:
    """Return a floor or a ceiling of a rule."""
    unit, limit = str(more.pop("unit", "")), more.pop("limit", None)
    rule = _rule(family, words, name, rows, table, side, base, unit)
    if side == "at_least":
        return _number(rule, "floor", row, base, False, **more)
    size = float(base) or (1.0 if more.get("whole") else 0.1)
    if limit is not None:
        more["most"] = (limit - float(base)) / size
    return _number(rule, "ceiling", row, base, True, size=size, **more)


def _scopes(case: Case) -> Found:
    side_word = {"at_least": "floor", "at_most": "ceiling"}
    for at, (n, row) in enumerate(_numbered(case, Cofunding)):
        for side, base in _sides(row):
            words = f"co-funding {side_word[side]} {row.rule} on {row.funders}"
            more: dict[str, Any] = {"ratio": True, "limit": 1.0, "unit": "of the cost"}
            given = _bound("cofunding", "cofunding", row.rule, words, row, (n,), side, base, **more)
            yield ("cofunding", side, at), given
    for at, (n, row) in enumerate(_numbered(case, EquityRow)):
        counted = row.measure == "initiatives"
        for side, base in _sides(row):
            by = f" by {row.by}" if row.by else ""
            words = f"equity {side_word[side]} {row.rule} for {ANY.get(row.parties, row.parties)}{by}"
            more = {"ratio": not counted, "whole": counted, "unit": f"({row.measure})"}
            more |= {"limit": 1.0} if row.measure in SHARED else {}
            yield ("equity", side, at), _bound("equity", "equity", row.rule, words, row, (n,), side, base, **more)
    yield from _named(case, ChoiceRow, "choices", "choice", lambda _: {"whole": True, "unit": "initiatives"})
    yield from _named(case, EarmarkRow, "earmarks", "rule", lambda _: {"ratio": True, "limit": 1.0})


def _named(case: Case, model: type[Any], table: str, name: str, more: Callable[[Any], dict[str, Any]]) -> Found:
    """Yield the rules whose rows add up: those of one name are one rule."""
    groups: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for n, row in _numbered(case, model):
        groups[getattr(row, name)].append((n, row))
    called = {"choices": ("choice {}: at least", "choice {}: at most")}
    words = called.get(table, ("earmark floor {}", "earmark ceiling {}"))
    for label, of in groups.items():
        for side, text in zip(("at_least", "at_most"), words, strict=True):
            rows = [(n, row) for n, row in of if dict(_sides(row)).get(side) is not None]
            if not rows:
                continue
            pick = max if side == "at_least" else min
            base = pick(getattr(row, side) for _, row in rows)
            told = tuple(n for n, _ in rows)
            args = (table, table, label, text.format(label), rows[0][1], told, side, base)
            yield (table, side, label), _bound(*args, **more(rows[0][1]), where={name: label})


def _guarantees(case: Case) -> Found:
    unit = money_unit(case, case.base)
    for at, (n, row) in enumerate(_numbered(case, MatchingRow)):
        owner = row.rule
        ratio = _rule(
            "matching", f"matching ratio {owner}", owner, n, "matching", "ratio", row.ratio, "per unit of base"
        )
        yield ("matching", "ratio", at), _number(ratio, "ceiling", row, row.ratio, True, size=0.1, ratio=True)
        if row.cap is not None:
            cap = _rule("matching", f"cap of matching rule {owner}", owner, n, "matching", "cap", row.cap, unit)
            yield ("matching", "cap", at), _number(cap, "money", row, row.cap, True)
        if row.min_base:
            words = f"least base of matching rule {owner}"
            least = _rule("matching", words, owner, n, "matching", "min_base", row.min_base, unit)
            yield ("matching", "min_base", at), _number(least, "floor", row, row.min_base, False)
    for at, (n, row) in enumerate(_numbered(case, GuaranteeRow)):
        owner, words = row.guarantee, f"leverage of guarantee {row.guarantee}"
        leverage = _rule("guarantees", words, owner, n, "guarantees", "leverage", row.leverage)
        given = _number(leverage, "ceiling", row, row.leverage, True, ratio=True)
        yield ("guarantees", "leverage", at), given
        if row.cap is not None:
            cap = _rule("guarantees", f"cap of guarantee {owner}", owner, n, "guarantees", "cap", row.cap, unit)
            yield ("guarantees", "cap", at), _number(cap, "money", row, row.cap, True)


def _settings(case: Case) -> Found:
    goal, method = case.settings.objective, case.settings.buffer.method
    if goal.goal != "value" and goal.required_value:
        words, base = "required value", goal.required_value
        rule = _rule("objective", words, "", (), "case", "objective.required_value", base)
        size = abs(float(base)) or 1.0
        yield ("case", "required_value", ""), Given(rule, "floor", Decimal(base), False, size=size)
    if method != "none":
        rule = _rule("currency", "currency-risk buffers", "", (), "case", "buffer.method", method)
        yield ("case", "buffer", ""), Given(rule, "fixed")
    if case.approved is not None and case.approved.max_change is not None:
        most = case.approved.max_change
        moved = f"most money that may be moved, max_change {most.normalize():f}"
        yield ("", "moved", ""), Given(Rule("replanning", moved, "", "", (), "max_change", ""), "fixed")

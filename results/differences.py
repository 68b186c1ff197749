"""differences.csv: what a re-plan changes against the approved plan, initiative by initiative, and why.

    kept      the same milestones in the same periods at the same cost
    moved     the same milestones, some in other periods
    resized   other milestones, another level or another cost
    dropped   approved, and no longer funded              added   funded, and not approved

Costs are in the initiative's currency, `money_moved` is `Σ max(0, approved − pay)` over funders and free periods in
the base currency at reference rates; all in whole currency units. Source: results.md; model.md, rule 14.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from ..inputs.approved import Approved, Record, line_currency
from ..inputs.case import Case
from .approval import records
from .reasons import Reasons
from .verify_rows import RuleRow, money

COLUMNS = (
    *("initiative", "change", "approved_start", "start", "approved_finish", "finish"),
    *("approved_cost", "cost", "currency", "money_moved", "because"),
)
LEVEL = Fraction(1, 10**6)  # levels that are nearer than that are the same
Moved = tuple[str, str, int]  # funder, initiative, period


@dataclass(frozen=True)
class Shape:
    """An initiative in a plan: what is done of it, when (milestone → start and level), and its cost as text."""

    steps: Mapping[str, tuple[str, Fraction]]
    start: str
    finish: str
    cost: Decimal


def differences(
    case: Case, tables: Mapping[str, pd.DataFrame], rows: Sequence[RuleRow], factors: Mapping[str, Any]
) -> pd.DataFrame:
    """Return one row per initiative that is in the approved plan or in this one, as exact text.

    `tables` are those of a plan that holds, `rows` the rule rows of its audit; ValueError without an approved plan.
    """
    approved = case.approved
    if approved is None:
        raise ValueError("a case without an approved plan has nothing to differ from")
    was, now = shapes(case, approved.schedule), shapes(case, records(tables["schedule"]))
    changes = {name: change(was.get(name), now.get(name)) for name in case.initiatives if name in was or name in now}
    moved: dict[str, Fraction] = defaultdict(Fraction)
    for (_, name, _), amount in money_moved(case, approved, tables["funding"]).items():
        moved[name] += amount
    reasons = Reasons(case, approved, tables, rows, factors, changes)
    digits = case.minor_digits(case.base)
    cells = []
    for name, kind in changes.items():
        before, after = was.get(name), now.get(name)
        currency = case.initiatives[name].currency
        cells.append(
            (
                *(name, kind, before.start if before else "", after.start if after else ""),
                *(before.finish if before else "", after.finish if after else ""),
                *(str(each.cost) if each else "" for each in (before, after)),
                *(currency, money(moved[name], digits), reasons.why(name, bool(moved[name]))),
            )
        )
    return pd.DataFrame(cells, columns=list(COLUMNS), dtype=object)


def shapes(case: Case, schedule: Sequence[Record]) -> dict[str, Shape]:
    """Return the initiatives of which a schedule does something."""
    found: dict[str, list[Record]] = defaultdict(list)
    for row in schedule:
        if row["done"] == "true":
            found[row["initiative"]].append(row)
    return {
        name: Shape(
            {row["milestone"]: (row["start"], Fraction(row["level"])) for row in done},
            min((row["start"] for row in done), key=case.period),
            max((row["finish"] for row in done), key=case.period),
            sum((Decimal(row["cost"]) for row in done), Decimal(0)),
        )
        for name, done in found.items()
    }


def change(before: Shape | None, after: Shape | None) -> str:
    """Return what becomes of an initiative."""
    if before is None or after is None:
        return "added" if before is None else "dropped"
    pairs = [(step, after.steps.get(name)) for name, step in before.steps.items()]
    same = before.steps.keys() == after.steps.keys()
    if not same or any(now is not None and abs(now[1] - was[1]) > LEVEL for was, now in pairs):
        return "resized"
    if any(now is not None and now[0] != was[0] for was, now in pairs):
        return "moved"
    return "kept" if before.cost == after.cost else "resized"


def money_moved(case: Case, approved: Approved, funding: pd.DataFrame) -> dict[Moved, Fraction]:
    """Return by how much less is paid than was approved, exactly, in whole units of the base currency."""
    found: dict[Moved, Fraction] = defaultdict(Fraction)
    for (funder, line, t), amount in approved.ahead.items():
        currency = line_currency(case, line) or case.base
        worth = Fraction(amount, 10 ** case.minor_digits(currency)) * Fraction(case.reference_rate(currency))
        found[funder, line[0], t] += worth
    columns = (funding[name] for name in ("funder", "initiative", "period", "currency", "amount"))
    for funder, name, period, currency, amount in zip(*columns, strict=True):
        key = funder, name, case.period(period)
        if key in found:
            found[key] -= Fraction(amount) * Fraction(case.reference_rate(currency))
    return {key: amount for key, amount in found.items() if amount > 0}


def priced(case: Case, funding: pd.DataFrame) -> dict[str, float]:
    """Return the term of the objective that prices money moved; none where it has no price."""
    approved = case.approved
    if approved is None or not approved.price:
        return {}
    total = sum(money_moved(case, approved, funding).values(), Fraction(0))
    return {"money_moved": -float(Fraction(approved.price) * total / case.unit)}

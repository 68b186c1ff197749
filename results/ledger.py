"""Exact dues and amounts: what a schedule costs, in whole minor units of each line's currency.

Dues are rounded per milestone and line currency by largest remainder, so that they sum to the milestone's rounded cost;
what a milestone leaves over in a cell is handed on to the next one that falls into it. Source: model.md, "Money is
exact".
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..inputs.case import Case
from .decisions import Levels, LineKey, Starts


def half_up(value: Fraction) -> int:
    """Round to the nearest integer, halves away from zero."""
    sign = -1 if value < 0 else 1
    return sign * int((2 * abs(value) + 1) // 2)


def floor(value: Fraction) -> int:
    """Return the largest integer not above `value`."""
    return int(value.numerator // value.denominator)


def ceiling(value: Fraction) -> int:
    """Return the smallest integer not below `value`."""
    return -floor(-value)


def minor_text(amount: int, digits: int) -> str:
    """Return an amount of minor units as decimal text in whole currency units."""
    return format(Decimal(amount).scaleb(-digits), "f") if digits else str(amount)


def largest_remainder(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Return whole amounts within one of the exact ones, whose sum is that of the exact ones, rounded."""
    found = {name: floor(amount) for name, amount in exact.items()}
    order = sorted(exact, key=lambda name: (found[name] - exact[name], name))
    for name in order[: half_up(sum(exact.values(), Fraction(0))) - sum(found.values())]:
        found[name] += 1
    return found


@dataclass(frozen=True)
class Due:
    """What falls due on one line in one period: minor units of `currency`."""

    line: LineKey
    period: int
    currency: str
    amount: int


def line_currency(case: Case, initiative: str, party: str) -> str:
    """Return the currency in which a line falls due; `party` is "" in a real pot."""
    own = case.initiatives[initiative].currency
    return (case.parties[party].currency or own) if party else own


def line_shares(case: Case, initiative: str) -> dict[str, Fraction]:
    """Return {party: part of the cost} of an initiative's lines; {"": 1} in a real pot."""
    if case.pot(initiative) == "real":
        return {"": Fraction(1)}
    return {party: share for party, share in case.shares[initiative].items() if share > 0}


def escalation(factors: Mapping[str, Any], case: Case, initiative: str, t: int) -> Fraction:
    """Return the stored escalation factor of an initiative in a period (1 where none is stored)."""
    return Fraction(factors["escalation"].get(initiative, {}).get(case.label(t), "1"))


def milestone_due(
    case: Case, factors: Mapping[str, Any], initiative: str, milestone: str, start: int, level: Fraction
) -> dict[int, Fraction]:
    """Return {t: escalated cost that falls due at a level}, in `unit`s of the initiative's currency."""
    cost = next(Fraction(m.cost) for m in case.milestones[initiative] if m.milestone == milestone) * level
    return {
        start + o: cost * share * escalation(factors, case, initiative, start + o)
        for o, share in enumerate(case.profile(initiative, milestone))
        if share
    }


def dues(case: Case, factors: Mapping[str, Any], starts: Starts, levels: Levels) -> list[Due]:
    """Return every rounded due of a schedule; milestones without a level are done in full."""
    found: list[Due] = []
    for name, steps in case.milestones.items():
        if not any((name, step.milestone) in starts for step in steps):
            continue
        cells: dict[tuple[LineKey, int], int] = defaultdict(int)
        for parts in milestone_dues(case, factors, starts, levels, name).values():
            for cell, amount in parts.items():
                cells[cell] += amount
        found += [Due(line, t, line_currency(case, name, line[2]), a) for (line, t), a in cells.items() if a]
    return found


def begun(
    case: Case, factors: Mapping[str, Any], starts: Starts, levels: Levels, lines: Collection[LineKey]
) -> dict[LineKey, dict[int, int]]:
    """Return {line: {t: the whole due, over its life, of the milestones that begin in t}} of some lines."""
    found: dict[LineKey, dict[int, int]] = {line: {} for line in lines}
    for name in dict.fromkeys(line[0] for line in lines):
        for milestone, parts in milestone_dues(case, factors, starts, levels, name).items():
            start = starts[name, milestone]
            for (line, _), amount in parts.items():
                if line in found and amount:
                    found[line][start] = found[line].get(start, 0) + amount
    return found


def milestone_dues(
    case: Case, factors: Mapping[str, Any], starts: Starts, levels: Levels, name: str
) -> dict[str, dict[tuple[LineKey, int], int]]:
    """Return {milestone: {(line, t): whole due}} of one initiative's done milestones, in their order."""
    own = Fraction(case.reference_rate(case.initiatives[name].currency))
    shares = line_shares(case, name)
    currency = {party: line_currency(case, name, party) for party in shares}
    found: dict[str, dict[tuple[LineKey, int], int]] = {}
    carried: dict[tuple[LineKey, int], Fraction] = defaultdict(Fraction)
    for step in case.milestones[name]:
        key = (name, step.milestone)
        if key not in starts:
            continue
        parts = found[step.milestone] = {}
        by_period = milestone_due(case, factors, *key, starts[key], levels.get(key, Fraction(1)))
        for money in sorted(set(currency.values())):
            factor = own / Fraction(case.reference_rate(money)) * case.unit * 10 ** case.minor_digits(money)
            cells = {
                ((name, step.stage, party), t): due * share * factor
                for party, share in shares.items()
                if currency[party] == money
                for t, due in by_period.items()
            }
            parts |= _largest_remainder(cells, carried)
    return found


def _largest_remainder(
    cells: Mapping[tuple[LineKey, int], Fraction], carried: dict[tuple[LineKey, int], Fraction]
) -> dict[tuple[LineKey, int], int]:
    """Round one milestone's cells to sum to its rounded cost; `carried` is what earlier roundings left over."""
    wanted = {cell: exact + carried[cell] for cell, exact in cells.items()}
    amounts = {cell: max(0, floor(value)) for cell, value in wanted.items()}
    missing = half_up(sum(cells.values(), Fraction(0))) - sum(amounts.values())
    order = sorted(cells, key=lambda cell: (amounts[cell] - wanted[cell], cell))
    if missing < 0:
        order = [cell for cell in reversed(order) if amounts[cell] > 0]
    step = 1 if missing > 0 else -1
    for k in range(abs(missing)):
        amounts[order[k % len(order)]] += step
    for cell in cells:
        carried[cell] = wanted[cell] - amounts[cell]
    return amounts

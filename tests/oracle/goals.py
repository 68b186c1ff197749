"""What is sought, as costs to be least: value, public money, received by a group, least received per key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .book import number, text
from .payments import Payments
from .program import Key, Terms
from .rows_fairness import received
from .schedules import Floats, Schedules

Goal = Literal["value", "public_money", "received", "key", "waste"]
"""`waste` is the most that public funders can pay: it shows whether a tie-break has something to choose."""


@dataclass(frozen=True)
class Sought:
    """Cost = columns·x + begin·schedule; the levels of full milestones are their begin."""

    columns: Floats
    begin: Floats


def total_value(p: Payments) -> tuple[Terms, Floats]:
    """Columns and levels that are value: milestones and synergies, less the price of money that moves."""
    bonus: Terms = {key: 1.0 for key in p.columns if key[0] == "bonus"}
    price = 0.0 if p.data.past is None else number(p.data.past.price)
    away: Terms = {key: -price for key in p.columns if price and key[0] == "away"}
    return bonus | away | {key: -1.0 for key in p.columns if key[0] == "loss"}, p.work.worth


def outlay(p: Payments) -> Terms:
    """What public funders pay, with hedges and provisions, in base currency at reference rates."""
    public = [f for f, r in p.data.funders.items() if r["kind"] == "public"]
    terms: Terms = {key: 1.0 for f in public for key in p.by_funder[f]}
    for (f, _), use in p.use.items():
        if f in public:
            terms |= {key: factor for key, factor in use.items() if key[0] != "x"}
    return terms


def goal_rows(p: Payments) -> None:
    """The least value, the value to keep in a tie-break (its limit is set later), and the least per key."""
    terms, worth = total_value(p)
    less = {key: -factor for key, factor in terms.items()}
    if p.data.goal == "value":
        p.tie = p.row("", less | {("s", "tie"): -1.0}, level=worth, only="tie_break")
    else:
        objective = p.data.settings.get("objective", {})
        least = number(objective.get("required_value"))
        p.row("required_value", less | {("s", "required_value"): -1.0}, -least, level=worth)
    if p.data.goal == "key":
        for party, key in p.data.keys.items():
            p.row("", {("least",): key}, level=received(p.work, {party}, p.data.T))


def sought(p: Payments, goal: Goal) -> Sought:
    """The costs of a goal; what is to be largest counts negative."""
    columns: dict[Key, float] = {}
    level = np.zeros(p.work.size)
    if goal == "value":
        terms, worth = total_value(p)
        columns, level = {key: -factor for key, factor in terms.items()}, -worth
    elif goal == "public_money":
        columns = outlay(p)
    elif goal == "waste":
        columns = {key: -1.0 for key in outlay(p) if key[0] == "x"}
    elif goal == "received":
        level = -received(p.work, p.data.pick_parties(group(p)), p.data.T)
    else:
        columns = {("least",): -1.0}
    columns |= {key: float(level[key[1]]) for key in p.columns if key[0] == "level"}
    costs = np.zeros(len(p.columns))
    for key, factor in columns.items():
        costs[p.columns[key]] = factor
    return Sought(costs, np.where(p.work.partial, 0.0, level))


def group(p: Payments) -> str:
    return text(p.data.settings.get("objective", {}).get("group"))


def at_best(p: Payments, goal: Goal, found: Schedules, drop: frozenset[str]) -> Floats:
    """A cost that no payments of a schedule undercut: with all levels where they are best."""
    work = p.work
    least = np.ones(work.size) if "levels" in drop else work.least
    if goal == "value":
        total = found.linear(np.maximum(work.worth, work.worth * least))
        for r in p.data.rows("synergies") if "synergies" not in drop else ():
            steps = [
                (i, k) for i in p.data.pick_initiatives(r["initiatives"]) for k in range(len(p.data.milestones[i]))
            ]
            done = sum((found.linear(work.milestone(*step)) for step in steps), np.zeros(len(found.pick)))
            total += number(r["value"]) * (done > len(steps) - 0.5)
        return -total
    if goal == "received":
        return -found.linear(received(work, p.data.pick_parties(group(p)), p.data.T))
    if goal == "key":
        per_key = [found.linear(received(work, {q}, p.data.T)) / key for q, key in p.data.keys.items()]
        return -np.asarray(np.min(per_key, axis=0))
    return np.zeros(len(found.pick))


def settled(p: Payments, goal: Goal, drop: frozenset[str]) -> bool:
    """Whether `at_best` is the cost itself, because it depends on the schedule alone."""
    if p.data.past is not None and p.data.past.price:
        return False
    return goal in ("value", "received", "key") and ("levels" in drop or not p.work.partial.any())


def least_value(p: Payments, drop: frozenset[str]) -> float | None:
    """The value that a plan must have at least, if any."""
    if "tie_break" in drop:
        return -float(p.limits[p.tie])
    if p.data.goal == "value" or "required_value" in drop:
        return None
    return number(p.data.settings.get("objective", {}).get("required_value"))

"""Random re-plans: a tiny case with a plan worth approving, and what has changed since.

What has begun keeps its cost, shares and order: a change of those is refused, not planned (tests of the input check).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .book import Tables, given, number, text
from .data import Data
from .draft import Draft, Row, levelled
from .draw_more import draw_choice
from .draw_payments import draw_cofunding, draw_earmark, draw_equity
from .families import MEASURES
from .generator import FEATURES, SECOND, draw, is_lively, payers_exist
from .oracle import Oracle
from .past import Records, Step


@dataclass(frozen=True)
class Asked:
    """A re-plan as it is asked for: the changed tables, the first free period, and how far money may move."""

    tables: Tables
    frozen_until: str
    max_change: float | None
    price: float | None


@dataclass
class News:
    """A case on the way to its change; `begun` are milestones, `first` is the first free period."""

    d: Draft
    data: Data
    first: int
    begun: set[Step]

    def later(self) -> list[Row]:
        """The milestones that have not begun."""
        return [m for m in self.d.rows("milestones") if (m["initiative"], m["milestone"]) not in self.begun]

    def scale(self, row: Row, column: str, low: float, high: float) -> None:
        row[column] = f"{number(row[column]) * self.d.some(low, high):.3f}"


def approvable(seed: int) -> Oracle:
    """A plain random case that has a plan with something in it."""
    features = [f for f in FEATURES if f != "infeasible"]
    for attempt in range(50):
        rng = random.Random(f"re-plan {seed} {attempt}")
        d = draw(rng, features[seed % len(features)], SECOND[seed % len(SECOND)], frozenset({"goal:public_money"}))
        oracle = Oracle(d.settings, {name: levelled(rows) for name, rows in d.tables.items() if rows})
        if payers_exist(oracle.data) and len(oracle.schedules(frozenset({"equity"})).pick) and is_lively(oracle):
            return oracle
    raise ValueError(f"no plan for seed {seed}")


def changed(rng: random.Random, oracle: Oracle, schedule: Records) -> Asked:
    """One to three changes of a case whose approved schedule is known."""
    tables = {name: [dict(r) for r in rows] for name, rows in oracle.tables.items()}
    data = Data(oracle.settings, tables)
    starts = {(r["initiative"], r["milestone"]): data.period(r["start"]) or 0 for r in schedule if r["done"] == "true"}
    first = rng.choice([2, 2, *range(1, data.T + 1)])
    news = News(
        *(Draft(rng, set(), dict(oracle.settings), tables), data, first),
        {step for step, t in starts.items() if t < first},
    )
    for change in rng.sample(CHANGES, rng.choice([1, 2, 2, 3])):
        change(news)
    share = rng.choice([None, None, 0.0, 1.0, *(news.d.some(0.05, 0.7) for _ in range(4))])
    exact = oracle.goal == "value" and int(oracle.settings["unit"]) > 1_000
    price = news.d.some(0.1, 1.2) if exact and rng.random() < 0.6 else None
    return Asked({n: levelled(rows) for n, rows in tables.items() if rows}, news.d.label(first), share, price)


def budgets(n: News) -> None:
    """Less or more money in one or two cycles, of the future as a rule."""
    rows = n.d.rows("budgets")
    free = [r for r in rows if (n.data.period(r["last_period"]) or 0) >= n.first]
    for row in n.d.rng.sample(free or rows, min(2, len(free or rows))):
        was = number(row.get("reserved"))
        row["payments"] = f"{was + (number(row['payments']) - was) * n.d.some(0.4, 1.8):.3f}"


def costs(n: News) -> None:
    """What has not begun becomes dearer or cheaper."""
    for m in n.later():
        if n.d.maybe(0.5):
            n.scale(m, "cost", 0.6, 1.7)


def values(n: News) -> None:
    table, column = ("criteria", "score") if n.d.rows("criteria") else ("milestones", "value")
    for row in n.d.rng.sample(n.d.rows(table), min(2, len(n.d.rows(table)))):
        n.scale(row, column, -0.5, 2.5)


def dates(n: News) -> None:
    """Earliest starts and deadlines of what has not begun; a deadline of what has is over, and changes nothing."""
    for m in n.later():
        if n.d.maybe(0.4):
            m["earliest_start"] = n.d.label(n.d.rng.randint(n.first, n.data.T))
            m["latest_start"] = m["deadline"] = ""
        elif n.d.maybe(0.4):
            m["deadline"] = n.d.label(n.d.rng.randint(n.first, n.data.T))
            m["earliest_start"] = m["latest_start"] = ""
    for row in n.d.rows("initiatives"):
        if n.d.maybe(0.15):
            row["sunset"] = n.d.label(n.d.rng.randint(n.first, n.data.T))


def status(n: News) -> None:
    row = n.d.rng.choice(n.d.rows("initiatives"))
    row["status"] = n.d.rng.choice(["excluded", "excluded", "mandatory"])


def red_line(n: News) -> None:
    """A funder may no longer pay for something; now and then for what it has paid already."""
    where = [m["initiative"] for m in n.later()] if n.d.maybe(0.7) else []
    names = where or [r["initiative"] for r in n.d.rows("initiatives")]
    funder = n.d.rng.choice(n.d.rows("funders"))["funder"]
    n.d.add("eligibility", rule="new", funders=funder, initiatives=n.d.rng.choice(names), allow="false")


def rule(n: News) -> None:
    """A new rule on what is paid over the whole life, the past included."""
    kind = n.d.rng.choice([draw_cofunding, draw_earmark, draw_choice, None])
    if kind is None:
        draw_equity(n.d, n.d.rng.choice([m for m in MEASURES if m != "key"]))
    else:
        kind(n.d)


def newcomer(n: News) -> None:
    """An initiative like another one, dearer or cheaper, that starts later."""
    like, name = n.d.rng.choice(n.d.rows("initiatives"))["initiative"], "I9"
    for table in ("initiatives", "milestones", "cost_profile", "shares", "criteria"):
        for row in [r for r in n.d.rows(table) if r["initiative"] == like]:
            fresh = n.d.add(table, **(row | {"initiative": name}))
            if table == "initiatives":
                fresh |= {"status": "", "sunset": "", "call": "", "rank": ""}
            elif table == "milestones":
                fresh |= {"earliest_start": "", "latest_start": "", "deadline": ""}
                n.scale(fresh, "cost", 0.5, 1.2)


def payers(n: News) -> None:
    """Ceilings, tickets and reserves of one payer."""
    for table, columns in (("budgets", ("commitments",)), ("funders", ("min_ticket", "contingency", "max_change"))):
        for row in n.d.rows(table):
            for column in columns:
                if given(row, column) and n.d.maybe(0.6):
                    n.scale(row, column, 0.6, 1.4)


def rates(n: News) -> None:
    """A planning rate of a free period."""
    row, t = n.d.rng.choice(n.d.rows("currencies")), n.d.rng.randint(n.first, n.data.T)
    others = [r for r in n.d.rows("rates") if (r["currency"], n.data.period(r["period"])) != (row["currency"], t)]
    rate = f"{number(row['rate']) * n.d.some(0.7, 1.4):.6f}"
    n.d.tables["rates"] = [*others, {"currency": text(row["currency"]), "period": n.d.label(t), "rate": rate}]


CHANGES = (budgets, budgets, budgets, costs, values, dates, status, red_line, rule, newcomer, payers, rates)


def records(tables: Mapping[str, Any]) -> dict[str, Records]:
    """The tables of a run that say what was approved, row by row."""
    names = ("schedule", "funding", "currency", "commitments", "guarantees")
    return {name: tables[name].to_dict("records") if name in tables else [] for name in names}

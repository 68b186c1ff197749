"""Variations of random tiny cases for the invariants: what must keep, lower or raise an optimum.

A case is drawn as the oracle's generator draws it, but without asking that its feature be binding: that is
what makes it cheap. Runs of drawn cases are kept, so that properties which share a seed share the solve.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible, InputError
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Run

from .oracle.data import Data
from .oracle.draft import levelled
from .oracle.generator import FEATURES, draw

Rows = list[dict[str, Any]]
CENTS = 1e-6  # the gap of an optimum that hangs on cents: of money, or of a level
NO_PLAN = -math.inf
MONEY = {
    "budgets": ("payments", "reserved", "commitments"),
    "milestones": ("cost",),
    "funders": ("min_ticket",),
    "matching": ("cap", "min_base"),
    "guarantees": ("cap",),
}
LINK, FINISH = ("predecessor", "successor", "type"), "finish-start"
IN_BASE = {"matching": ("cap", "min_base"), "guarantees": ("cap",)}


@dataclass(frozen=True)
class Tiny:
    """The plain settings and tables of a tiny case."""

    settings: dict[str, Any]
    tables: dict[str, Rows]

    @property
    def data(self) -> Data:
        return Data(self.settings, self.tables)

    @property
    def case(self) -> Case:
        return case_from_tables(self.settings, self.tables)

    def but(self, **tables: Rows) -> Tiny:
        """The case with other tables; one without rows is left out."""
        kept = {name: levelled(rows) for name, rows in {**self.tables, **tables}.items() if rows}
        return Tiny(self.settings, kept)

    def under(self, **settings: Any) -> Tiny:
        """The case with other settings."""
        return Tiny({**self.settings, **settings}, self.tables)

    def column(self, table: str, column: str, change: Callable[[str], str]) -> Rows:
        """The rows of a table with one column changed where it is filled."""
        rows = self.tables.get(table, [])
        return [r | ({column: change(str(r[column]))} if r.get(column) else {}) for r in rows]


@cache
def tiny(seed: int) -> Tiny:
    """A valid tiny case; the seed picks the featured rule family."""
    feature = FEATURES[seed % len(FEATURES)]
    for attempt in range(50):
        draft = draw(random.Random(f"invariants {seed} {attempt}"), feature)
        found = Tiny(draft.settings, {}).but(**draft.tables)
        if is_sound(found):
            return found
    raise ValueError(f"no valid case for seed {seed}")


def is_sound(found: Tiny) -> bool:
    try:
        return bool(found.case)
    except InputError:
        return False


@cache
def solved(seed: int) -> Run | None:
    """The run of the tiny case of a seed; None if it has no plan."""
    return plan(tiny(seed).case)


def plan(case: Case) -> Run | None:
    """The proven optimum of a case; None if it is infeasible."""
    try:
        run = solve(case, SolveOptions(gap=CENTS if counts_cents(case) else 0.0, threads=1))
    except Infeasible:
        return None
    assert run.report.status.value == "optimal"
    assert run.plan is not None
    return run


def counts_cents(case: Case) -> bool:
    """Whether the objective depends on payments or levels, which are rounded, and not on the schedule alone."""
    partial = any(m.min_level < 1 for steps in case.milestones.values() for m in steps)
    return partial or case.settings.objective.goal != "value"


def worth(run: Run | None) -> float:
    """The objective, minus infinity where there is no plan; the more the better, so public money counts negative."""
    if run is None:
        return NO_PLAN
    assert run.report.objective is not None
    return run.report.objective * (-1 if run.case.settings.objective.goal == "public_money" else 1)


def optimum(found: Tiny) -> float:
    """The optimum of a case; input that contradicts itself has no plan, any other fault is an error."""
    try:
        case = found.case
    except InputError as error:
        if all(fault.severity == "contradiction" for fault in error.faults):
            return NO_PLAN
        raise
    return worth(plan(case))


def scaled(found: Tiny, factor: Decimal) -> dict[str, Rows]:
    """The tables that hold money, with every amount times a factor."""
    tables = dict(found.tables)
    for table, columns in MONEY.items():
        for column in columns:
            if table in tables:
                tables[table] = Tiny({}, tables).column(table, column, lambda t: f"{Decimal(t) * factor:f}")
    return {table: tables[table] for table in MONEY if table in tables}


def shuffled(found: Tiny, rng: random.Random) -> Tiny:
    """The same case with the rows of every table in another order."""
    return found.but(**{name: rng.sample(rows, len(rows)) for name, rows in found.tables.items()})


def unhedged(found: Tiny) -> Tiny:
    """The case without any hedging."""
    rows = found.tables["currencies"]
    return found.but(currencies=[{k: v for k, v in r.items() if k != "hedge_cost"} for r in rows])


def risky(found: Tiny) -> Tiny:
    """The case with an additive buffer and a volatility of every currency."""
    rows = [r | {"volatility": r.get("volatility") or "0.11"} for r in found.tables["currencies"]]
    return found.under(buffer={"method": "additive"} | dict(found.data.buffer)).but(currencies=rows)


def undrawn(found: Tiny) -> Tiny:
    """The case without scenarios: they are drawn by currency, and another base would draw others."""
    buffer = dict(found.data.buffer)
    return found.under(buffer=buffer | {"method": "budgeted"}) if found.data.method == "cvar" else found


def restated(found: Tiny, base: str) -> Tiny:
    """The same case with another base currency b.

    Rates: R'(c) = R(c)/R(b). Log rates against b are x_c − x_b, so that with Σ the covariance against the old
    base (0 for the old base itself) Σ'(c,d) = Σ(c,d) − Σ(c,b) − Σ(d,b) + Σ(b,b).
    """
    data = found.data
    others = [data.base, *(r["currency"] for r in found.tables["currencies"] if r["currency"] != base)]

    def old(c: str, d: str) -> float:
        rho = 1.0 if c == d else data.correlation(c, d)
        return rho * data.volatility(c) * data.volatility(d)

    def new(c: str, d: str) -> float:
        return old(c, d) - old(c, base) - old(d, base) + old(base, base)

    sigma = {c: math.sqrt(max(new(c, c), 0.0)) for c in others}
    currencies, rates, correlations = [], [], []
    for c in others:
        rate = exact_rate(found, c) / exact_rate(found, base)
        currencies.append({"currency": c, "rate": decimal(rate), "volatility": f"{sigma[c]:.15f}"})
        for t in range(1, data.T + 1):
            cash = exact_rate(found, c, t) / exact_rate(found, base, t)
            rates.append({"currency": c, "period": found.case.label(t), "rate": decimal(cash)})
        for d in others[: others.index(c)]:
            if sigma[c] * sigma[d] > 0:
                rho = min(1.0, max(-1.0, new(c, d) / (sigma[c] * sigma[d])))
                correlations.append({"currency_a": c, "currency_b": d, "correlation": f"{rho:.15f}"})
    changed = {"currencies": currencies, "rates": rates, "correlations": correlations}
    for table, columns in IN_BASE.items():
        for column in columns:
            there = found.but(**changed).column(table, column, lambda t: decimal(Fraction(t) / exact_rate(found, base)))
            changed[table] = there
    return found.under(currency=base).but(**changed)


def exact_rate(found: Tiny, currency: str, t: int | None = None) -> Fraction:
    """Base currency per unit: the planning rate of period t, or the reference rate."""
    data = found.data
    if currency == data.base:
        return Fraction(1)
    for r in data.rows("rates"):
        if t is not None and r["currency"] == currency and data.period(r["period"]) == t:
            return Fraction(str(r["rate"]))
    return next(Fraction(str(r["rate"])) for r in data.rows("currencies") if r["currency"] == currency)


def decimal(value: Fraction) -> str:
    """A positive number with 25 decimals."""
    whole, part = divmod(round(value * 10**25), 10**25)
    return f"{whole}.{part:025d}"


def restrictions(found: Tiny, rng: random.Random) -> Iterator[tuple[str, Tiny]]:
    """The case with one rule more, once for every family of rules that only forbid.

    A finish-start precedence also weighs the successor's value by one more gate. That raises the worth of a
    negative value, so that such cases get a start-start one.
    """
    data, tables = found.data, found.tables
    initiatives, funders = list(data.initiatives), list(data.funders)
    some = {"initiatives": rng.choice(["", *initiatives])}

    def more(table: str, **row: Any) -> Rows:
        return [*tables.get(table, []), row]

    def bounds(low: float, high: float) -> dict[str, str]:
        return {rng.choice(["at_least", "at_most"]): f"{rng.uniform(low, high):.3f}"}

    red = {"rule": "added", "funders": rng.choice(funders), "allow": "false"} | some
    yield "red line", found.but(eligibility=more("eligibility", **red))
    first, second = sorted(rng.sample(initiatives, 2))
    negative = any(data.value(i, m) < 0 for i, steps in data.milestones.items() for m in steps)
    order = {"predecessor": first, "successor": second, "lag": rng.choice(["0", "1"])}
    order["type"] = "start-start" if negative else rng.choice(["finish-start", "start-start"])
    links = tables.get("precedence", [])
    alike = [
        r for r in links if (r["predecessor"], r["successor"], r.get("type") or FINISH) == tuple(order[k] for k in LINK)
    ]
    order["lag"] = str(int(order["lag"]) + max((int(r["lag"]) for r in alike), default=0))
    yield "precedence", found.but(precedence=[*(r for r in links if r not in alike), order])
    members = [{"group": "added", "kind": "initiative", "member": i} for i in (first, second)]
    groups = [*tables.get("groups", []), *members]
    choice = {"choice": "added", "initiatives": "added", rng.choice(["at_least", "at_most"]): "1"}
    yield "choice", found.but(groups=groups, choices=more("choices", **choice))
    part = {"rule": "added", "funders": rng.choice([*funders, "public"])} | some | bounds(0.1, 0.9)
    yield "co-funding", found.but(cofunding=more("cofunding", **part))
    measure = rng.choice(["received", "contributed", "geo_return", "key"])
    fair = {"rule": "added", "measure": measure, "parties": rng.choice(list(data.keys))}
    wide = bounds(0.2, 0.5) if measure in ("received", "contributed") else bounds(0.7, 1.2)
    yield "equity", found.but(equity=more("equity", **fair, **wide))
    mark = {"rule": "added", "funders": rng.choice([*funders, ""]), "initiatives": first} | bounds(0.2, 0.6)
    yield "earmark", found.but(earmarks=more("earmarks", **mark))

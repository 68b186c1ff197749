"""Problems that the model contains, drawn at random, against textbook algorithms of a few lines each.

The 0-1 knapsack with one or two constraints against dynamic programming over capacities; scheduling under
precedence (start-start, lag 0) against enumeration, and with money for everything against the best closure.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import verify

from .orlib import Knapsack, Rows, knapsack_case

FEW = settings(derandomize=True, deadline=None, max_examples=25, database=None)
Arcs = list[tuple[int, int]]


def optimum(case: Case) -> float:
    """The proven and verified optimum of a case that has one."""
    run = solve(case, SolveOptions(gap=0.0, threads=1))
    assert run.report.status.value == "optimal"
    assert verify(run).holds
    assert run.report.objective is not None
    return run.report.objective


@FEW
@given(
    items=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=8),
    capacities=st.lists(st.integers(0, 30), min_size=1, max_size=2),
)
def test_knapsack_is_dynamic_programming(items: list[tuple[int, int, int]], capacities: list[int]) -> None:
    """Budgets are met to the euro, so that a bound that is exactly full is no less than one with room."""
    best: dict[tuple[int, ...], int] = {tuple(0 for _ in capacities): 0}
    for profit, *uses in items:
        for used, value in list(best.items()):
            more = tuple(u + w for u, w in zip(used, uses, strict=False))
            if all(u <= c for u, c in zip(more, capacities, strict=True)):
                best[more] = max(best.get(more, 0), value + profit)
    columns = [tuple(Decimal(item[1 + j]) for item in items) for j in range(len(capacities))]
    profits = tuple(Decimal(item[0]) for item in items)
    limits = tuple(Decimal(c) for c in capacities)
    problem = Knapsack("drawn", Decimal(max(best.values())), profits, tuple(columns), limits)
    assert optimum(knapsack_case(problem)) == pytest.approx(max(best.values()))


def scheduling_case(values: list[int], costs: list[int], arcs: Arcs, budgets: list[int], rate: int) -> Case:
    """One payer with a budget per year; for each arc, b may start once a has."""
    years = [str(2027 + n) for n in range(len(budgets))]
    blocks = [f"B{b}" for b in range(len(values))]
    given = {"duration": 1, "order": 1, "milestone": "dig"}
    tables: dict[str, Rows] = {
        "funders": [{"funder": "P", "kind": "public", "currency": "EUR"}],
        "budgets": [
            {"funder": "P", "cycle": y, "first_period": y, "last_period": y, "payments": b}
            for y, b in zip(years, budgets, strict=True)
        ],
        "initiatives": [{"initiative": b, "currency": "EUR"} for b in blocks],
        "milestones": [
            {"initiative": b, "cost": c, "value": v, **given} for b, c, v in zip(blocks, costs, values, strict=True)
        ],
        "precedence": [
            {"predecessor": blocks[a], "successor": blocks[b], "type": "start-start", "lag": 0} for a, b in arcs
        ],
    }
    about = {"name": "pit", "currency": "EUR", "first_period": "2027", "periods": len(budgets)}
    filled = {name: rows for name, rows in tables.items() if rows}
    return case_from_tables({**about, "discount_rate": rate}, filled)


def best_schedule(values: list[int], costs: list[int], arcs: Arcs, budgets: list[int], rate: int) -> float:
    """The best of all ways to give each block a year, or none (the year after the last)."""
    never, best = len(budgets), 0.0
    for years in product(range(never + 1), repeat=len(values)):
        dug = [(year, b) for b, year in enumerate(years) if year < never]
        if any(years[b] < never and years[a] > years[b] for a, b in arcs):
            continue
        if any(sum(costs[b] for y, b in dug if y == year) > budgets[year] for year in range(never)):
            continue
        best = max(best, sum(values[b] / (1 + rate) ** year for year, b in dug))
    return best


@st.composite
def pits(draw: st.DrawFn) -> tuple[list[int], list[int], Arcs]:
    """Blocks with values and costs, and arcs from lower to higher numbers."""
    count = draw(st.integers(2, 5))
    values = draw(st.lists(st.integers(-9, 14), min_size=count, max_size=count))
    costs = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    return values, costs, draw(st.lists(st.sampled_from(pairs), unique=True, max_size=6))


@FEW
@given(pits(), st.lists(st.integers(0, 9), min_size=1, max_size=3), st.integers(0, 1))
def test_pit_scheduling_is_enumeration(pit: tuple[list[int], list[int], Arcs], budgets: list[int], rate: int) -> None:
    assert optimum(scheduling_case(*pit, budgets, rate)) == pytest.approx(best_schedule(*pit, budgets, rate))


@FEW
@given(pits(), st.integers(1, 3))
def test_scheduling_with_plenty_of_money_is_the_best_closure(
    pit: tuple[list[int], list[int], Arcs], periods: int
) -> None:
    """Without discounting and with money for everything, the years do not matter: a set closed under arcs."""
    values, costs, arcs = pit
    closures = (
        chosen for chosen in product((0, 1), repeat=len(values)) if all(chosen[a] >= chosen[b] for a, b in arcs)
    )
    best = max(sum(v * x for v, x in zip(values, chosen, strict=True)) for chosen in closures)
    assert optimum(scheduling_case(*pit, [sum(costs)] * periods, 0)) == pytest.approx(best)

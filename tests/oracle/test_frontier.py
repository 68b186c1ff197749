"""Points of frontiers against brute force: each is the best of its goal at its value, and nothing beats it.

For a point of value v that reaches g of a goal, the oracle tries all schedules: at value v nothing reaches more than g,
and at more than v nothing reaches g. End points are those of the oracle's payoff table.
"""

from __future__ import annotations

import itertools
import os

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import UsageError
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.frontier import frontier
from fundalign.optimizer.solve import SolveOptions
from fundalign.results.frontier import EXCLUDED, Frontier, Point
from fundalign.results.verify import verify

from ..models.small import small
from .generator import random_oracle
from .oracle import Oracle

SEEDS = range(0, int(os.environ.get("FRONTIER_CASES", "48")), 6)  # `make oracle` goes on to 72
MORE = 1e-4
"""How much more of value, or of a ratio, is asked for to see that there is none; relative."""
CENTS = 1e-4
"""What rounding to cents may move, in units of 1 000 at least; a cent for each payment where there are more of them."""
EXACTLY = 1e-8
"""How far, relatively, what is proved of a point's plan before it is rounded may be from the oracle's best."""


def whole(seed: int) -> Oracle | None:
    """A random case with plans and whole milestones, whose goal is left to the test."""
    oracle = random_oracle(seed)
    settings = {**oracle.settings, "objective": {"goal": "value"}}
    found = Oracle(settings, oracle.tables)
    lively = found.best.status == "optimal" and found.best.objective > 0
    return found if lively and not found.work.partial.any() else None


def with_goal(oracle: Oracle, **objective: object) -> Oracle:
    return Oracle({**oracle.settings, "objective": objective}, oracle.tables)


def with_floor(oracle: Oracle, ratio: float) -> Oracle:
    row = {"rule": "least return", "measure": "geo_return", "parties": "each", "at_least": f"{ratio:.9f}"}
    tables = {**oracle.tables, "equity": [*oracle.tables.get("equity", []), row]}
    return Oracle(oracle.settings, tables)


def traced(oracle: Oracle, against: str) -> tuple[Case, Frontier] | None:
    """The frontier of the oracle's case, each point of which verifies; None where the goal means nothing in it."""
    case = case_from_tables(dict(oracle.settings), dict(oracle.tables))
    try:
        found = frontier(case, against, points=4, options=SolveOptions(gap=0, threads=1))
    except UsageError:
        return None
    for point in found.points:
        assert point.run is not None, point
        assert verify(point.run).holds
        assert point.dominance == EXCLUDED, point
    best = oracle.best.objective
    assert found.points[0].value == pytest.approx(best, rel=1e-6)
    return case, found


def rounding(case: Case, point: Point) -> float:
    """Return what rounding may move of a point: a cent for each payment, every one of which is rounded by itself."""
    assert point.run is not None
    assert point.run.plan is not None
    return max(CENTS * case.unit, 0.01 * len(point.run.plan.tables["funding"]))


def reaches(oracle: Oracle, unit: float) -> float | None:
    return oracle.best.objective * unit if oracle.best.status == "optimal" else None


@pytest.mark.parametrize("goal", ["public_money", "received", "key"])
def test_points_of_a_goal_are_the_best_at_their_value(goal: str) -> None:
    seen = 0
    for seed in SEEDS:
        oracle = whole(seed)
        group = {"group": "A"} if goal == "received" else {}
        ran = None if oracle is None else traced(oracle, "received:A" if goal == "received" else goal)
        if oracle is None or ran is None:
            continue
        case, found = ran
        sense = -1 if goal == "public_money" else 1
        seen += 1
        for point in found.points:
            assert point.value is not None
            assert point.goal is not None
            near = rounding(case, point)
            at = with_goal(oracle, goal=goal, required_value=point.value - MORE * abs(point.value) / 100, **group)
            best = reaches(at, case.unit)
            assert best == pytest.approx(point.goal, abs=near), (seed, point)
            if goal == "public_money":
                assert point.run is not None
                bound = point.run.report.bound
                assert best is not None
                assert bound is not None
                assert best - near <= bound <= best * (1 + EXACTLY) + 1e-6, (seed, point)  # never above the best
            more = with_goal(oracle, goal=goal, required_value=point.value * (1 + MORE) + MORE, **group)
            beyond = reaches(more, case.unit)
            assert beyond is None or sense * (point.goal - beyond) > 0, (seed, point)
        least = with_goal(oracle, goal=goal, required_value=0, **group)
        assert found.points[-1].goal == pytest.approx(reaches(least, case.unit), abs=CENTS * case.unit), seed
    assert seen >= 3


def test_points_of_the_return_are_the_most_valuable_at_their_return() -> None:
    seen = 0
    for seed in SEEDS:
        oracle = whole(seed)
        ran = None if oracle is None else traced(oracle, "geo_return")
        if oracle is None or ran is None:
            continue
        seen += 1
        for point in ran[1].points:
            assert point.value is not None
            assert point.goal is not None
            if point.goal == float("inf"):
                continue
            at = with_floor(oracle, point.goal * (1 - MORE)).best
            assert at.objective == pytest.approx(point.value, rel=1e-6), (seed, point)
            more = with_floor(oracle, point.goal * (1 + MORE) + MORE).best
            assert more.status == "infeasible" or more.objective < point.value - 1e-6, (seed, point)
    assert seen >= 3


def test_points_of_confidence_are_the_most_valuable_at_their_confidence() -> None:
    seen = 0
    for seed in SEEDS:
        oracle = whole(seed)
        if oracle is None or oracle.settings.get("buffer", {}).get("method", "none") not in ("additive", "budgeted"):
            continue
        case = case_from_tables(dict(oracle.settings), dict(oracle.tables))
        found = frontier(case, "confidence", points=3, options=SolveOptions(gap=0, threads=1))
        values = []
        for point in found.points:
            assert point.value is not None
            assert point.goal is not None
            buffer = {**oracle.settings["buffer"], "confidence": point.goal}
            at = Oracle({**oracle.settings, "buffer": buffer}, oracle.tables).best
            assert at.objective == pytest.approx(point.value, rel=1e-6), (seed, point)
            values.append(point.value)
        assert values == sorted(values, reverse=True), "surer plans are worth no more"
        seen += 1
    assert seen >= 1


LEVERAGE = """
funders
funder,kind,currency
G,public,EUR
P,private,EUR

budgets
funder,cycle,first_period,last_period,payments
G,c1,2027,2028,9
P,c1,2027,2028,6

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR
D,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a1,1,1,6,10
B,b1,1,1,5,7
C,c1,1,1,4,5
D,d1,1,1,3,3

cofunding
rule,funders,initiatives,at_most
A needs the state,private,A,0.2
B needs the state,private,B,0.4
C needs the state,private,C,0.5
D needs the state,private,D,0.6
"""
COST, WORTH = {"A": 6, "B": 5, "C": 4, "D": 3}, {"A": 10, "B": 7, "C": 5, "D": 3}
MOST_PRIVATE = {"A": 0.2, "B": 0.4, "C": 0.5, "D": 0.6}


def test_points_of_leverage_are_those_of_all_subsets() -> None:
    # Of a set of initiatives the private funder pays at most its 6 and its part of each; the state the rest, at most 9.
    known = []
    for size in range(1, 5):
        for some in itertools.combinations(COST, size):
            cost = sum(COST[i] for i in some)
            private = min(6.0, sum(MOST_PRIVATE[i] * COST[i] for i in some))
            if cost - private <= 9.0:
                known.append((sum(WORTH[i] for i in some), private / (cost - private)))
    found = frontier(small(LEVERAGE), "leverage", points=12, options=SolveOptions(gap=0, threads=1))
    best = {v: max(g for w, g in known if w >= v) for v, _ in known}
    undominated = {(v, g) for v, g in known if g == best[v] and all(w <= v or h < g for w, h in known)}
    points = {(point.value, point.goal) for point in found.points}
    assert len(points) >= 3
    for value, goal in points:
        assert any(v == pytest.approx(value) and g == pytest.approx(goal, rel=1e-4) for v, g in undominated)
    ends = max(undominated), min(undominated)
    for value, goal in ends:
        assert any(v == pytest.approx(value) and g == pytest.approx(goal, rel=1e-4) for v, g in points)

"""Objective, bound and gap in the units of the goal: whole cents, and no bound on the wrong side of them."""

from __future__ import annotations

import pytest

from fundalign.inputs.case import Case
from fundalign.optimizer.engine import Ending, Progress
from fundalign.optimizer.goals import natural
from fundalign.optimizer.report import ends
from fundalign.optimizer.search import Found
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import verify

from ..models.small import small

# Two thirds of A and B fall on N, in amounts that are no whole cents; one of the two is worth enough.
TEXT = """
parties
party,key
N,3
S,1

funders
funder,kind,currency
F,public,EUR
P,private,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,20
P,c,2027,2028,0.1

initiatives
initiative,currency,pot
A,EUR,real
B,EUR,real

milestones
initiative,milestone,order,duration,cost,value
A,a,1,2,0.65,5
B,b,1,2,0.7,5

shares
initiative,party,share
A,N,0.65
A,S,0.35
B,N,0.65
B,S,0.35
"""


def case(goal: str) -> Case:
    objective: dict[str, object] = {"goal": goal}
    objective |= {"group": "N"} if goal == "received" else {"required_value": 5} if goal == "public_money" else {}
    return small(TEXT, 2, unit=1000, objective=objective)


def found(bound: float) -> Found:
    return Found(Ending.OPTIMAL, None, None, bound, "")


# What a program's bound is in the model's thousands of EUR, and the bound told beside an objective of 650.
BOUNDS = [
    ("public_money", -0.6499999999996, 650.0),  # noise of the solver
    ("public_money", -0.650004, 650.0),  # rounding saved 0.4 cents: no plan is below 650
    ("public_money", -0.649996, 649.996),  # rounding cost 0.4 cents, which no bound can know
    ("public_money", -0.6399999999996, 640.0),
    ("received", 0.6500000000004, 650.0),
    ("received", 0.649996, 650.0),
    ("received", 0.650004, 650.004),
    ("value", 650.0000000004, 650.0000000004),
]


@pytest.mark.parametrize(("goal", "bound", "told"), BOUNDS)
def test_bounds_beside_650(goal: str, bound: float, told: float) -> None:
    reached = ends(case(goal), found(bound), {"first": 649.93, "second": 0.07})
    assert (reached.objective, reached.bound) == (650.0, told)
    assert reached.gap == pytest.approx(abs(told - 650.0) / 650.0, abs=1e-15)
    assert (reached.gap == 0.0) == (told == 650.0)


def test_terms_add_up_as_they_are_written() -> None:
    reached = ends(case("public_money"), found(-0.0003), {"one": 0.1, "two": 0.2})
    assert (reached.objective, reached.bound, reached.gap) == (0.3, 0.3, 0.0)


def test_least_received_per_key_that_a_solver_cannot_tell_apart() -> None:
    """A thousand EUR over keys of 4 in all: a bound of 0.8666…·4/1000 is 0.8666… per unit of key."""
    exact = 2.6 / 3
    assert ends(case("key"), found(exact * 4 / 1000 + 1e-12), {"key": exact}).bound == exact
    assert ends(case("key"), found(exact * 4 / 1000 + 1e-6), {"key": exact}).bound == pytest.approx(exact + 2.5e-4)


def test_progress_in_whole_money() -> None:
    heard: list[Progress] = []
    natural(case("public_money"), heard.append)(Progress("search", 0.1, -0.6499999999996, -0.6399999999996, 0.01))
    assert [(each.incumbent, each.bound) for each in heard] == [(650.0, 640.0)]


def test_the_objective_is_the_public_outlay_of_the_tables() -> None:
    """A costs 650.00, of which P pays 100.00."""
    run = solve(case("public_money"), SolveOptions(gap=0, threads=1))
    assert (run.report.objective, run.report.bound, run.report.gap) == (550.0, 550.0, 0.0)
    assert (run.summary["public_outlay"], run.summary["totals"]["public"]) == ("550.00", "550.00")
    assert run.report.status == "optimal"
    assert verify(run).holds

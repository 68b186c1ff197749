"""Levels at a corner of tight limits: they give way by a few minor units, so that whole cents fit."""

from dataclasses import replace

import pytest

from fundalign.models.build import build
from fundalign.optimizer import settle
from fundalign.optimizer.compile import Named, compile_model
from fundalign.optimizer.engine import Limits, Search
from fundalign.optimizer.linear import solved
from fundalign.optimizer.room import lowered, narrowed, ratios_with_room, with_room
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import verify

from ..models.small import small
from .programs import INFINITE, program

# X and Y may be funded in part; P and Q each pay their own part of both, and both run out of money.
TEXT = """
parties
party
P
Q

funders
funder,kind,party,currency
P,public,P,EUR
Q,public,Q,EUR

budgets
funder,cycle,first_period,last_period,payments
P,c,2027,2028,3.01
Q,c,2027,2028,4.37

initiatives
initiative,currency
X,EUR
Y,EUR

shares
initiative,party,share
X,P,0.31
X,Q,0.69
Y,P,0.67
Y,Q,0.33

milestones
initiative,milestone,order,duration,cost,value,min_level
X,x,1,2,10,10,0.1
Y,y,1,2,7,8,0.1
"""


def corner() -> float:
    """0.31·10·x + 0.67·7·y = 3.01 and 0.69·10·x + 0.33·7·y = 4.37 by Cramer's rule; worth 10·x + 8·y."""
    determinant = 3.1 * 2.31 - 4.69 * 6.9
    x, y = (3.01 * 2.31 - 4.69 * 4.37) / determinant, (3.1 * 4.37 - 3.01 * 6.9) / determinant
    return 10 * x + 8 * y


@pytest.mark.parametrize("unit", [1000, 1_000_000])
def test_levels_at_a_corner_round(unit: int) -> None:
    """Both budgets are reached at once; some cents of them are left so that the rounded dues fit."""
    run = solve(small(TEXT, 2, unit=unit), SolveOptions(gap=0.001, threads=1))
    assert run.report.status == "optimal"
    assert run.report.objective == pytest.approx(corner(), rel=1e-4)
    assert run.report.objective is not None
    assert run.report.objective <= corner() + 1e-9
    assert verify(run).holds


def test_as_much_room_as_asked_for() -> None:
    """Twenty cents of each budget, 0.0002 of the unit of 1000, are left over; the levels give up no more than that."""
    case = small(TEXT, 2, unit=1000)
    model = build(case)
    program = compile_model(model)
    best = Search(program, Limits(threads=1)).run().x
    assert best is not None
    values = program.values(with_room(model, program, best, 20))
    x, y = (values[program.column_of[id(model.level[name, name.lower(), 1])]] for name in "XY")
    assert 3.01 - (3.1 * x + 4.69 * y) == pytest.approx(0.0002, abs=1e-9)
    assert 4.37 - (6.9 * x + 2.31 * y) == pytest.approx(0.0002, abs=1e-9)


def test_limits_are_lowered_as_far_as_can_be_had() -> None:
    """x + y = 3, x ≤ 2 and y ≤ 2 are to be lowered by 1 each: 1 in all can be had."""
    rows = [(3.0, [1.0, 1.0], 3.0), (-INFINITE, [1.0, 0.0], 2.0), (-INFINITE, [0.0, 1.0], 2.0)]
    made = replace(program([1.0, 0.0], rows), constraints=tuple(Named(name) for name in ("sum", "left", "right")))
    limits = {"left": 1.0, "right": 1.0, "unknown": 5.0}
    assert solved(made.tightened(limits)).x is None
    outcome = solved(lowered(made, limits))
    assert outcome.x is not None
    assert float(outcome.x[2:].sum()) == pytest.approx(1)


SHARED = """
funders
funder,kind,currency
F,public,EUR
G,private,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2027,100
G,c,2027,2027,100

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,5

cofunding
rule,funders,at_most
half,F,0.5
"""


def most_paid(units: int) -> float:
    """What F pays at most of A's 10 (of 1,000 EUR), of which half may be its own, with so much room in that rule."""
    model = build(small(SHARED, 1, unit=1000))
    program = compile_model(model)
    pays = program.column_of[id(next(v for (funder, *_), v in model.pay.items() if funder == "F"))]
    begins = program.starts[next(iter(program.starts))]
    lower, cost = program.lower.copy(), program.cost * 0.0
    lower[begins], cost[pays] = 1.0, 1.0
    wanted = replace(program.with_bounds(lower, program.upper), cost=cost)
    outcome = solved(ratios_with_room(model, wanted, units) if units else wanted)
    assert outcome.x is not None
    return float(program.values(outcome.x[: len(program.cost)])[pays])


def test_a_ratio_keeps_room_where_it_can_be_had() -> None:
    """3 minor units of 0.01 EUR are 0.00003 of the unit: F pays 5 less that."""
    assert most_paid(0) == pytest.approx(5.0, abs=1e-9)
    assert most_paid(3) == pytest.approx(4.99997, abs=1e-9)


def test_room_in_limits_has_a_price() -> None:
    """X and Y as above: what keeps no room in a limit is worth a tenth of the plan less, and all limits keep theirs."""
    case = small(TEXT, 2, unit=1000)
    model = build(case)
    program = compile_model(model)
    outcome = Search(narrowed(model, program, 20, corner()), Limits(threads=1)).run()
    assert outcome.x is not None
    assert outcome.objective == pytest.approx(corner(), rel=1e-3)
    values = program.values(outcome.x[: len(program.cost)])
    x, y = (values[program.column_of[id(model.level[name, name.lower(), 1])]] for name in "XY")
    assert 3.01 - (3.1 * x + 4.69 * y) == pytest.approx(0.0002, abs=1e-8)
    assert 4.37 - (6.9 * x + 2.31 * y) == pytest.approx(0.0002, abs=1e-8)


def test_a_schedule_whose_rounding_misses_a_ratio_is_settled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two roundings are said to miss a rule: the plan is still found, and as good."""
    said = iter((False, False))
    judge = settle.holds
    monkeypatch.setattr(settle, "holds", lambda *given: next(said, None) is None and judge(*given))
    run = solve(small(SHARED, 1, unit=1000), SolveOptions(gap=0.0, threads=1))
    assert (run.report.status.value, run.report.objective) == ("optimal", 5.0)
    assert verify(run).holds

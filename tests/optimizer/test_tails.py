"""Rows of cvar buffers, added where a point breaks them."""

from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from fundalign.inputs.case import Case
from fundalign.models.build import build
from fundalign.models.scenarios import Scenarios, tail_mean
from fundalign.optimizer.compile import Floats, Program, compile_model
from fundalign.optimizer.engine import Limits, Search
from fundalign.optimizer.reduce import reduce
from fundalign.optimizer.signals import Interrupt
from fundalign.optimizer.tails import FULLY, NEARLY, Tails

from ..models.small import small

TEXT = """
funders
funder,kind,currency
DE,public,EUR
SE,public,SEK

budgets
funder,cycle,first_period,last_period,payments
DE,c1,2027,2027,110
DE,c2,2028,2028,110
SE,c,2027,2028,450

currencies
currency,rate,volatility,hedge_cost
USD,0.8,0.1,0.01
GBP,1.25,0.2,
JPY,0.006,0.15,0.02
SEK,0.1,0.05,

correlations
currency_a,currency_b,correlation
USD,GBP,0.4
USD,JPY,-0.2

initiatives
initiative,currency
U,USD
G,GBP
J,JPY

milestones
initiative,milestone,order,duration,cost,value
U,u,1,2,100,5
G,g,1,2,90,4
J,j,1,2,12000,3
"""


@pytest.fixture(scope="module")
def case() -> Case:
    return small(TEXT, buffer={"method": "cvar", "confidence": 0.9, "scenarios": 60})


@pytest.fixture(scope="module")
def compiled(case: Case) -> tuple[pyo.ConcreteModel, Program]:
    model = build(case)
    return model, compile_model(model)


def relaxed(program: Program) -> tuple[float, Floats]:
    """The relaxation's value and point, in the model's units."""
    outcome = Search(program, Limits(threads=1), relax=True).run()
    assert outcome.objective is not None
    assert outcome.x is not None
    return outcome.objective, program.values(outcome.x)


def needs(case: Case, model: pyo.ConcreteModel, program: Program, values: Floats) -> dict[tuple[str, str], Any]:
    """What each cycle of a point holds, and what it needs: the mean of its worst six losses."""
    seen, found = Scenarios(case), {}
    for (funder, cycle), joint in model.joint.items():
        held = values[program.column_of[id(model.currency_need[funder, cycle])]]
        unhedged = {cell: values[program.column_of[id(model.unhedged[funder, *cell])]] for cell in joint.cells}
        losses = sum(amount * seen.losses(funder, *cell) for cell, amount in unhedged.items())
        found[funder, cycle] = held, tail_mean(np.asarray(losses), seen.size)
    return found


def test_every_cycle_with_several_currencies_is_joint(compiled: tuple[pyo.ConcreteModel, Program]) -> None:
    model, _ = compiled
    assert set(model.joint) == {("DE", "c1"), ("DE", "c2"), ("SE", "c")}
    assert len(model.tail_loss) == 9


def test_the_root_breaks_rows_until_it_needs_what_it_holds(
    case: Case, compiled: tuple[pyo.ConcreteModel, Program]
) -> None:
    model, program = compiled
    tails = Tails.of(model, program)
    before, point = relaxed(program)
    assert any(need > held * (1 + NEARLY) for held, need in needs(case, model, program, point).values())
    assert tails.broken(point, NEARLY)
    rooted = tails.rooted(program, Limits(), Interrupt())
    after, point = relaxed(rooted)
    assert after < before
    assert all(need <= held * (1 + 2 * NEARLY) for held, need in needs(case, model, program, point).values())
    assert tails.rows == []  # they are in the program
    full, _ = relaxed(compile_model(build(case, pooled=False)))
    assert full <= after <= full * (1 + NEARLY)


def test_a_row_holds_wherever_the_need_is_met(case: Case, compiled: tuple[pyo.ConcreteModel, Program]) -> None:
    """Points with the right need, drawn at random, break no row made for any other of them."""
    model, program = compiled
    tails, rng = Tails.of(model, program), np.random.default_rng(3)
    points = []
    for _ in range(30):
        values = np.zeros(len(program.cost))
        for tail in tails.tails:
            values[tail.cells] = rng.random(len(tail.cells)) * rng.integers(0, 2, len(tail.cells))
            values[tail.need] = tail_mean(tail.of.losses @ values[tail.cells], tail.of.size)
        points.append(values)
    for values in points:
        assert tails.broken(values, FULLY) == []
        for tail in tails.tails:
            means = tail.of.mean_loss(values[tail.cells])
            assert means @ values[tail.cells] == pytest.approx(values[tail.need])
            assert all(means @ other[tail.cells] <= other[tail.need] + 1e-12 for other in points)


def test_payments_are_solved_until_no_row_is_broken(case: Case, compiled: tuple[pyo.ConcreteModel, Program]) -> None:
    """U and G begin in 2027; the rows that its payments broke are kept for the next schedule."""
    model, program = compiled
    tails = Tails.of(model, program)
    lower, upper = program.lower.copy(), program.upper.copy()
    for name, column in program.starts.items():
        lower[column] = upper[column] = float(name[0] != "J")
    reduced = reduce(program.with_bounds(lower, upper))
    outcome = tails.solved(reduced.program, reduced, program.column_scale)
    assert outcome.x is not None
    values = program.values(reduced.expand(outcome.x))
    assert tails.broken(values, 10 * FULLY) == []
    assert len(tails.whole(program).row_lower) == len(program.row_lower) + len(tails.rows)


def test_nothing_is_added_where_no_need_is_joint() -> None:
    model = build(small(TEXT, buffer={"method": "additive"}))
    program = compile_model(model)
    tails = Tails.of(model, program)
    assert tails.tails == ()
    assert tails.rooted(program, Limits(), Interrupt()) is program
    assert tails.whole(program) is program

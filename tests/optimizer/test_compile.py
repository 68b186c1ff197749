"""From the Pyomo model to the matrix: same optimum, scaled by powers of two, rows by their names."""

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.optimize import Bounds, LinearConstraint, milp

from fundalign.inputs.case import Case
from fundalign.models.build import build
from fundalign.optimizer.compile import compile_model

from ..models.programmes import programme
from ..models.small import small
from .programs import run, value

ONE = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,10

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,5
"""


def unscaled_optimum(model: pyo.ConcreteModel) -> float:
    """Solve the model with scipy, without our compilation."""
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    side = np.array([bound for _, bound in form.rows])
    columns = form.columns
    cost = form.c.toarray().ravel()
    found = milp(
        -cost,
        integrality=[0 if v.is_continuous() else 1 for v in columns],
        bounds=Bounds(
            [-np.inf if v.lb is None else v.lb for v in columns], [np.inf if v.ub is None else v.ub for v in columns]
        ),
        constraints=LinearConstraint(
            form.A.tocsr(), np.where(side <= 0, form.rhs, -np.inf), np.where(side >= 0, form.rhs, np.inf)
        ),
        options={"mip_rel_gap": 0},
    )
    assert found.success
    return float(-found.fun + form.c_offset[0])


def in_cents(case: Case) -> Case:
    """Restate all money of a programme in cents: a hundred times the amounts, unit and meaning aside."""
    larger = case.change("milestones", "cost", multiply=100)
    return larger.change("budgets", "payments", multiply=100)


@pytest.mark.parametrize("seed", range(6))
def test_scaling_keeps_the_optimum(seed: int) -> None:
    case = programme(seed)
    expected = unscaled_optimum(build(case))
    assert value(compile_model(build(case))) == pytest.approx(expected, abs=1e-6)
    assert value(compile_model(build(in_cents(case)))) == pytest.approx(expected, abs=1e-6)


def test_scales_are_powers_of_two_and_rows_are_near_one() -> None:
    program = compile_model(build(programme(1)))
    for scale in (program.column_scale, program.row_scale):
        assert set(np.frexp(scale)[0]) == {0.5}
    assert set(program.column_scale[program.integer]) == {1.0}
    assert len(set(program.column_scale[~program.integer])) == 1
    largest = np.array([np.abs(program.matrix[[k]].data).max() for k in range(program.matrix.shape[0])])
    assert largest.min() >= 2**-0.5 - 1e-12
    assert largest.max() <= 2**0.5 + 1e-12


def test_values_are_in_the_units_of_the_model() -> None:
    """The budget of 10 is paid in full, whatever the solver's scale."""
    model = build(small(ONE))
    program = compile_model(model)
    outcome = run(program)
    assert outcome.x is not None
    values = program.values(outcome.x)
    paid = sum(values[program.column_of[id(v)]] for v in model.pay.values() if id(v) in program.column_of)
    assert paid == pytest.approx(10)
    assert program.column_scale[program.column_of[id(model.pay["F", "A/all", 1])]] == 8  # the power of two near 10


def test_rows_have_the_names_of_the_model() -> None:
    model = build(small(ONE))
    program = compile_model(model)
    names = {c.name for c in model.component_data_objects(pyo.Constraint)}
    assert set(program.row_of) == names
    assert "budget[F,c]" in names
    assert program.matrix.shape == (len(names), len(program.variables))


def test_chains_are_initiatives() -> None:
    program = compile_model(build(programme(2)))
    of: dict[int, set[str]] = {}
    for chain, variable in zip(program.chain, program.variables, strict=True):
        assert (chain >= 0) == (not variable.is_continuous())
        if chain >= 0:
            of.setdefault(int(chain), set()).add(variable.index()[0])
    assert sorted(map(len, of.values())) == [1] * 5
    assert set.union(*of.values()) == {f"I{k}" for k in range(5)}


def test_tightened_lowers_a_limit_in_the_units_of_the_model() -> None:
    """A costs exactly the budget of 10: a cent less and it cannot be paid."""
    program = compile_model(build(small(ONE)))
    assert value(program) == pytest.approx(5)
    assert value(program.tightened({"budget[F,c]": 0.01})) == pytest.approx(0)
    assert value(program.tightened({"budget[F,c]": 0.0})) == pytest.approx(5)
    assert value(program) == pytest.approx(5)  # the program itself is as it was
    k = program.row_of["budget[F,c]"]
    lowered = program.tightened({"budget[F,c]": 2.5})
    assert (program.row_upper[k] - lowered.row_upper[k]) / program.row_scale[k] == pytest.approx(2.5)
    assert program.tightened({"no such row": 1.0}).row_upper.tolist() == program.row_upper.tolist()


def test_a_row_on_which_no_decision_is_left_makes_the_program_infeasible() -> None:
    model = build(small(ONE))
    model.impossible = pyo.Constraint(expr=model.nothing >= 1)
    program = compile_model(model)
    assert "impossible" in program.row_of
    assert value(program) is None


def test_a_model_without_decisions() -> None:
    text = ONE.replace("A,EUR", "A,EUR,excluded").replace("initiative,currency", "initiative,currency,status")
    program = compile_model(build(small(text)))
    assert not program.integer.any()
    assert value(program) == 0

"""The program of a re-plan has room for the cents by which what is frozen was rounded, and for no more."""

from __future__ import annotations

import numpy as np
import pytest

from fundalign.inputs.case import Case
from fundalign.models.build import build
from fundalign.optimizer.compile import Program, compile_model
from fundalign.optimizer.ease import EXACT, HAIR, eased

from ..models.approvals import Done, Paid, approved
from ..models.small import small

# A costs 10 SEK in 2027 and 10 in 2028, at 0.337 EUR each; F may pay at most half of it, and G the rest.
TEXT = """
funders
funder,kind,currency
F,public,EUR
G,public,SEK

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,100
G,c,2027,2028,100

currencies
currency,rate
SEK,0.337

initiatives
initiative,currency
A,SEK

milestones
initiative,milestone,order,duration,cost,value
A,a,1,2,20,5

cofunding
rule,funders,at_most
half,F,0.5
"""
DONE: Done = {"A/a": (1, "1")}
PAID: Paid = {
    ("F", "A/all", 1): "4.99",
    ("G", "A/all", 1): "5.01",
    ("F", "A/all", 2): "5.00",
    ("G", "A/all", 2): "5.00",
}


def case() -> Case:
    return approved(small(TEXT, 2), DONE, PAID, "2028")


@pytest.fixture(scope="module")
def programs() -> tuple[Program, Program]:
    model = build(case())
    program = compile_model(model)
    return program, eased(model, program)


def room(programs: tuple[Program, Program], name: str) -> float:
    """Return by how much the upper side of a row was raised, in `unit`s of the model."""
    plain, wide = programs
    row = plain.row_of[name]
    return float((wide.row_upper[row] - plain.row_upper[row]) / plain.row_scale[row])


def test_rows_of_the_past_and_others(programs: tuple[Program, Program]) -> None:
    """Two cents for each of the two amounts of 2027 in a row of the past, one for F's in its ratio."""
    hair = 2 * HAIR / programs[0].row_scale.min()
    assert room(programs, "cover[A/all,1]") == pytest.approx(0.04, abs=hair)
    assert room(programs, "cofunding_at_most[0,half,A]") == pytest.approx(0.01, abs=hair)
    assert room(programs, "cover[A/all,2]") == 0.0


def test_budgets_count_what_was_booked(programs: tuple[Program, Program]) -> None:
    """4.99 SEK are 1.68163 EUR, booked as 1.68: 0.00163 more are left; G's own currency is not converted."""
    hair = 2 * HAIR / programs[0].row_scale.min()
    assert room(programs, "budget[F,c]") == pytest.approx(0.00163, abs=hair)
    assert room(programs, "budget[G,c]") == pytest.approx(0.0, abs=hair)


def test_buffers_hold_all_of_what_was_frozen() -> None:
    """F's 4.99 SEK of 2027, which may be hedged, count as they are: what is less there is too much in its budget."""
    text = TEXT.replace("currency,rate\nSEK,0.337", "currency,rate,volatility,hedge_cost\nSEK,0.337,0.2,0.01")
    model = build(approved(small(text, 2, buffer={"method": "additive"}), DONE, PAID, "2028"))
    plain = compile_model(model)
    wide = eased(model, plain)
    rows = [row for name, row in plain.row_of.items() if name.partition("[")[0] in EXACT - {"budget", "commitment"}]
    assert rows
    for before, after in ((plain.row_upper, wide.row_upper), (plain.row_lower, wide.row_lower)):
        sides = [(before[row], after[row]) for row in rows if np.isfinite(before[row])]
        assert all(abs(one - two) <= HAIR for one, two in sides)


def test_other_programs_stay_as_they_are() -> None:
    model = build(small(TEXT, 2))
    program = compile_model(model)
    assert eased(model, program) is program


def test_what_is_frozen_is_fixed(programs: tuple[Program, Program]) -> None:
    plain = programs[0]
    fixed = np.flatnonzero((plain.lower == plain.upper) & (plain.upper > 0))
    amounts = sorted(float(plain.lower[k] * plain.column_scale[k]) for k in fixed)
    assert amounts == pytest.approx([4.99, 5.01])

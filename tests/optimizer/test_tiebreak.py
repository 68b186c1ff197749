"""The tie-break: among plans of equal value the one with the least public outlay."""

import pytest

from fundalign.optimizer.solve import SolveOptions, solve

from ..models.small import small

# A and B are worth as much and only one may be done: B costs 6 instead of 10, and private money may pay half of it.
TEXT = """
funders
funder,kind,currency
F,public,EUR
P,private,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,20
P,c,2027,2028,3

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value,latest_start
A,a,1,1,10,5,2027
B,b,1,1,6,5,2027

groups
group,kind,member
both,initiative,A
both,initiative,B

choices
choice,initiatives,at_most
one of two,both,1
"""


def test_the_cheaper_of_equal_plans_for_the_public() -> None:
    """B: 6 = 3 private + 3 public; A would cost the public 7."""
    run = solve(small(TEXT, 2, objective={"tie_break": True}), SolveOptions(gap=0, threads=1))
    assert run.plan is not None
    assert run.report.status == "optimal"
    assert run.report.objective == pytest.approx(5)
    funding = run.plan.funding
    assert set(funding["initiative"]) == {"B"}
    assert funding.groupby("funder")["amount_base"].sum().to_dict() == {"F": 3, "P": 3}


def test_the_value_comes_first() -> None:
    """A is worth 6 now, and is done though it costs more."""
    case = small(TEXT, 2, objective={"tie_break": True})
    dearer = case.change("milestones", "value", where={"initiative": "A"}, set="6")
    run = solve(dearer, SolveOptions(gap=0, threads=1))
    assert run.plan is not None
    assert run.report.objective == pytest.approx(6)
    assert run.plan.funding.groupby("funder")["amount_base"].sum().to_dict() == {"F": 7, "P": 3}

"""Relaxation ceilings by hand, and the table of them."""

from __future__ import annotations

import pytest

from fundalign.optimizer.ceilings import ceilings
from fundalign.optimizer.price_tables import CEILINGS, ceiling_rows
from fundalign.optimizer.solve import SolveOptions, solve

from ..models.small import small

KNAPSACK = """
    funders
    funder,kind,currency
    F,public,EUR

    budgets
    funder,cycle,first_period,last_period,payments
    F,all,2027,2028,7

    initiatives
    initiative,currency
    A,EUR
    B,EUR

    milestones
    initiative,milestone,order,duration,cost,value
    A,a,1,1,5,20
    B,b,1,1,4,8

    choices
    choice,initiatives,at_least,at_most
    few,both,,2

    groups
    group,kind,member
    both,initiative,A
    both,initiative,B
"""


def test_a_ceiling_is_the_gap_of_the_relaxation_and_its_slope() -> None:
    # A alone, worth 20, is the best whole plan for 7. The relaxation adds half of B: 20 + 2/4·8 = 24; a unit more adds
    # a quarter of B, 2. With 2 more both are done, worth 28: the gain of 8 is just 24 − 20 + 2·2.
    run = solve(small(KNAPSACK), SolveOptions(gap=0.0, threads=1))
    found = {ceiling.lever.words: ceiling for ceiling in ceilings(run)}
    budget = found["budget of F, cycle all"]
    assert (budget.direction, budget.unit, budget.label) == ("more", "points per EUR", "relaxation ceiling")
    assert budget.relaxed == pytest.approx(24.0)
    assert budget.incumbent == pytest.approx(20.0)
    assert budget.price == pytest.approx(2.0)
    assert budget.most(2.0) == pytest.approx(8.0)
    assert found["choice few: at most"].price == pytest.approx(0.0)


def test_the_table_of_ceilings() -> None:
    run = solve(small(KNAPSACK), SolveOptions(gap=0.0, threads=1))
    table = ceiling_rows(ceilings(run))
    assert tuple(table.columns) == CEILINGS
    row = table[table["limit"] == "budget of F, cycle all"].iloc[0]
    assert (row["label"], row["direction"], row["status"]) == ("relaxation ceiling", "more", "for any amount more room")
    assert (row["price"], row["relaxation"], row["plan"]) == ("2.0", "24.0", "20.0")


def test_savings_are_gains_where_public_money_is_the_goal() -> None:
    # 8 points are wanted for the least public money: B for 4. The relaxation does two fifths of A for 2. Wanting a
    # point less saves a quarter there.
    text = KNAPSACK.replace("F,all,2027,2028,7", "F,all,2027,2028,9")
    case = small(text, objective={"goal": "public_money", "required_value": 8})
    run = solve(case, SolveOptions(gap=0.0, threads=1))
    found = {ceiling.lever.words: ceiling for ceiling in ceilings(run)}
    wanted = found["required value"]
    assert (wanted.direction, wanted.unit) == ("less", "EUR per points")
    assert wanted.relaxed == pytest.approx(2.0)
    assert wanted.incumbent == pytest.approx(4.0)
    assert wanted.price == pytest.approx(0.25)

"""Payments of a few cents: others on the line pay them where they can, and nobody else does."""

from __future__ import annotations

import pandas as pd
import pytest

from fundalign.inputs.case import Case
from fundalign.optimizer.dust import swept
from fundalign.optimizer.extract import factor_table
from fundalign.results.accounts import Books
from fundalign.results.decisions import Decisions
from fundalign.results.ledger import dues
from fundalign.results.rounding import round_plan
from fundalign.results.tables import Tables

from ..models.small import small

# A costs 4,000 EUR in 2027 and as much in 2028, paid by F and, in 2027, 20 cents of it by a second one.
TEXT = """
funders
funder,kind,currency
F,public,EUR
G,public,EUR
M,matching,EUR
P,private,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,{money}
G,c,2027,2028,10
M,c,2027,2028,10
P,c,2027,2028,10

initiatives
initiative,currency,pot
A,EUR,real

milestones
initiative,milestone,order,duration,cost,value
A,a,1,2,8,5

matching
rule,funders,base,ratio
m,M,both,2
{rules}
"""
LEAST = """
cofunding
rule,funders,at_least
a part,{0},0.000025
"""


def case(money: str = "8", rules: str = "", objective: dict[str, object] | None = None) -> Case:
    text = TEXT.format(money=money, rules=rules)
    return small(text, 2, unit=1000, objective=objective or {})


def paid(case: Case, first: dict[str, float], second: dict[str, float]) -> list[tuple[str, str, str]]:
    """Who pays what and when once what others pay in thousands, in 2027 and 2028, is rounded and swept."""
    line, factors = ("A", "all", ""), factor_table(case)
    payments = {(f, line, t): amount for t, of in ((1, first), (2, second)) for f, amount in of.items()}
    decisions = Decisions({("A", "a"): 1}, {}, payments, {}, worth={("A", "a"): 5.0})
    rounded = round_plan(case, Books(case, factors), dues(case, factors, decisions.starts, {}), decisions)
    before = Tables(case, factors, decisions, rounded).all()
    tables = swept(case, factors, decisions, rounded, before)
    assert tables.keys() == before.keys()
    funding: pd.DataFrame = tables["funding"]
    columns = (funding[name] for name in ("funder", "period", "amount"))
    return [(str(f), str(t), str(amount)) for f, t, amount in zip(*columns, strict=True)]


WHOLE = [("F", "2027", "4000.00"), ("F", "2028", "4000.00")]
LEFT = [("F", "2027", "3999.80"), ("F", "2028", "4000.00")]


@pytest.mark.parametrize("other", ["G", "M", "P"])
def test_the_cents_of_another_go_to_whom_the_line_is_paid_by(other: str) -> None:
    assert paid(case(), {"F": 3.9998, other: 0.0002}, {"F": 4.0}) == WHOLE


def test_where_the_money_is_used_up_the_cents_stay() -> None:
    assert paid(case("7.9998"), {"F": 3.9998, "G": 0.0002}, {"F": 4.0}) == [*LEFT, ("G", "2027", "0.20")]


def test_a_rule_that_asks_for_the_cents_keeps_them() -> None:
    """P owes 0.000025 of 8,000 EUR: the 20 cents."""
    kept = paid(case(rules=LEAST.format("P")), {"F": 3.9998, "P": 0.0002}, {"F": 4.0})
    assert kept == [*LEFT, ("P", "2027", "0.20")]


def test_one_that_must_stay_does_not_keep_another() -> None:
    kept = paid(case(rules=LEAST.format("P")), {"F": 3.9998, "P": 0.0002}, {"F": 3.9998, "G": 0.0002})
    assert kept == [*LEFT, ("P", "2027", "0.20")]


def test_matching_money_takes_no_more_than_its_ratio() -> None:
    """M may pay 2·2,666.67 EUR and pays 5,333.33 of them; with the 20 cents of F it would be 5,333.53 of 5,332.94."""
    kept = [("F", "2027", "0.20"), ("F", "2028", "2666.47"), ("M", "2027", "3999.80"), ("M", "2028", "1333.53")]
    assert paid(case(), {"F": 0.0002, "M": 3.9998}, {"F": 2.66647, "M": 1.33353}) == kept
    less = paid(case(), {"F": 0.0002, "M": 3.9998}, {"F": 3.0, "M": 1.0})
    assert ("M", "2027", "4000.00") in less


def test_an_amount_that_counts_is_no_dust() -> None:
    assert ("G", "2027", "1.00") in paid(case(), {"F": 3.999, "G": 0.001}, {"F": 4.0})


@pytest.mark.parametrize("objective", [{"goal": "public_money", "required_value": 5}, {"tie_break": True}])
def test_public_money_takes_nothing_from_private_where_that_is_the_goal(objective: dict[str, object]) -> None:
    split = {"F": 3.9998, "P": 0.0002}
    assert paid(case(objective=objective), split, {"F": 4.0}) == [*LEFT, ("P", "2027", "0.20")]
    assert paid(case(objective=objective), {"F": 3.9998, "G": 0.0002}, {"F": 4.0}) == WHOLE

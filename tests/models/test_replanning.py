"""Re-planning: what has begun goes on, what was paid stays paid, and what was promised moves only so far."""

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible, InputError
from fundalign.models.build import build
from fundalign.models.windows import windows
from fundalign.optimizer.replan import replan
from fundalign.optimizer.solve import SolveOptions

from .approvals import Done, Paid, approved
from .golden import broken, golden_differences, rows_of
from .small import Outcome, optimum, small

TEXT = """
funders
funder,kind,currency,party
FN,public,EUR,
FA,public,EUR,

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2029,100
FA,c,2027,2029,100

currencies
currency,rate
SEK,0.1

parties
party,currency
N,
S,SEK

shares
initiative,party,share
C,N,0.16666666666666666667
C,S,0.83333333333333333333

initiatives
initiative,currency
A,EUR
B,SEK
C,EUR

milestones
initiative,milestone,order,duration,cost,value,min_level,earliest_start
A,a,1,2,10,5,,
B,b,1,1,8,5,0.5,
C,c,1,1,12,5,,2028
"""
DONE: Done = {"A/a": (1, "1"), "B/b": (1, "0.75"), "C/c": (3, "1")}
PAID: Paid = {
    ("FN", "A/all", 1): "4.00",
    ("FA", "A/all", 1): "1.00",
    ("FN", "A/all", 2): "5.00",
    ("FA", "B/all", 1): "6.00",
    ("FN", "C/all/N", 3): "2.00",
    ("FA", "C/all/S", 3): "100.00",
}
GOOD = {
    "started[A,a,1]": 1,
    "started[B,b,1]": 1,
    "level[B,b,1]": 0.75,
    "pay[FN,A/all,1]": 4,
    "pay[FA,A/all,1]": 1,
    "pay[FA,B/all,1]": 6,
    "pay[FN,A/all,2]": 5,
    "pay[FN,C/all/N,3]": 2,
    "pay[FA,C/all/S,3]": 100,
}


def plan(case: Case | None = None, max_change: str | None = "0.25", price: str | None = None) -> Case:
    return approved(case or small(TEXT, 3), DONE, PAID, "2028", max_change, price)


def test_golden() -> None:
    assert golden_differences(build(plan()), "replanning") == []


def test_satisfied() -> None:
    model = build(plan())
    assert broken(model, "replanning", GOOD) == []
    moved = {"pay[FA,C/all/S,3]": 60, "away[FA,C,3]": 4, "pay[FN,C/all/S,3]": 40}
    assert broken(model, "replanning", GOOD | moved) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"pay[FN,A/all,1]": 4.25, "pay[FA,A/all,1]": 0.75}, ["pay[FN,A/all,1]", "pay[FA,A/all,1]"]),
        ({"pay[FN,B/all,1]": 0.005}, ["pay[FN,B/all,1]"]),
        ({"pay[FA,C/all/S,3]": 60}, ["away_least[FA,C,3]"]),
        ({"pay[FA,C/all/S,3]": 50, "away[FA,C,3]": 5}, ["moved"]),
        ({"started[A,a,1]": 0}, ["begun[A,a]"]),
        ({"level[B,b,1]": 0.8}, ["level[B,b,1]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(plan()), "replanning", GOOD | change) == rows


def test_money_moved_is_a_term_of_the_objective() -> None:
    model = build(plan(price="0.5"))
    assert list(model.terms) == ["value", "money_moved"]
    costs = rows_of(model, "objective")["objective"].terms
    assert [costs[f"away[{index}]"] for index in ("FN,A,2", "FN,C,3", "FA,C,3")] == [-0.5, -0.5, -0.5]


def test_a_case_without_approval_has_no_row_of_the_family() -> None:
    assert rows_of(build(small(TEXT, 3)), "replanning") == {}


def test_what_has_begun_keeps_its_start_and_nothing_new_starts_before() -> None:
    """A is excluded and B's deadline is over: they go on; C may start in 2 or 3."""
    case = small(TEXT, 3).change("initiatives", "status", where={"initiative": "A"}, set="excluded")
    case = case.change("milestones", "latest_start", where={"initiative": "A"}, set="2028")
    case = case.change("milestones", "earliest_start", where={"initiative": "B"}, set="2029")
    found = {key[0]: list(window) for key, window in windows(plan(case)).items()}
    assert found == {"A": [1], "B": [1], "C": [2, 3]}


def test_a_payer_that_may_no_longer_pay_is_named() -> None:
    case = small(TEXT, 3).change("budgets", "first_period", where={"funder": "FA"}, set="2028")
    model = build(plan(case))
    assert set(rows_of(model, "replanning")) >= {"unpayable[FA,A,all,,1]", "unpayable[FA,B,all,,1]"}
    with pytest.raises(Infeasible, match="FA for A in 2027"):
        optimum(plan(case))


BINDING = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,2027,2027,2027,10
F,2028,2028,2028,10
F,2029,2029,2029,10

initiatives
initiative,currency
X,EUR
Y,EUR
Z,EUR

milestones
initiative,milestone,order,duration,cost,value,earliest_start,latest_start
X,x,1,1,6,6,,2027
Y,y,1,1,10,5,2028,
Z,z,1,1,8,4,2029,
"""
# As it is: X in 2027, Y in 2028, Z in 2029: 15.  Approved from 2028 on: 10 + 8 = 18.
# With 6 in 2028 Y no longer fits there.  In 2029 it takes Z's place: 6 + 5 = 11, and 10 + 8 move, all of it.
# Or it is dropped: 6 + 4 = 10, and 10 of 18 move, 55.6 %.


def replanned(max_change: float | None = None, price: float | None = None) -> Outcome:
    case = small(BINDING, 3)
    first = optimum(case)
    assert first.done == {"X/x": "2027", "Y/y": "2028", "Z/z": "2029"}
    cut = case.change("budgets", "payments", where={"cycle": "2028"}, set=6)
    run = replan(cut, first.run, "2028", max_change, price, SolveOptions(gap=0.0, threads=1))
    assert run.report.objective is not None
    return Outcome(run.report.objective, run)


@pytest.mark.parametrize(
    ("max_change", "objective", "done"),
    [
        (None, 11, {"X/x": "2027", "Y/y": "2029"}),
        (1.0, 11, {"X/x": "2027", "Y/y": "2029"}),
        (0.6, 10, {"X/x": "2027", "Z/z": "2029"}),
    ],
)
def test_what_may_move_by_hand(max_change: float | None, objective: float, done: dict[str, str]) -> None:
    found = replanned(max_change)
    assert found.objective == pytest.approx(objective)
    assert found.done == done


def test_less_than_must_move_is_infeasible_by_hand() -> None:
    """10 of 18 must move; half of it, 9, may."""
    with pytest.raises(Infeasible, match="moved"):
        replanned(0.5)


@pytest.mark.parametrize(
    ("price", "objective", "done"),
    [
        (0.1, 11 - 1.8, {"X/x": "2027", "Y/y": "2029"}),  # against 10 − 1
        (0.2, 10 - 2.0, {"X/x": "2027", "Z/z": "2029"}),  # against 11 − 3.6
    ],
)
def test_a_price_of_moving_by_hand(price: float, objective: float, done: dict[str, str]) -> None:
    found = replanned(None, price)
    assert found.objective == pytest.approx(objective)
    assert found.done == done


def test_a_change_of_what_has_fallen_due_is_named() -> None:
    case = small(BINDING, 3)
    run = optimum(case).run
    dearer = case.change("milestones", "cost", where={"initiative": "X"}, set=7)
    with pytest.raises(InputError, match=r"6\.00 EUR approved and paid, 7\.00 EUR would fall due now"):
        replan(dearer, run, "2028")

"""Goals other than value: least public money, most received by a group, largest minimum received per key."""

import pyomo.environ as pyo
import pytest

from fundalign.inputs.change import Change
from fundalign.models.build import build
from fundalign.models.objective import public_outlay, total_value

from .golden import broken, golden_differences
from .programmes import programme
from .small import optimum, program_optimum, small

OUTLAY = """
funders
funder,kind,currency
DE,public,EUR
SE,public,SEK
IN,private,EUR

budgets
funder,cycle,first_period,last_period,payments
DE,c,2027,2027,20
SE,c,2027,2027,100
IN,c,2027,2027,20

currencies
currency,rate,volatility,hedge_cost
SEK,0.1,0.5,0.02

initiatives
initiative,currency
A,EUR
B,SEK

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,5
B,b,1,1,50,3

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage,initiatives
g,DE,IN,0.2,2,A
"""
SHARED = """
funders
funder,kind,currency
DE,public,EUR

budgets
funder,cycle,first_period,last_period,payments
DE,c,2027,2027,20

currencies
currency,rate
SEK,0.1

parties
party,key
N,5
S,2
M,
Z,1

groups
group,kind,member
north,party,N
north,party,M

initiatives
initiative,currency,pot
A,EUR,real
B,SEK,real

shares
initiative,party,share
A,N,0.75
A,M,0.25
B,N,0.4
B,S,0.6

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,5
B,b,1,1,50,3
"""
BUFFER = {"method": "additive"}


def public_money() -> pyo.ConcreteModel:
    return build(small(OUTLAY, 1, objective={"goal": "public_money", "required_value": 4}, buffer=BUFFER))


def received() -> pyo.ConcreteModel:
    return build(small(SHARED, 1, objective={"goal": "received", "group": "north", "required_value": 4}))


def key() -> pyo.ConcreteModel:
    return build(small(SHARED, 1, objective={"goal": "key"}))


def test_golden_goals() -> None:
    assert golden_differences(public_money(), "objective", "objective_public_money") == []
    assert golden_differences(received(), "objective", "objective_received") == []
    assert golden_differences(key(), "objective", "objective_key") == []


def test_goals_have_their_own_terms() -> None:
    assert list(public_money().terms) == ["public_pay", "hedge_costs", "provisions"]
    assert (list(received().terms), list(key().terms)) == (["received"], ["key"])


def test_outlay_and_value_are_known_whatever_the_goal() -> None:
    """Under any goal a and b are worth 5 and 3, and IN's pay is no public money."""
    for goal in ({"goal": "key"}, {"goal": "value"}):
        case = small(SHARED, 1, objective=goal)
        model = build(case)
        assert {v.name: c for v, c in total_value(model, case)} == {"started[A,a,1]": 5, "started[B,b,1]": 3}
        assert {v.name: c for v, c in public_outlay(model, case)} == pytest.approx(
            {"pay[DE,A/all,1]": 1, "pay[DE,B/all,1]": 0.1}
        )


def test_satisfied_required_value() -> None:
    assert broken(public_money(), "objective", {"started[A,a,1]": 1}) == []
    assert broken(key(), "objective", {"started[A,a,1]": 1, "least": 0}) == []


def test_violated_required_value_and_least() -> None:
    """b alone is worth 3 of the 4. Of 8 in all N's key asks for 5, and it receives 7.5 of A; S asks for 2 and has 0."""
    assert broken(public_money(), "objective", {"started[B,b,1]": 1}) == ["required_value"]
    assert broken(key(), "objective", {"started[A,a,1]": 1, "least": 8}) == ["key_least[S]", "key_least[Z]"]


CHEAP = """
funders
funder,kind,currency
DE,public,EUR
IN,private,EUR

budgets
funder,cycle,first_period,last_period,payments
DE,c,2027,2027,100
IN,c,2027,2027,4

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,5
B,b,1,1,6,3
C,c,1,1,5,2.5
"""


@pytest.mark.parametrize(("required", "outlay", "funded"), [(5, 6, {"A"}), (5.5, 7, {"B", "C"}), (0, 0, set())])
def test_public_money_by_hand(required: float, outlay: float, funded: set[str]) -> None:
    """IN pays 4 of whatever is done. 5 are had with A: 10 - 4; 5.5 with B and C: 11 - 4; nothing with nothing."""
    found = optimum(small(CHEAP, 1, objective={"goal": "public_money", "required_value": required}))
    assert (found.objective, found.funded) == (pytest.approx(outlay), funded)


RECEIVED = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2027,{money}

parties
party,key
N,3
S,1

initiatives
initiative,currency,pot
A,EUR,real
B,EUR,real
C,EUR,real

shares
initiative,party,share
A,N,1
B,N,0.5
B,S,0.5
C,S,1

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,1
B,b,1,1,6,5
C,c,1,1,10,2
"""


@pytest.mark.parametrize(("required", "most", "funded"), [(0, 13, {"A", "B"}), (6.5, 3, {"B", "C"})])
def test_received_by_hand(required: float, most: float, funded: set[str]) -> None:
    """16 pay for B (6) and one of A and C (10): with A N receives 10 + 3; 6.5 of value only B and C have, 5 + 2."""
    goal = {"goal": "received", "group": "N", "required_value": required}
    found = optimum(small(RECEIVED.format(money=16), 1, objective=goal))
    assert (found.objective, found.funded) == (pytest.approx(most), funded)


@pytest.mark.parametrize(("money", "least", "funded"), [(16, 3, {"A", "B"}), (20, 10 / 3, {"A", "C"}), (6, 1, {"B"})])
def test_key_by_hand(money: float, least: float, funded: set[str]) -> None:
    """Per unit of its key (3, 1) A gives N 10/3, C gives S 10, B gives them 1 and 3.

    6 pay for B: 1. 16 for A and B: 13/3 and 3. 20 for A and C: 10/3 and 10.
    """
    found = optimum(small(RECEIVED.format(money=money), 1, objective={"goal": "key"}))
    assert (found.objective, found.funded) == (pytest.approx(least), funded)


GOALS = [{"goal": "public_money"}, {"goal": "received", "group": "N"}, {"goal": "key"}]


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal["goal"])
@pytest.mark.parametrize("seed", range(6))
def test_pooling_stays_exact_and_the_compact_form_a_relaxation(seed: int, goal: dict[str, str]) -> None:
    """With half of the most value required."""
    case = programme(seed)
    half = program_optimum(case) / 2
    for party, size in (("N", 5), ("S", 3)):
        case = case.change("parties", "key", where={"party": party}, set=size)
    changes = {**goal, "required_value": f"{half:.6f}"}
    case = case.apply([Change("case", f"objective.{name}", "set", value, {}) for name, value in changes.items()])
    exact = program_optimum(case)
    assert program_optimum(case, pooled=False) == pytest.approx(exact, abs=1e-6)
    compact = program_optimum(case, compact=True)
    assert compact <= exact + 1e-6 if goal["goal"] == "public_money" else compact >= exact - 1e-6

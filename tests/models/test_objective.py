"""The objective: expected, discounted value, as named terms."""

import pyomo.environ as pyo
import pytest

from fundalign.models.build import build
from fundalign.models.objective import reach_probability

from .golden import golden_differences, rows_of, value_at
from .small import optimum, small, without

TEXT = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2030,100

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR
D,EUR

milestones
initiative,milestone,order,duration,cost,value,success,latest_start
A,a1,1,1,1,10,0.5,2028
A,a2,2,2,1,20,0.8,
B,b1,1,1,1,-4,1,2028
C,c1,1,1,1,3,0.9,2027
D,d1,1,1,1,100,0.5,

precedence
predecessor,successor,type
A/a1,B,finish-start
A,C,start-start
A/a2,D,finish-start
B,D,finish-start
"""
EARLY = {
    **{"started[A,a1,1]": 1, "started[A,a1,2]": 1, "started[A,a2,2]": 1, "started[A,a2,3]": 1},
    **{"started[B,b1,2]": 1, "started[C,c1,1]": 1, "started[D,d1,4]": 1},
}


def worth(point: dict[str, float]) -> float:
    return value_at(rows_of(build(small(TEXT, 4, discount_rate=0.25)), "objective")["objective"], point)


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 4, discount_rate=0.25)), "objective") == []


def test_satisfied_point_is_worth_its_terms() -> None:
    """5 + 5.12 - 1.6 + 2.7 + 10.24: everything as early as it may be."""
    assert worth(EARLY) == pytest.approx(21.46)


def test_violated_earliness_is_worth_less() -> None:
    """a1 a year later loses 5 - 4, a2 5.12 - 4.096, and nothing done is worth nothing."""
    assert worth(EARLY | {"started[A,a1,1]": 0}) == pytest.approx(20.46)
    assert worth(EARLY | {"started[A,a2,2]": 0}) == pytest.approx(20.436)
    assert worth({}) == 0


def test_terms_are_named_and_sum_to_the_objective() -> None:
    model = build(small(TEXT, 4, discount_rate=0.25))
    assert list(model.terms) == ["value"]
    assert model.objective.sense == pyo.maximize


def test_reach_counts_every_ancestor_once() -> None:
    found = reach_probability(small(TEXT, 4))
    assert found == pytest.approx(
        {("A", "a1"): 0.5, ("A", "a2"): 0.4, ("B", "b1"): 0.5, ("C", "c1"): 0.9, ("D", "d1"): 0.2}
    )
    certain = reach_probability(small(TEXT, 4, expected_value=False))
    assert set(certain.values()) == {1.0}


ONE = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,10

initiatives
initiative,currency
SURE,EUR
BOLD,EUR

milestones
initiative,milestone,order,duration,cost,value,success
SURE,s,1,2,10,5,1
BOLD,b,1,1,10,10,0.3
"""


def test_objective_by_hand() -> None:
    """10 pay for one. SURE finishes in 2028: 5·0.8 = 4, more than 10·0.3 = 3. Unweighed BOLD is worth 10."""
    held = optimum(small(ONE, discount_rate=0.25))
    assert (held.objective, held.funded) == (pytest.approx(4), {"SURE"})
    assert held.run.report.terms == pytest.approx({"value": 4})
    bold = optimum(small(ONE, discount_rate=0.25, expected_value=False))
    assert (bold.objective, bold.funded) == (pytest.approx(10), {"BOLD"})


def test_discount_by_hand() -> None:
    """At 100 % a year SURE is worth 5/2 = 2.5 in 2028, less than BOLD's 3 in 2027."""
    found = optimum(small(ONE, discount_rate=1))
    assert (found.objective, found.done) == (pytest.approx(3), {"BOLD/b": "2027"})


def test_criteria_by_hand() -> None:
    """Values from scores: SURE 0.5·4 + 2·1 = 4, BOLD (0.5·2 + 2·6)·0.3 = 3.9."""
    text = (
        without(ONE, "milestones")
        + """

milestones
initiative,milestone,order,duration,cost,success
SURE,s,1,2,10,1
BOLD,b,1,1,10,0.3

criteria
initiative,milestone,criterion,score
SURE,s,science,4
SURE,s,use,1
BOLD,b,science,2
BOLD,b,use,6
"""
    )
    found = optimum(small(text, weights={"science": 0.5, "use": 2}))
    assert (found.objective, found.funded) == (pytest.approx(4), {"SURE"})

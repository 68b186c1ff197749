"""Whole guarantees: the least that backs what covered funders pay, rounded up, within every cap."""

from fractions import Fraction
from typing import Any

from fundalign.inputs.case import Case
from fundalign.results.accounts import Books
from fundalign.results.decisions import Decisions, GuaranteeKey, PayKey
from fundalign.results.guaranteeing import Guarantee, Guaranteeing, provisions
from fundalign.results.ledger import dues
from fundalign.results.rounding import round_plan

from .conftest import make_case

NO_FACTORS: dict[str, Any] = {"discount": {}, "escalation": {}, "loss": {}}
SETTINGS: dict[str, Any] = {"name": "guaranteed", "currency": "EUR", "first_period": "2027", "periods": 4}
TEXT = """
funders
funder,kind,currency
P,private,EUR
Q,private,EUR
S,public,SEK
E,public,EUR

budgets
funder,cycle,first_period,last_period,payments
P,c,2027,2030,1000
Q,c,2027,2030,1000
S,c1,2027,2027,1000
S,c2,2028,2030,{room}
E,c,2027,2028,1000

currencies
currency,rate
SEK,0.1

rates
currency,period,rate
SEK,2028,0.08

initiatives
initiative,currency
A,EUR
B,SEK

milestones
initiative,milestone,order,stage,duration,cost,value
A,a,1,dev,1,10,1
A,b,2,build,1,20,1
B,c,1,build,1,100,1

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage,stage,initiatives,cap
{rules}
"""
DEV, BUILD, OTHER = ("A", "dev", ""), ("A", "build", ""), ("B", "build", "")
CURRENCY = {DEV: "EUR", BUILD: "EUR", OTHER: "SEK"}
STARTS = {("A", "a"): 1, ("A", "b"): 2, ("B", "c"): 3}


def case_of(*rules: str, room: str = "1000") -> Case:
    return make_case(TEXT.format(rules="\n".join(rules), room=room), SETTINGS)


def guarantee(
    case: Case, paid: dict[PayKey, int], guaranteed: dict[GuaranteeKey, float] | None = None
) -> dict[GuaranteeKey, Guarantee]:
    decisions = Decisions(STARTS, {}, {}, {}, guaranteed=guaranteed or {})
    return Guaranteeing(case, Books(case, NO_FACTORS)).guarantee(decisions, paid, CURRENCY)


def test_what_is_needed_is_rounded_up() -> None:
    """P pays 10.00 for build in A: 1000/3 = 333.33 -> 334 cents; 0.1·334 = 33.4 cents at 0.08 EUR a SEK: 417.5 öre.

    b begins in 2028, in S's cycle c2, whose first period is 2028.
    """
    case = case_of("g,S,P,0.1,3,build,,")
    found = guarantee(case, {("P", BUILD, 2): 600, ("P", BUILD, 3): 400, ("Q", BUILD, 2): 1000})
    assert found == {(0, "A", "c2"): Guarantee(1000, 334, 418)}
    assert provisions(case, found, "S") == {"c2": 418}
    assert provisions(case, found, "E") == {}


def test_the_cycle_is_that_of_the_first_milestone_in_scope() -> None:
    """Over all stages a comes first, in 2027; 1000/2 guaranteed, half of it provisioned at 0.1 EUR a SEK."""
    case = case_of("g,S,P,0.5,2,,A,")
    assert guarantee(case, {("P", BUILD, 2): 1000}) == {(0, "A", "c1"): Guarantee(1000, 500, 2500)}


def test_outside_the_cycles_of_the_guarantor_nothing_is_guaranteed() -> None:
    """c begins in 2029, after E's only cycle."""
    assert guarantee(case_of("g,E,P,0.5,2,,B,"), {("P", OTHER, 3): 1000}) == {}


def test_each_initiative_has_its_own_guarantee_in_its_currency() -> None:
    """10.00 SEK for B: 500 öre guaranteed, a fifth of it set aside: 100 öre."""
    case = case_of("g,S,private,0.2,2,build,,")
    found = guarantee(case, {("P", BUILD, 2): 100, ("Q", BUILD, 2): 100, ("Q", OTHER, 3): 1000})
    assert found == {(0, "A", "c2"): Guarantee(200, 100, 250), (0, "B", "c2"): Guarantee(1000, 500, 100)}
    assert provisions(case, found, "S") == {"c2": 350}


def test_a_cap_is_not_passed_by_rounding_up() -> None:
    """100/3 = 33.3 cents would be 34; the cap of 0.335 EUR leaves 33. 34 fit below 0.34 EUR."""
    assert guarantee(case_of("g,S,P,0,3,build,,0.335"), {("P", BUILD, 2): 100})[0, "A", "c2"].guaranteed == 33
    assert guarantee(case_of("g,S,P,0,3,build,,0.34"), {("P", BUILD, 2): 100})[0, "A", "c2"].guaranteed == 34


def test_where_two_guarantees_apply_the_plan_says_how_they_share() -> None:
    """10.00: the second guarantees 2 at 3, which backs 6; the other 4 are left to the first, at 2."""
    case = case_of("g,S,P,0,2,build,,", "h,E,P,0,3,,,")
    paid: dict[PayKey, int] = {("P", BUILD, 2): 1000}
    found = guarantee(case, paid, {(0, "A", "c2"): 2.0, (1, "A", "c"): 2.0})
    assert {key: (row.mobilised, row.guaranteed) for key, row in found.items()} == {
        (0, "A", "c2"): (400, 200),
        (1, "A", "c"): (600, 200),
    }
    assert sum(row.mobilised for row in guarantee(case, paid).values()) == 1000


def test_a_provision_counts_in_the_budget_of_the_guarantor() -> None:
    """20.00 of build, all by P: 10.00 guaranteed, 2.00 EUR or 25.00 SEK set aside; S has 24.99 in c2: a cent over."""
    case = case_of("g,S,P,0.2,2,build,,", room="24.99")
    starts = {("A", "a"): 1, ("A", "b"): 2}
    decisions = Decisions(starts, {}, {("E", DEV, 1): 10.0, ("P", BUILD, 2): 20.0}, {})
    found = round_plan(case, Books(case, NO_FACTORS), dues(case, NO_FACTORS, starts, {}), decisions)
    assert found.guarantees == {(0, "A", "c2"): Guarantee(2000, 1000, 2500)}
    assert found.overshoot == {("S", "c2"): 1}
    account = found.accounts["S"][1]
    assert (account.provision, account.spent, account.over) == (2500, 0, 1)
    assert Fraction(account.payments, 100) == Fraction("24.99")

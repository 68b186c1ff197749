"""Prices in a portfolio, solved by hand: both directions, their ranges, degenerate limits, ratios, and levels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import UsageError
from fundalign.optimizer.price_tables import PRICES, price_rows
from fundalign.optimizer.prices import ABOUT, EXACT, NONE, PUBLIC, Price, prices
from fundalign.optimizer.solve import SolveOptions, solve

from ..models.small import small

SHARED = """
    funders
    funder,kind,currency
    F,public,EUR
    G,private,EUR

    budgets
    funder,cycle,first_period,last_period,payments
    F,all,2027,2028,8
    G,first,2027,2027,4
    G,second,2028,2028,0

    initiatives
    initiative,currency
    A,EUR

    milestones
    initiative,milestone,order,duration,cost,value,latest_start
    A,a,1,1,10,20,2027
"""


def priced(case: Case) -> dict[tuple[str, str, str], Price]:
    found = prices(solve(case, SolveOptions(gap=0.0, threads=1)))
    return {(price.lever.words, price.direction, price.measure): price for price in found}


def of(found: dict[tuple[str, str, str], Price], words: str, direction: str, measure: str = PUBLIC) -> Price:
    return found[words, direction, measure]


def test_private_money_saves_public_money_until_it_pays_all_or_the_public_cannot() -> None:
    # A costs 10 in 2027. G pays 4, so F pays 6 of its 8. A unit more of G saves F one, until G pays all 10. A unit less
    # costs F one, until F pays its 8 and G 2; beyond that nobody pays for A.
    found = priced(small(SHARED))
    more, less = (of(found, "budget of G, cycle first", way) for way in ("more", "less"))
    assert more.price == pytest.approx(1.0)
    assert more.holds_to == pytest.approx(10.0, rel=1e-6)
    assert (more.status, more.beyond, more.unit) == (EXACT, "another price", "EUR per EUR")
    assert less.price == pytest.approx(1.0)
    assert less.holds_to == pytest.approx(2.0, rel=1e-6)
    assert less.beyond == NONE
    assert less.least == pytest.approx(6.0)
    # F has 2 more than it needs: they save nothing, and only beyond the 2 it costs something to take them.
    spare = of(found, "budget of F, cycle all", "less")
    assert (spare.price, spare.status) == (0.0, EXACT)
    assert spare.holds_to == pytest.approx(6.0, rel=1e-6)
    assert of(found, "budget of F, cycle all", "more").holds_to is None


def test_left_and_right_differ_where_the_limit_is_just_what_is_needed() -> None:
    # A falls due half in 2027, half in 2028. G has just the 5 of 2027 and may not carry: one more saves nothing, one
    # less costs the public one (until F has paid its 8, G 2 and the 2028 half is F's 5 + 3). The vertex is degenerate:
    # its dual may be any number from 0 to 1.
    text = SHARED.replace("G,first,2027,2027,4", "G,first,2027,2027,5").replace("A,a,1,1,10", "A,a,1,2,10")
    found = priced(small(text))
    more, less = (of(found, "budget of G, cycle first", way) for way in ("more", "less"))
    assert (more.price, more.holds_to) == (0.0, None)
    assert less.price == pytest.approx(1.0)
    assert less.holds_to == pytest.approx(2.0, rel=1e-6)
    assert less.beyond == NONE


def test_a_limit_without_which_there_is_no_portfolio_has_no_price() -> None:
    # F pays 6 and has just 6: one less and nobody pays for A.
    found = priced(small(SHARED.replace("F,all,2027,2028,8", "F,all,2027,2028,6")))
    less = of(found, "budget of F, cycle all", "less")
    assert (less.price, less.holds_to, less.status) == (None, None, NONE)


def test_carry_over_is_priced_where_it_is_used() -> None:
    # A costs 10 in 2028 only. G has 4 in 2027, of which a quarter, 1, is carried; it has nothing else. A hundredth more
    # carries 0.04, up to all of the 4. F has 9.5 at hand, so that at least 0.5, an eighth of the 4, is carried.
    text = (
        SHARED.replace("latest_start", "earliest_start")
        .replace("10,20,2027", "10,20,2028")
        .replace("last_period,payments", "last_period,payments,carry_over")
        .replace("F,all,2027,2028,8", "F,all,2027,2028,9.5,")
        .replace("G,first,2027,2027,4", "G,first,2027,2027,4,0.25")
        .replace("2028,2028,0", "2028,2028,0,")
    )
    found = priced(small(text))
    more, less = (of(found, "carry-over of G, cycle first", way) for way in ("more", "less"))
    assert [more.price, less.price] == pytest.approx([0.04, 0.04])
    assert more.unit == "EUR per 0.01"
    assert more.holds_to == pytest.approx(1.0)
    assert more.beyond == "it goes no further"
    assert less.holds_to == pytest.approx(0.125, rel=1e-6)
    # The budget itself: a quarter of a unit more is carried.
    assert of(found, "budget of G, cycle first", "more").price == pytest.approx(0.25)


MATCHED = """
    funders
    funder,kind,currency
    F,public,EUR
    M,matching,EUR

    budgets
    funder,cycle,first_period,last_period,payments
    F,all,2027,2028,20
    M,all,2027,2028,6

    initiatives
    initiative,currency
    A,EUR

    milestones
    initiative,milestone,order,duration,cost,value
    A,a,1,1,12,20

    matching
    rule,funders,base,ratio
    top-up,M,public,0.5
"""


def test_the_price_of_a_ratio_is_its_derivative_and_the_range_says_how_exact() -> None:
    # F + ratio·F = 12: F = 12/(1 + ratio) = 8, dF/dratio = −12/(1 + ratio)² = −16/3, a hundredth saves 0.16/3. The line
    # is off by 1 % where 1/(1 + t/1.5) = 1 ∓ 0.01: t = 0.0151 for more, 0.01485 for less; the range ends before.
    found = priced(small(MATCHED))
    more, less = (of(found, "matching ratio top-up", way) for way in ("more", "less"))
    for price in (more, less):
        assert price.price == pytest.approx(0.16 / 3, rel=1e-4)
        assert price.status == ABOUT
    assert more.holds_to is not None
    assert less.holds_to is not None
    assert 0.51 < more.holds_to <= 0.5152
    assert 0.4848 <= less.holds_to < 0.49


PARTIAL = """
    funders
    funder,kind,currency
    F,public,EUR

    budgets
    funder,cycle,first_period,last_period,payments
    F,all,2027,2028,8

    initiatives
    initiative,currency
    A,EUR

    milestones
    initiative,milestone,order,duration,cost,value,min_level
    A,a,1,1,10,20,0.5
"""


def test_prices_in_value_stand_beside_where_levels_are_partial() -> None:
    # A is done at level 0.8 for 8: a unit more does a tenth more of it, worth 2, until it is done in full for 10; a
    # unit less a tenth less, until the least level, for 5. At the plan's own level, a unit less leaves no plan.
    found = priced(small(PARTIAL))
    more, less = (of(found, "budget of F, cycle all", way, "value") for way in ("more", "less"))
    assert [more.price, less.price] == pytest.approx([2.0, 2.0], rel=1e-6)
    assert more.unit == "points per EUR"
    assert more.holds_to == pytest.approx(10.0, rel=1e-6)
    assert less.holds_to == pytest.approx(5.0, rel=1e-6)
    assert (more.beyond, less.beyond) == ("another price", NONE)
    assert of(found, "budget of F, cycle all", "more").price == 0.0
    assert of(found, "budget of F, cycle all", "less").status == NONE


def test_where_all_is_whole_there_is_no_price_in_value() -> None:
    assert {price.measure for price in priced(small(SHARED)).values()} == {PUBLIC}


def test_a_run_without_a_plan_has_no_prices() -> None:
    run = solve(small(SHARED), SolveOptions(gap=0.0, threads=1))
    with pytest.raises(UsageError, match="no plan"):
        prices(replace(run, plan=None))


def test_the_table_says_what_each_number_is() -> None:
    run = solve(small(SHARED), SolveOptions(gap=0.0, threads=1))
    table = price_rows(prices(run))
    assert tuple(table.columns) == PRICES
    row = table[(table["limit"] == "budget of G, cycle first") & (table["direction"] == "less")].iloc[0]
    assert row["label"] == "price in this portfolio"
    assert (row["table"], row["row"], row["column"], row["owner"]) == ("budgets", "3", "payments", "G")
    assert (row["value"], row["unit"], row["price"], row["price_unit"]) == ("4", "EUR", "1.0", "EUR per EUR")
    assert (row["holds_from"], row["holds_to"], row["beyond"]) == ("4", "2.0", NONE)
    assert (row["least_public_money"], row["plan_public_money"]) == ("6.0", row["plan_public_money"])

"""How amounts, progress, rules and faults are put into words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from fundalign.app.binding import bound_text, limit_text, places
from fundalign.app.budgets import adding_up
from fundalign.app.console import Log, Talk
from fundalign.app.ending import telling
from fundalign.app.equity import equity_table
from fundalign.app.faultlist import as_json, fault_tables
from fundalign.app.goal import number, reached
from fundalign.app.money import Money, share
from fundalign.app.progress import Lines, sentence
from fundalign.inputs.faults import Fault
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.engine import Progress
from fundalign.results.verify_rows import RuleRow

from ..models.small import tables_of

KEYED = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2027,1

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,1,1

parties
party,key
P,2

shares
initiative,party,share
A,P,1
"""

ROW = RuleRow("budgets", "payments", "DE", ("c1",), Fraction(20), None, Fraction(20), unit="EUR")


@pytest.mark.parametrize(
    ("unit", "label"),
    [(1, "EUR"), (1_000, "EUR thousand"), (1_000_000, "EUR million"), (500, "EUR × 500")],
)
def test_the_unit_is_said_in_words(unit: int, label: str) -> None:
    assert Money("EUR", unit).label == label


def test_whole_currency_units_are_shown_in_the_unit() -> None:
    money = Money("EUR", 1_000_000)
    assert money.whole("1234567.89") == "1.23"
    assert money.whole(Decimal("1500000000")) == "1,500.00"
    assert (money.whole("0.00"), money.whole("")) == ("–", "")
    assert (share("0.1234", 1), share("")) == ("12.3%", "")


def test_a_progress_line_comes_with_each_phase_and_not_more_often_than_every_few_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell = Lines(Log(json_lines=True), every=3600)
    tell(Progress("building", 0.0))
    tell(Progress("search", 1.0, 5.0, float("inf"), float("inf")))
    tell(Progress("search", 2.0, 6.0, 8.0, 1 / 3))  # within the hour: not said
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["phase"] for line in lines] == ["building", "search"]
    assert (lines[1]["incumbent"], lines[1]["bound"], lines[1]["gap"]) == (5.0, None, None)


def test_the_sentence_of_a_search_says_only_what_is_known() -> None:
    assert sentence(Progress("search", 1.0)) == ""
    assert sentence(Progress("search", 1.0, None, 8.0)) == "bound 8"
    assert sentence(Progress("search", 1.0, 6.0, 8.0, 0.25)) == "incumbent 6, bound 8, gap 25.000%"


def test_nothing_is_a_plain_zero_and_no_gap_of_nothing_is_told() -> None:
    assert (number(-0.0), number(-0.00001), number(0.0), number(None)) == ("0", "0", "0", "none")
    assert (number(100.0), number(1234.5), number(0.25)) == ("100", "1,234.5", "0.25")


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        ({"goal": "value"}, "12.5"),
        ({"goal": "public_money"}, "0.01 EUR thousand"),
        ({"goal": "key"}, "12.5 EUR per unit of key"),
    ],
)
def test_the_goal_is_told_in_its_unit(goal: dict[str, str], text: str) -> None:
    tables = tables_of(KEYED)
    settings = {"name": "a", "currency": "EUR", "unit": 1000, "first_period": "2027", "periods": 1, "objective": goal}
    assert reached(case_from_tables(settings, tables), 12.5) == text
    assert telling(0.1, 5.0)
    assert not telling(5e9, 0.0)
    assert not telling(1e5, 1e-3)
    assert sentence(Progress("search", 1.0, -0.0, 8.0, 8e9)) == "incumbent 0, bound 8"


def test_printed_budgets_add_up_and_each_figure_is_within_a_cent() -> None:
    keys = ("payments", "reserved", "spent", "hedge_cost", "buffer", "lapsed")
    exact = ("10", "1.004", "6.004", "0.004", "0", "2.988")
    sums = dict(zip(keys, map(Decimal, exact), strict=True))
    printed = adding_up(sums)  # rounded one by one: 1.00 + 6.00 + 0.00 + 0.00 + 2.99 = 9.99
    assert printed["payments"] == sum(amount for key, amount in printed.items() if key != "payments")
    assert all(abs(printed[key] - sums[key]) < Decimal("0.01") for key in sums)
    assert printed["buffer"] == 0


def test_a_bound_is_shown_as_money_share_or_count() -> None:
    assert bound_text(ROW, 10) == "≤ 2.00 EUR"
    shared = RuleRow("cofunding", "cap", "A", (), Fraction(3), None, Fraction(3), total=Fraction(10), unit="EUR")
    assert bound_text(shared, 10) == "≤ 30.0%"
    assert bound_text(RuleRow("choices", "two", "", (), Fraction(2), Fraction(2)), 10) == "≥ 2"
    returned = RuleRow("equity", "r", "A", ("geo_return",), Fraction(11), Fraction(11), total=Fraction(10), unit="EUR")
    assert bound_text(returned, 10) == "≥ 1.10"
    larger = replace(ROW, value=Fraction(80), at_most=Fraction(80))
    assert limit_text([ROW, larger], 10) == "≤ 2.00, 8.00 EUR"
    assert limit_text([larger, ROW, replace(ROW, at_most=Fraction(30))], 10) == "≤ 2.00 to 8.00 EUR"
    assert limit_text([ROW, replace(ROW, at_least=Fraction(20), at_most=None)], 10) == "various"
    assert places(("budgets", "payments", "DE"), [ROW]) == "DE c1"
    assert places(("matching", "top-up", ""), [ROW] * 8).endswith("… 2 more")


def test_equity_names_the_party_with_least_room_first(talked: Callable[..., str]) -> None:
    common = {
        "rule": "return",
        "measure": "geo_return",
        "parties": "each",
        "by": "",
        "at_least": "1",
        "at_most": "",
    }
    rows = [common | {"party": party, "value": value} for party, value in (("A", "3"), ("B", "1.5"), ("C", ""))]
    assert "B:1.50  A:3.00  C:–" in talked(equity_table(rows))


def test_faults_come_before_warnings_and_only_a_warning_says_its_severity(talked: Callable[..., str]) -> None:
    faults = [
        Fault("a.csv", 3, "cost", "x", "a number", severity="warning"),
        Fault("b.csv", None, None, None, "the file", "is it there?"),
    ]
    assert [entry.get("severity") for entry in as_json(faults)] == ["warning", None]
    text = talked(*fault_tables(faults))
    assert text.index("b.csv – faults") < text.index("a.csv – warnings")


@pytest.fixture
def talked(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What `Talk` prints of some renderables."""

    def talk(*parts: object) -> str:
        Talk().show(*parts)
        return capsys.readouterr().out

    return talk

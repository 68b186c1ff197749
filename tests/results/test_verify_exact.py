"""Rounding, matching as a flow, ratio tolerances: what exact arithmetic must accept and what it must not."""

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.results.verify import Audit, RuleRow, audit
from fundalign.results.verify_linear import maximise
from fundalign.results.verify_rows import money, plain, six_digits

Table = list[dict[str, object]]
FUNDING = ["funder", "initiative", "stage", "party", "period", "currency"]
FUNDING += ["amount", "amount_funder", "amount_base"]
SCHEDULE = ["initiative", "milestone", "stage", "done", "start", "finish", "level", "cost", "success"]


def one_initiative(costs: list[str], shares: dict[str, str], funders: dict[str, str], **tables: Table) -> Case:
    """Make a case with the initiative I, one stage and milestone per cost, and funders of the given kinds."""
    settings: dict[str, Any] = {
        "name": "one",
        "currency": "EUR",
        "first_period": "2027",
        "periods": len(costs),
    }
    rows: dict[str, Table] = {
        "funders": [{"funder": f, "kind": kind, "currency": "EUR"} for f, kind in funders.items()],
        "budgets": [
            {"funder": f, "cycle": "c", "first_period": "2027", "last_period": "2027", "payments": 1000}
            for f in funders
        ],
        "initiatives": [{"initiative": "I", "currency": "EUR"}],
        "milestones": [
            *(
                {"initiative": "I", "milestone": f"m{k}", "order": k, "stage": f"g{k}", "duration": 1}
                | {"cost": cost, "value": 1}
                for k, cost in enumerate(costs, start=1)
            )
        ],
        "shares": [{"initiative": "I", "party": p, "share": share} for p, share in shares.items()],
    }
    return case_from_tables(settings, rows | tables)


def audit_of(case: Case, payments: list[tuple[str, str, str, int, str]], cost: str = "") -> Audit:
    """Audit (funder, stage, party, period, amount) payments; the milestones of I follow one another."""
    funding = [(f, "I", stage, party, str(t), "EUR", amount, amount, amount) for f, stage, party, t, amount in payments]
    schedule = [
        (
            "I",
            m.milestone,
            m.stage,
            "true",
            str(2026 + m.order),
            str(2026 + m.order),
            "1",
            cost or str(m.cost),
            "1",
        )
        for m in case.milestones["I"]
    ]
    tables = {
        "funding": pd.DataFrame(funding, columns=FUNDING, dtype=object),
        "schedule": pd.DataFrame(schedule, columns=SCHEDULE, dtype=object),
    }
    return audit(case, tables, {}, {"discount": {"2027": "1", "2028": "1"}})


def faults_about(found: Audit, *words: str) -> list[str]:
    return [fault for fault in found.faults if any(word in fault for word in words)]


@pytest.mark.parametrize(
    ("amounts", "fault"),
    [
        (["33.33", "33.33", "33.34"], ""),
        (["33.34", "33.33", "33.33"], ""),
        (["33.34", "33.34", "33.32"], "cover: I / g1 / C / 2027: paid 33.32, due 33.3333333333333 EUR"),
        (["33.33", "33.33", "33.33"], "cover: I in all: paid 99.99, its milestones cost 100 EUR"),
    ],
)
def test_dues_may_be_rounded_either_way_but_sum_to_the_cost(amounts: list[str], fault: str) -> None:
    # 100 in three equal parts: 33 1/3 each; 33.32 is more than a cent away from it
    case = one_initiative(["100"], {"A": "0.333333", "B": "0.333333", "C": "0.333333"}, {"F": "public"})
    found = audit_of(case, [("F", "g1", p, 2027, a) for p, a in zip("ABC", amounts, strict=True)], "100.00")
    faults = faults_about(found, "cover")
    assert (not faults) if not fault else any(fault in said for said in faults)


@pytest.mark.parametrize(("paid", "holds"), [("10.00", True), ("10.01", True), ("9.99", False), ("10.02", False)])
def test_an_exact_tie_may_be_rounded_either_way(paid: str, holds: bool) -> None:
    case = one_initiative(["10.005"], {"A": "1"}, {"F": "public"})
    found = audit_of(case, [("F", "g1", "A", 2027, paid)], paid)
    assert (not faults_about(found, "cover", "cost is")) is holds


# Stage g1 has 60 of base, g2 has 20. Rule `one` matches g1 at 1:1, rule `all` both stages at 1:2 (0.5).
RULES: Table = [
    {"rule": "all", "funders": "matching", "base": "private", "ratio": "0.5"},
    {"rule": "one", "funders": "M", "base": "private", "ratio": "1", "stage": "g1"},
]


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [
        # x of g1's match by `one` uses x of its base; the rest, first − x + second, by `all` twice as much
        ("50.00", "10.00", True),  # x = 50 leaves 10 + 20 = 30 of base for `all`: 15 ≥ 10
        ("50.00", "15.00", True),  # 15 ≥ 15, the last cent of it
        ("60.00", "10.00", True),  # x = 60 leaves 20 for `all`: 10 ≥ 10
        ("60.00", "10.50", False),  # 10 < 10.5
        ("55.00", "13.00", False),  # x = 55 leaves 5 + 20 = 25: 12.5 < 13
    ],
)
def test_each_unit_of_base_unlocks_one_matching_rule_only(first: str, second: str, holds: bool) -> None:
    costs = [str(Fraction(first) + 60), str(Fraction(second) + 20)]
    costs = [plain(Fraction(cost)) for cost in costs]
    case = one_initiative(costs, {"A": "1"}, {"P": "private", "M": "matching"}, matching=RULES)
    payments = [("P", "g1", "A", 2027, "60.00"), ("P", "g2", "A", 2028, "20.00")]
    payments += [("M", "g1", "A", 2027, first), ("M", "g2", "A", 2028, second)]
    found = audit_of(case, payments)
    assert (not faults_about(found, "matching:")) is holds, found.faults
    rows = [row for row in found.rows if row.family == "matching"]
    assert {row.rule for row in rows} == {"one", "all"}
    assert sum(row.value for row in rows) == Fraction(first) + Fraction(second)
    assert sum(row.total or 0 for row in rows) == 80


def test_a_ratio_holds_to_one_minor_unit_per_amount() -> None:
    # F may bear a third of 100: 33 1/3; its one payment and the one due give a tolerance of two cents
    rule: Table = [{"rule": "third", "funders": "F", "at_most": "0.3333333333"}]
    case = one_initiative(["100"], {"A": "1"}, {"F": "public", "G": "public"}, cofunding=rule)
    for paid, rest, holds in (("33.34", "66.66", True), ("33.35", "66.65", True), ("33.36", "66.64", False)):
        found = audit_of(case, [("F", "g1", "A", 2027, paid), ("G", "g1", "A", 2027, rest)], "100.00")
        assert (not faults_about(found, "cofunding")) is holds


def test_the_small_linear_program_finds_the_exact_maximum() -> None:
    one, none = Fraction(1), Fraction(0)
    # max x + y with x ≤ 2, 3x + 2y ≤ 7: x = 0, y = 7/2
    assert maximise([one, one], [[one, none], [Fraction(3), Fraction(2)]], [Fraction(2), Fraction(7)]) == [
        none,
        Fraction(7, 2),
    ]
    # Beale's example, on which the simplex method cycles without Bland's rule: maximum 1/20
    gain = [Fraction(3, 4), Fraction(-150), Fraction(1, 50), Fraction(-6)]
    matrix = [
        [Fraction(1, 4), Fraction(-60), Fraction(-1, 25), Fraction(9)],
        [Fraction(1, 2), Fraction(-90), Fraction(-1, 50), Fraction(3)],
        [none, none, one, none],
    ]
    point = maximise(gain, matrix, [none, none, one])
    assert sum(g * x for g, x in zip(gain, point, strict=True)) == Fraction(1, 20)
    with pytest.raises(ValueError, match="unbounded"):
        maximise([one], [[-one]], [one])


def test_numbers_in_text() -> None:
    assert plain(Fraction(5, 4)) == "1.25"
    assert plain(Fraction(100, 3)) == "33.3333333333333"
    assert plain(Fraction(1000)) == "1000"
    assert money(Fraction(2001, 200), 2) == "10.01"
    assert money(Fraction(3, 2), 0) == "2"
    assert money(Fraction(-1, 1000), 2) == "0.00"
    assert six_digits(Fraction("0.333333"), Fraction(1, 3))
    assert not six_digits(Fraction("0.333332"), Fraction(1, 3))


def test_a_row_knows_its_slack() -> None:
    row = RuleRow("equity", "r", "A", (), Fraction(5), Fraction(2), Fraction(6), Fraction(1), Fraction(10))
    assert (row.slack, row.achieved) == (Fraction(1), Fraction(1, 2))
    assert row.binding
    assert row.holds
    assert RuleRow("equity", "r", "A", (), Fraction(5)).slack is None


def test_the_verifier_never_loads_the_model_or_the_solver() -> None:
    code = (
        "import sys, fundalign.results.verify\n"
        "bad = ('pyomo', 'highspy', 'fundalign.models', 'fundalign.optimizer')\n"
        "print([name for name in sys.modules if name.startswith(bad)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

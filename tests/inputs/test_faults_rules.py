"""Faults between tables, provoked one at a time: money, sums, names, bounds, values, circles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fundalign.inputs.faults import Fault
from fundalign.inputs.read import case_from_tables

Read = Callable[[], tuple[Fault, ...]]
Tables = dict[str, list[dict[str, object]]]
Place = tuple[str, int | None, str | None, str | None]


def place(fault: Fault) -> Place:
    return fault.file, fault.row, fault.column, fault.value


def expect_only(found: tuple[Fault, ...], wanted: Place, told: str) -> None:
    assert [place(fault) for fault in found] == [wanted]
    assert told in f"{found[0].expected} {found[0].hint}"


def test_correlation_listed_both_ways(tables: Tables, faults: Read) -> None:
    tables["correlations"] = [
        {"currency_a": "SEK", "currency_b": "USD", "correlation": "0.2"},
        {"currency_a": "USD", "currency_b": "SEK", "correlation": "0.2"},
    ]
    expect_only(faults(), ("correlations.csv", 3, "currency_b", "SEK, USD"), "row 2")


def test_impossible_correlations_name_their_pairs(tables: Tables, faults: Read) -> None:
    # SEK goes with USD and with JPY, yet USD against JPY: det = 1 - 3*0.81 - 2*0.9^3 < 0; CHF is not involved
    tables["currencies"].append({"currency": "CHF", "rate": "1.1"})
    tables["correlations"] = [
        {"currency_a": "SEK", "currency_b": "USD", "correlation": "0.9"},
        {"currency_a": "CHF", "currency_b": "USD", "correlation": "0.1"},
        {"currency_a": "SEK", "currency_b": "JPY", "correlation": "0.9"},
        {"currency_a": "USD", "currency_b": "JPY", "correlation": "-0.9"},
    ]
    found = faults()
    assert [(f.row, f.value) for f in found] == [(2, "0.9"), (4, "0.9"), (5, "-0.9")]
    assert "SEK-USD 0.9, SEK-JPY 0.9, USD-JPY -0.9" in found[0].hint


@pytest.mark.parametrize("column", ["currency_a", "currency_b"])
def test_base_has_no_correlation(column: str, tables: Tables, faults: Read) -> None:
    tables["correlations"] = [{"currency_a": "SEK", "currency_b": "SEK", "correlation": "0.2"} | {column: "EUR"}]
    expect_only(faults(), ("correlations.csv", 2, column, "EUR"), "other than the base")


def test_currency_correlates_with_another(tables: Tables, faults: Read) -> None:
    tables["correlations"] = [{"currency_a": "SEK", "currency_b": "SEK", "correlation": "1"}]
    expect_only(faults(), ("correlations.csv", 2, "currency_b", "SEK"), "another currency")


@pytest.mark.parametrize(("column", "value"), [("rate", "1.01"), ("volatility", "0.1"), ("hedge_cost", "0.01")])
def test_base_currency_is_the_measure(column: str, value: str, tables: Tables, faults: Read) -> None:
    tables["currencies"].append({"currency": "EUR", "rate": "1"} | {column: value})
    expect_only(faults(), ("currencies.csv", 5, column, value), "EUR is the base currency")


def test_base_rate_of_a_period(tables: Tables, faults: Read) -> None:
    tables["rates"] = [{"currency": "EUR", "period": "2028", "rate": "1.1"}]
    expect_only(faults(), ("rates.csv", 2, "rate", "1.1"), "EUR is the base currency")


def test_overlapping_cycles(tables: Tables, faults: Read) -> None:
    tables["budgets"][1]["first_period"] = "2028"
    expect_only(faults(), ("budgets.csv", 3, "first_period", "2028"), "overlaps cycle a in row 2")


def test_a_cycle_inside_another_overlaps(tables: Tables, faults: Read) -> None:
    tables["budgets"].append(
        {"funder": "SM", "cycle": "x", "first_period": "2030", "last_period": "2030", "payments": "1"}
    )
    expect_only(faults(), ("budgets.csv", 6, "first_period", "2030"), "overlaps cycle a in row 4")


@pytest.mark.parametrize(("column", "value"), [("first_period", "2026"), ("last_period", "2031")])
def test_cycle_outside_the_horizon(column: str, value: str, tables: Tables, faults: Read) -> None:
    tables["budgets"][2][column] = value
    expect_only(faults(), ("budgets.csv", 4, column, value), "2027 to 2030")


def test_cycle_ends_before_it_begins(tables: Tables, faults: Read) -> None:
    tables["budgets"][1]["last_period"] = "2028"
    expect_only(faults(), ("budgets.csv", 3, "last_period", "2028"), "2029 or later")


def test_reserved_exceeds_payments(tables: Tables, faults: Read) -> None:
    tables["budgets"][0]["reserved"] = "100.01"
    expect_only(faults(), ("budgets.csv", 2, "reserved", "100.01"), "at most the payments, 100")


def test_shares_sum_to_one(tables: Tables, faults: Read) -> None:
    tables["shares"][1]["share"] = "0.49"
    expect_only(faults(), ("shares.csv", 2, "share", "0.99"), "they sum to 0.99")


def test_shares_may_miss_one_by_a_millionth(tables: Tables, faults: Read) -> None:
    tables["shares"][1]["share"] = "0.5000011"
    expect_only(faults(), ("shares.csv", 2, "share", "1.0000011"), "sum to 1")


def test_profile_sums_to_one(tables: Tables, faults: Read) -> None:
    tables["cost_profile"] = [
        {"initiative": "A", "milestone": "m2", "offset": offset, "share": "0.3"} for offset in range(3)
    ]
    expect_only(faults(), ("cost_profile.csv", 2, "share", "0.9"), "A/m2")


def test_virtual_pot_without_shares(tables: Tables, faults: Read) -> None:
    tables["initiatives"][0]["pot"] = "virtual"
    del tables["shares"][:2]
    expect_only(faults(), ("initiatives.csv", 2, "pot", "virtual"), "shares of A")


def test_order_stands_twice(tables: Tables, faults: Read) -> None:
    tables["milestones"][1]["order"] = "1"
    expect_only(faults(), ("milestones.csv", 3, "order", "1"), "row 2 has it")


def test_order_has_a_gap(tables: Tables, faults: Read) -> None:
    tables["milestones"][1]["order"] = "3"
    expect_only(faults(), ("milestones.csv", 3, "order", "3"), "there is no 2")


def test_initiative_without_milestones(tables: Tables, faults: Read) -> None:
    del tables["milestones"][2]
    expect_only(faults(), ("initiatives.csv", 3, "initiative", "B"), "milestones.csv")


def test_rank_without_call(tables: Tables, faults: Read) -> None:
    tables["initiatives"][1]["call"] = ""
    expect_only(faults(), ("initiatives.csv", 3, "rank", "2"), "call")


NAMES = [
    (
        "funders",
        {"funder": "matching", "kind": "matching", "currency": "EUR"},
        "funder",
        "the kind of funder",
    ),
    ("groups", {"group": "NM", "kind": "funder", "member": "SM"}, "group", "already a funder"),
    ("groups", {"group": "public", "kind": "funder", "member": "SM"}, "group", "already the kind of funder"),
    ("groups", {"group": "maps", "kind": "initiative", "member": "A"}, "group", "already a theme"),
    ("groups", {"group": "C1", "kind": "initiative", "member": "A"}, "group", "already a call"),
    ("groups", {"group": "S", "kind": "party", "member": "N"}, "group", "already a party"),
    ("groups", {"group": "each", "kind": "party", "member": "N"}, "group", "the word for every party"),
]


@pytest.mark.parametrize(("table", "row", "column", "told"), NAMES)
def test_name_that_means_two_things(
    table: str, row: dict[str, object], column: str, told: str, tables: Tables, faults: Read
) -> None:
    tables[table].append(row)
    expect_only(faults(), (f"{table}.csv", len(tables[table]) + 1, column, str(row[column])), told)


@pytest.mark.parametrize(("column", "value", "told"), [("theme", "B", "an initiative"), ("call", "light", "a theme")])
def test_theme_or_call_named_like_something_else(
    column: str, value: str, told: str, tables: Tables, faults: Read
) -> None:
    tables["initiatives"][0][column] = value
    expect_only(faults(), ("initiatives.csv", 2, column, value), told)


def test_a_group_may_have_the_name_of_another_kind_of_thing(tables: Tables) -> None:
    tables["groups"].append({"group": "north", "kind": "initiative", "member": "A"})
    case = case_from_tables({"name": "n", "currency": "EUR", "first_period": "2027", "periods": 4}, tables)
    assert case.select_parties("north") == {"N"}
    assert case.select_initiatives("north") == {"A"}


def test_matching_rule_of_another_kind(tables: Tables, faults: Read) -> None:
    tables["matching"].append({"rule": "x", "funders": "ministries", "base": "public", "ratio": "1"})
    expect_only(faults(), ("matching.csv", 3, "funders", "ministries"), "kind public")


BOUNDS = [
    ("cofunding", {"rule": "r", "funders": "public", "at_least": "0.6", "at_most": "0.5"}, "at_least", "0.6"),
    (
        "equity",
        {"rule": "r", "measure": "received", "parties": "N", "at_least": "0.3", "at_most": "0.2"},
        "at_least",
        "0.3",
    ),
    ("equity", {"rule": "r", "measure": "contributed", "parties": "N", "at_most": "1.2"}, "at_most", "1.2"),
    ("equity", {"rule": "r", "measure": "initiatives", "parties": "N", "at_most": "1.5"}, "at_most", "1.5"),
    (
        "equity",
        {"rule": "r", "measure": "received", "parties": "N", "at_least": "0.1", "by": "2031"},
        "by",
        "2031",
    ),
    ("earmarks", {"rule": "r", "funders": "SM", "at_least": "0.3", "at_most": "0.2"}, "at_least", "0.3"),
    ("choices", {"choice": "r", "initiatives": "both", "at_least": "2", "at_most": "1"}, "at_least", "2"),
]


@pytest.mark.parametrize(("table", "row", "column", "value"), BOUNDS)
def test_bounds(table: str, row: dict[str, object], column: str, value: str, tables: Tables, faults: Read) -> None:
    tables[table] = [row]
    assert place(faults()[0]) == (f"{table}.csv", 2, column, value)


def test_rows_of_one_rule_disagree(tables: Tables, faults: Read) -> None:
    tables["choices"] = [
        {"choice": "c", "initiatives": "A", "at_most": "1"},
        {"choice": "c", "initiatives": "B", "at_most": "2"},
    ]
    expect_only(faults(), ("choices.csv", 3, "at_most", "2"), "the rows of c are one rule")


def test_key_measure_without_keys(tables: Tables, faults: Read) -> None:
    tables["parties"][0]["key"] = ""
    tables["equity"] = [{"rule": "e", "measure": "key", "parties": "north", "at_least": "1"}]
    expect_only(faults(), ("equity.csv", 2, "parties", "north"), "with a key")


def test_value_is_missing(tables: Tables, faults: Read) -> None:
    tables["milestones"][2]["value"] = ""
    expect_only(faults(), ("milestones.csv", 4, "value", ""), "unless there is criteria.csv")


def scored(settings: dict[str, Any], tables: Tables) -> None:
    settings["weights"] = {"science": 2, "jobs": 0.5}
    for row in tables["milestones"]:
        del row["value"]
    tables["criteria"] = [
        {"initiative": row["initiative"], "milestone": row["milestone"], "criterion": criterion, "score": "3"}
        for row in tables["milestones"]
        for criterion in ("science", "jobs")
    ]


def test_value_beside_criteria(settings: dict[str, Any], tables: Tables, faults: Read) -> None:
    scored(settings, tables)
    tables["milestones"][0]["value"] = "3"
    expect_only(faults(), ("milestones.csv", 1, "value", "value"), "beside criteria.csv")


def test_criterion_without_weight(settings: dict[str, Any], tables: Tables, faults: Read) -> None:
    scored(settings, tables)
    tables["criteria"][0]["criterion"] = "sciense"
    expect_only(faults(), ("criteria.csv", 2, "criterion", "sciense"), "did you mean 'science'?")


def test_weight_without_criterion(settings: dict[str, Any], tables: Tables, faults: Read) -> None:
    scored(settings, tables)
    settings["weights"]["beauty"] = 1
    expect_only(faults(), ("case.toml", None, "weights.beauty", "1"), "a criterion of criteria.csv")


def test_weights_without_criteria(settings: dict[str, Any], faults: Read) -> None:
    settings["weights"] = {"science": 1}
    expect_only(faults(), ("case.toml", None, "weights.science", "1"), "only with criteria.csv")


def test_milestone_without_scores(settings: dict[str, Any], tables: Tables, faults: Read) -> None:
    scored(settings, tables)
    del tables["criteria"][2:4]
    expect_only(faults(), ("milestones.csv", 3, "milestone", "A/m2"), "criteria.csv")


CIRCLES = [
    ([("A", "B"), ("B", "A/m1")], 2, "B", ["A/m2", "B/m1", "A/m1"]),
    ([("A/m2", "A/m1")], 2, "A/m1", ["A/m1", "A/m2"]),
    ([("B", "B")], 2, "B", ["B/m1"]),
]


@pytest.mark.parametrize(("pairs", "row", "value", "named"), CIRCLES)
def test_precedence_circle(
    pairs: list[tuple[str, str]], row: int, value: str, named: list[str], tables: Tables, faults: Read
) -> None:
    tables["precedence"] = [{"predecessor": a, "successor": b} for a, b in pairs]
    found = faults()
    assert place(found[0]) == ("precedence.csv", row, "successor", value)
    assert len(found) == 1
    assert found[0].hint.startswith("circle: ")
    assert all(name in found[0].hint for name in named)

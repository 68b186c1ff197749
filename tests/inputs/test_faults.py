"""Every fault of a case's tables, provoked one at a time and read back: file, row, column, value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fundalign.inputs.faults import Fault

Read = Callable[[], tuple[Fault, ...]]
Tables = dict[str, list[dict[str, object]]]
Place = tuple[str, int | None, str | None, str | None]


def place(fault: Fault) -> Place:
    return fault.file, fault.row, fault.column, fault.value


def expect_only(found: tuple[Fault, ...], wanted: Place, told: str) -> None:
    assert [place(fault) for fault in found] == [wanted]
    assert told in f"{found[0].expected} {found[0].hint}"


CELLS = [
    ("budgets", 0, "payments", "1_000", "thousands separators"),
    ("budgets", 0, "payments", "1.234,5", "the decimal sign is a dot"),
    ("budgets", 0, "payments", "1 234", "thousands separators"),
    ("budgets", 0, "payments", " 12", "remove the blanks"),
    ("budgets", 0, "payments", "NaN", "leave the cell empty"),
    ("budgets", 0, "payments", "inf", "leave the cell empty"),
    ("budgets", 0, "payments", "1e6", "without an exponent"),
    ("budgets", 0, "payments", ".5", "both sides of the dot"),
    ("budgets", 0, "payments", "+5", "a number"),
    ("budgets", 0, "payments", "007", "a number"),
    ("budgets", 0, "payments", "€ 12", "a number"),
    ("budgets", 0, "payments", "-1", "at least 0"),
    ("budgets", 0, "carry_over", "5%", "5 % as 0.05"),
    ("budgets", 0, "carry_over", "1.5", "at most 1"),
    ("budgets", 0, "carry_over", "10", "5 % is written 0.05"),
    ("budgets", 0, "first_period", "01/02/2027", "not dates"),
    ("budgets", 0, "first_period", "2027-01-01", "not dates"),
    ("budgets", 0, "first_period", "2027Q1", "frequency Q"),
    ("budgets", 0, "first_period", "2027-04", 'frequency Y: write 2027, or set frequency = "M" in case.toml'),
    ("budgets", 0, "first_period", "2027 ", "remove the blanks"),
    ("budgets", 2, "cycle", "a\tb", "remove the tab in it"),
    ("initiatives", 0, "name", "Atlas\nall", "remove the line break in it"),
    ("initiatives", 0, "theme", "ma\x07ps", "remove the control character U+0007 in it"),
    ("initiatives", 0, "name", "A" * 201, "this one has 201"),
    ("budgets", 2, "cycle", "A" * 201, "at most 200 characters"),
    ("budgets", 2, "funder", "S/M", "'/' separates"),
    ("budgets", 2, "funder", "SM ", "remove the blanks"),
    ("budgets", 2, "funder", "SN", "did you mean"),
    ("funders", 0, "kind", "publik", "did you mean 'public'?"),
    ("funders", 0, "currency", "Kronor", "ISO 4217"),
    ("funders", 0, "currency", "SEX", "did you mean"),
    ("funders", 0, "currency", "DEM", "replaced by EUR"),
    ("funders", 0, "currency", "NOK", "currencies.csv"),
    ("funders", 0, "contingency", "1.01", "at most 1"),
    ("initiatives", 0, "complete", "yes", "true or false"),
    ("initiatives", 0, "complete", "1", "true or false"),
    ("initiatives", 0, "status", "mandatroy", "did you mean 'mandatory'?"),
    ("initiatives", 0, "rank", "1.0", "without decimals"),
    ("initiatives", 0, "rank", "0", "at least 1"),
    ("initiatives", 0, "escalation", "3", "at most 1"),
    ("initiatives", 0, "name", "Atlas ", "remove the blanks"),
    ("milestones", 1, "duration", "0", "at least 1"),
    ("milestones", 1, "duration", "2.5", "whole number"),
    ("milestones", 1, "success", "1.2", "at most 1"),
    ("milestones", 1, "cost", "-6", "at least 0"),
    ("currencies", 0, "rate", "0", "more than 0"),
    ("currencies", 0, "volatility", "-0.1", "at least 0"),
    ("parties", 0, "key", "0", "more than 0"),
    ("matching", 0, "base", "all", "one of public, private, both"),
    ("shares", 0, "share", "0", "more than 0"),
    ("groups", 0, "kind", "country", "one of party, initiative, funder"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "told"), CELLS)
def test_cell(table: str, row: int, column: str, value: str, told: str, tables: Tables, faults: Read) -> None:
    tables[table][row][column] = value
    expect_only(faults(), (f"{table}.csv", row + 2, column, value), told)


REFERENCES = [
    (
        "budgets",
        {"funder": "XX", "cycle": "z", "first_period": 2027, "last_period": 2027, "payments": 1},
        "funder",
        "a funder",
    ),
    ("groups", {"group": "north", "kind": "party", "member": "Z"}, "member", "a party"),
    (
        "groups",
        {"group": "both", "kind": "initiative", "member": "both"},
        "member",
        "cannot hold another group",
    ),
    (
        "cost_profile",
        {"initiative": "A", "milestone": "m9", "offset": 0, "share": 1},
        "milestone",
        "a milestone of A",
    ),
    (
        "cost_profile",
        {"initiative": "Q", "milestone": "m1", "offset": 0, "share": 1},
        "initiative",
        "an initiative",
    ),
    ("rates", {"currency": "CHF", "period": 2028, "rate": 1}, "currency", "currencies.csv"),
    ("eligibility", {"rule": "r", "funders": "NN", "allow": "false"}, "funders", "did you mean"),
    (
        "eligibility",
        {"rule": "r", "initiatives": "mapps", "allow": "false"},
        "initiatives",
        "did you mean 'maps'?",
    ),
    ("eligibility", {"rule": "r", "stage": "biuld", "allow": "false"}, "stage", "did you mean 'build'?"),
    ("eligibility", {"rule": "r", "parties": "nort", "allow": "false"}, "parties", "did you mean 'north'?"),
    ("precedence", {"predecessor": "A/m3", "successor": "B"}, "predecessor", "a milestone of A"),
    ("precedence", {"predecessor": "A", "successor": "D"}, "successor", "an initiative"),
    ("precedence", {"predecessor": "A/m1/x", "successor": "B"}, "predecessor", "'initiative/milestone'"),
    ("choices", {"choice": "c", "initiatives": "bothh", "at_most": 1}, "initiatives", "did you mean 'both'?"),
    ("cofunding", {"rule": "c", "funders": "publc", "at_least": "0.1"}, "funders", "did you mean 'public'?"),
    (
        "matching",
        {"rule": "m", "funders": "MFF", "base": "public", "ratio": 1},
        "funders",
        "did you mean 'MF'?",
    ),
    (
        "equity",
        {"rule": "e", "measure": "received", "parties": "eech", "at_least": "0.1"},
        "parties",
        "did you mean 'each'?",
    ),
    (
        "earmarks",
        {"rule": "e", "funders": "SM", "initiatives": "fog", "at_least": "0.1"},
        "initiatives",
        "a theme or a call",
    ),
]


@pytest.mark.parametrize(("table", "row", "column", "told"), REFERENCES)
def test_dangling_reference(
    table: str, row: dict[str, object], column: str, told: str, tables: Tables, faults: Read
) -> None:
    tables.setdefault(table, []).append(row)
    number = len(tables[table]) + 1
    expect_only(faults(), (f"{table}.csv", number, column, str(row[column])), told)


DUPLICATES = [
    ("funders", {"funder": "NM", "kind": "public", "currency": "SEK"}, "funder", "NM"),
    ("parties", {"party": "N"}, "party", "N"),
    ("currencies", {"currency": "SEK", "rate": "0.1"}, "currency", "SEK"),
    ("groups", {"group": "north", "kind": "party", "member": "N"}, "group", "north, party, N"),
    ("matching", {"rule": "half", "funders": "MF", "base": "private", "ratio": 1}, "rule", "half"),
]


@pytest.mark.parametrize(("table", "row", "column", "value"), DUPLICATES)
def test_duplicate_key(
    table: str, row: dict[str, object], column: str, value: str, tables: Tables, faults: Read
) -> None:
    tables[table].append(row)
    expect_only(faults(), (f"{table}.csv", len(tables[table]) + 1, column, value), "already")


def test_equity_rows_are_rules_of_their_own(tables: Tables, faults: Read) -> None:
    row = {"rule": "floor", "measure": "received", "parties": "N", "at_least": "0.1"}
    tables["equity"] = [row, row | {"parties": "S"}]
    expect_only(faults(), ("equity.csv", 3, "rule", "floor"), "row 2")

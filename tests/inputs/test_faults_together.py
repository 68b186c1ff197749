"""All faults at once: one bad cell, column or file hides nothing else, and brings no follow-up faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fundalign.inputs.faults import Fault, InputError
from fundalign.inputs.periods import converted
from fundalign.inputs.read import read_case

Read = Callable[[], tuple[Fault, ...]]
Tables = dict[str, list[dict[str, object]]]


def told(found: tuple[Fault, ...]) -> set[tuple[str, int | None, str | None, str | None]]:
    return {(fault.file.removesuffix(".csv"), fault.row, fault.column, fault.value) for fault in found}


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_case(folder)
    return caught.value.faults


ROWS: list[tuple[str, dict[str, object], set[str]]] = [
    ("eligibility", {"rule": "r", "funders": "WEST", "initiatives": "LINKK", "allow": "no"},
     {"funders", "initiatives", "allow"}),
    ("matching", {"rule": "r", "funders": "ACCORDD", "base": "publik", "ratio": "1"}, {"funders", "base"}),
    ("matching", {"rule": "half", "funders": "NM", "base": "publik", "ratio": "x", "cap": "-1"},
     {"rule", "funders", "base", "ratio", "cap"}),
    ("funders", {"funder": "NM", "kind": "publik", "currency": "NOK", "party": "Q"},
     {"funder", "kind", "currency", "party"}),
    ("funders", {"funder": "public", "kind": "public", "currency": "EURO"}, {"funder", "currency"}),
    ("budgets", {"funder": "NM", "cycle": "a", "first_period": "2027", "last_period": "2031", "payments": "x"},
     {"funder", "first_period", "last_period", "payments"}),
    ("budgets", {"funder": "SM", "cycle": "b", "first_period": "2029", "last_period": "2028", "payments": "1",
                 "reserved": "2", "carry_over": "5"}, {"last_period", "reserved", "carry_over"}),
    ("budgets", {"funder": "SM", "cycle": "b", "first_period": "2030", "last_period": "2030", "payments": "-1"},
     {"first_period", "payments"}),
    ("currencies", {"currency": "EUR", "rate": "2", "volatility": "x"}, {"rate", "volatility"}),
    ("currencies", {"currency": "SEK", "rate": "x"}, {"currency", "rate"}),
    ("rates", {"currency": "NOK", "period": "1.1.2027", "rate": "0.1"}, {"currency", "period"}),
    ("correlations", {"currency_a": "NOK", "currency_b": "EUR", "correlation": "2"},
     {"currency_a", "currency_b", "correlation"}),
    ("groups", {"group": "NM", "kind": "funder", "member": "a/b"}, {"group", "member"}),
    ("initiatives", {"initiative": "A", "currency": "NOK", "status": "maybe", "rank": "1", "theme": "B"},
     {"initiative", "currency", "status", "rank", "theme"}),
    ("milestones", {"initiative": "A", "milestone": "m2", "order": "1", "duration": "x", "cost": "1", "value": "",
                    "earliest_start": "2029", "latest_start": "2028"},
     {"initiative", "order", "duration", "value", "latest_start"}),
    ("cost_profile", {"initiative": "A", "milestone": "m9", "offset": "0", "share": "x"}, {"milestone", "share"}),
    ("shares", {"initiative": "A", "party": "Q", "share": "x"}, {"party", "share"}),
    ("precedence", {"predecessor": "A/m9", "successor": "C", "type": "start"}, {"predecessor", "successor", "type"}),
    ("choices", {"choice": "c/d", "initiatives": "bothh", "at_least": "3", "at_most": "2"},
     {"choice", "initiatives", "at_least"}),
    ("cofunding", {"rule": "r", "funders": "a/b", "initiatives": "bothh", "stage": "buildd", "at_most": "2"},
     {"funders", "initiatives", "stage", "at_most"}),
    ("equity", {"rule": "r", "measure": "recieved", "parties": "eech", "at_least": "3", "at_most": "2", "by": "2031"},
     {"measure", "parties", "at_least", "by"}),
    ("equity", {"rule": "a/b", "measure": "received", "parties": "N", "at_least": "x", "at_most": "2"},
     {"rule", "at_least", "at_most"}),
    ("earmarks", {"rule": "r", "funders": "a/b", "stage": "buildd", "at_least": "0.3", "at_most": "0.2", "by": "2031"},
     {"funders", "stage", "at_least", "by"}),
    ("guarantees", {"guarantee": "g", "guarantor": "SN", "funders": "NM", "provisioning_rate": "2", "leverage": "0",
                    "initiatives": "bothh", "stage": "buildd", "cap": "x"},
     {"guarantor", "funders", "provisioning_rate", "leverage", "initiatives", "stage", "cap"}),
    ("guarantees", {"guarantee": "a/b", "guarantor": "NM", "funders": "ministries", "provisioning_rate": "x",
                    "leverage": ""}, {"guarantee", "guarantor", "funders", "provisioning_rate", "leverage"}),
    ("synergies", {"synergy": "a/b", "initiatives": "bothh", "value": "x"}, {"synergy", "initiatives", "value"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "row", "columns"), ROWS, ids=[f"{table} {number}" for number, (table, *_) in enumerate(ROWS)]
)
def test_all_faults_of_a_row(
    table: str, row: dict[str, object], columns: set[str], tables: Tables, faults: Read
) -> None:
    tables.setdefault(table, []).append(row)
    number = len(tables[table]) + 1
    found = {fault for fault in faults() if fault.row == number and fault.file == f"{table}.csv"}
    assert {fault.column for fault in found} == columns


LONE: list[tuple[str, int, str, str]] = [
    ("funders", 0, "currency", "Kronor"),
    ("funders", 0, "kind", "publik"),
    ("funders", 2, "kind", "x"),
    ("funders", 0, "contingency", "x"),
    ("funders", 0, "party", "N "),
    ("parties", 0, "key", "x"),
    ("parties", 0, "party", " N"),
    ("initiatives", 0, "currency", "x"),
    ("initiatives", 0, "initiative", "A "),
    ("initiatives", 0, "theme", "maps "),
    ("initiatives", 0, "call", "C1 "),
    ("initiatives", 0, "rank", "first"),
    ("initiatives", 0, "status", "x"),
    ("milestones", 0, "order", "x"),
    ("milestones", 0, "milestone", "m1 "),
    ("milestones", 0, "initiative", "A "),
    ("milestones", 1, "stage", "build "),
    ("milestones", 2, "cost", "x"),
    ("milestones", 2, "value", "x"),
    ("shares", 0, "party", " N"),
    ("shares", 0, "party", "a/b"),
    ("shares", 0, "initiative", "A "),
    ("shares", 0, "initiative", ""),
    ("groups", 0, "kind", "x"),
    ("groups", 0, "group", "north "),
    ("groups", 1, "member", "A "),
    ("currencies", 0, "currency", "SEK "),
    ("currencies", 0, "rate", "x"),
    ("budgets", 0, "payments", "x"),
    ("budgets", 0, "funder", "NM "),
    ("matching", 0, "rule", ""),
    ("eligibility", 0, "funders", "S/M"),
    ("eligibility", 0, "stage", "build "),
    ("equity", 0, "by", "soon"),
    ("equity", 0, "parties", " N"),
    ("cofunding", 0, "initiatives", "A "),
    ("cost_profile", 0, "milestone", "m2 "),
    ("cost_profile", 0, "share", ""),
    ("precedence", 0, "lag", "x"),
    ("precedence", 0, "type", "x"),
    ("choices", 0, "initiatives", "both "),
]


@pytest.mark.parametrize(("table", "row", "column", "value"), LONE)
def test_a_bad_cell_is_one_fault(table: str, row: int, column: str, value: str, tables: Tables, faults: Read) -> None:
    tables |= {
        "eligibility": [
            {"rule": "no", "funders": "SM", "initiatives": "maps", "stage": "build", "parties": "S", "allow": "true"},
            {"rule": "no", "funders": "NM", "initiatives": "C1", "stage": "plan", "parties": "north", "allow": "true"},
        ],
        "equity": [
            {"rule": "N", "measure": "received", "parties": "N", "at_least": "0.6", "by": "2028"},
            {"rule": "S", "measure": "received", "parties": "S", "at_least": "0.6", "by": ""},
            {"rule": "key", "measure": "key", "parties": "north", "at_least": "0.1"},
        ],
        "cofunding": [
            {"rule": "a", "funders": "SM", "initiatives": "maps", "at_least": "0.6"},
            {"rule": "b", "funders": "NM", "initiatives": "light", "at_least": "0.6"},
        ],
        "cost_profile": [{"initiative": "A", "milestone": "m2", "offset": offset, "share": "0.5"} for offset in (0, 1)],
        "precedence": [{"predecessor": "A/m1", "successor": "B"}],
        "choices": [{"choice": "c", "initiatives": "both", "at_least": "1"}],
    }
    tables[table][row][column] = value
    assert told(faults()) == {(table, row + 2, column, value)}


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("funders", "currency", "curency"),
        ("funders", "funder,", "fundr,"),
        ("initiatives", "theme", "theem"),
        ("initiatives", "call", "calls"),
        ("initiatives", "initiative,", "initative,"),
        ("milestones", "stage", "stages"),
        ("milestones", "value", "values"),
        ("milestones", "order", "ordre"),
        ("parties", "key", "keys"),
        ("parties", "party", "partie"),
        ("groups", "member", "membr"),
        ("shares", "share", "shar"),
        ("shares", "initiative", "initiativ"),
    ],
)
def test_a_misspelled_column_hides_nothing_and_brings_nothing(table: str, old: str, new: str, folder: Path) -> None:
    rows = "r,NM,maps,build,north,false\nr,SM,C1,plan,S,maybe\n"
    (folder / "eligibility.csv").write_text(f"rule,funders,initiatives,stage,parties,allow\n{rows}")
    (folder / "equity.csv").write_text("rule,measure,parties,at_least\nr,key,north,0.1\n")
    path = folder / f"{table}.csv"
    head, rest = path.read_text().split("\n", 1)
    assert old in head
    path.write_text(head.replace(old, new, 1) + "\n" + rest)
    with (folder / "budgets.csv").open("a") as file:
        file.write("SM,b,2030,2031,x\n")
    found = told(faults_of(folder))
    elsewhere = {place for place in found if place[0] != table}
    assert elsewhere == {
        ("eligibility", 3, "allow", "maybe"),
        ("budgets", 6, "last_period", "2031"),
        ("budgets", 6, "payments", "x"),
        ("budgets", 6, "first_period", "2030"),
    }
    assert {row for name, row, *_ in found if name == table} == {1}


def test_a_missing_value_column_is_one_fault(tables: Tables, faults: Read) -> None:
    for row in tables["milestones"]:
        del row["value"]
    assert told(faults()) == {("milestones", 1, "value", None)}


def test_circle_through_a_row_with_a_bad_cell(tables: Tables, faults: Read) -> None:
    tables["milestones"][1]["cost"] = "x"
    tables["precedence"] = [
        {"predecessor": "A", "successor": "B", "lag": "x"},
        {"predecessor": "B", "successor": "A"},
    ]
    assert told(faults()) == {
        ("milestones", 3, "cost", "x"),
        ("precedence", 2, "lag", "x"),
        ("precedence", 2, "successor", "B"),
    }


def test_impossible_correlations_beside_a_bad_one(tables: Tables, faults: Read) -> None:
    tables["currencies"].append({"currency": "CHF", "rate": "1.1"})
    pairs = [("SEK", "USD", "0.9"), ("SEK", "JPY", "0.9"), ("USD", "JPY", "-0.9"), ("CHF", "NOK", "x")]
    tables["correlations"] = [dict(zip(("currency_a", "currency_b", "correlation"), row, strict=True)) for row in pairs]
    assert {(row, column) for _, row, column, _ in told(faults())} == {
        (2, "correlation"), (3, "correlation"), (4, "correlation"), (5, "correlation"), (5, "currency_b"),
    }  # fmt: skip
    tables["correlations"][3] = {"currency_a": "SEK", "currency_b": "USD", "correlation": "x"}
    del tables["correlations"][0]
    assert told(faults()) == {("correlations", 4, "correlation", "x")}


def test_faults_are_told_on_one_line(tables: Tables, faults: Read) -> None:
    tables["initiatives"][0]["name"] = "a\nb\x1b" + "c" * 300
    (fault,) = faults()
    assert str(fault).startswith("initiatives.csv, row 2, name: 'a\\nb\\x1bccc")
    assert "\n" not in str(fault)
    assert len(str(fault)) < 250


@pytest.mark.parametrize("name", ["a\nb", "x" * 201])
def test_names_of_case_and_scenarios(name: str, settings: dict[str, Any], faults: Read, folder: Path) -> None:
    settings["name"] = name
    assert {(fault.file, fault.column) for fault in faults()} == {("case.toml", "name")}
    change = 'table = "budgets"\ncolumn = "payments"\nset = 1\n'
    text = name.replace("\n", "\\n")
    (folder / "scenarios.toml").write_text(f'[[scenario]]\nname = "{text}"\n[[scenario.change]]\n{change}')
    assert [(fault.file, fault.value) for fault in faults_of(folder)] == [("scenarios.toml", name)]


def test_two_hundred_characters_are_a_name(tables: Tables, faults: Read) -> None:
    for row in (tables["initiatives"][0], tables["milestones"][0], tables["milestones"][1], *tables["shares"][:2]):
        row["initiative"] = "A" * 200
    tables["groups"][1]["member"] = "A" * 200
    tables["precedence"] = [{"predecessor": f"{'A' * 200}/m1", "successor": "B/m9"}]
    assert told(faults()) == {("precedence", 2, "successor", "B/m9")}


def test_a_period_of_another_frequency(settings: dict[str, Any], faults: Read) -> None:
    settings |= {"frequency": "Q", "first_period": "2027Q1"}
    hint = "'2028' is a label of frequency Y, the case has frequency Q: write such as 2028Q1, "
    assert any(fault.hint.startswith(hint) for fault in faults())
    settings["first_period"] = "2027-05"
    assert 'write 2027Q2, or set frequency = "M"' in next(f.hint for f in faults() if f.file == "case.toml")
    assert [converted("2027-07", "M", frequency) for frequency in ("Y", "H", "Q", "M")] == [
        "2027", "2027H2", "2027Q3", "2027-07",
    ]  # fmt: skip

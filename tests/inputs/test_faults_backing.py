"""Guarantees and synergies that cannot be, and funders that can pay nothing whatever is funded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fundalign.inputs.faults import Fault, InputError
from fundalign.inputs.read import case_from_tables

Read = Callable[[], tuple[Fault, ...]]
Tables = dict[str, list[dict[str, object]]]
Place = tuple[str, int | None, str | None, str | None]


def place(fault: Fault) -> Place:
    return fault.file, fault.row, fault.column, fault.value


def warned(settings: dict[str, Any], tables: Tables) -> list[tuple[Place, str]]:
    return [(place(fault), fault.hint) for fault in case_from_tables(settings, tables).warnings]


@pytest.fixture
def backed(tables: Tables) -> Tables:
    """The small case with two companies, which SM guarantees."""
    for name in ("CO", "CP"):
        tables["funders"].append({"funder": name, "kind": "private", "party": "N", "currency": "EUR"})
        tables["budgets"].append(
            {"funder": name, "cycle": "a", "first_period": "2027", "last_period": "2030", "payments": "9"}
        )
    tables["guarantees"] = [
        {"guarantee": "g", "guarantor": "SM", "funders": "private", "provisioning_rate": "0.5", "leverage": "4"}
    ]
    return tables


def test_a_sound_guarantee(settings: dict[str, Any], backed: Tables) -> None:
    assert warned(settings, backed) == []


GUARANTEES: list[tuple[str, str, list[str], str]] = [
    ("funders", "NM", ["funders"], "NM: kind public"),
    ("funders", "ministries", ["guarantor", "funders"], "NM, SM: kind public"),
    ("funders", "matching", ["funders"], "MF: kind matching"),
    ("funders", "companies", ["funders"], "a funder, a group of funders or a kind"),
    ("guarantor", "CO", ["guarantor"], "'private' covers it too"),
    ("guarantor", "SN", ["guarantor"], "did you mean 'SM'?"),
    ("guarantor", "ministries", ["guarantor"], "a funder"),
    ("leverage", "0", ["leverage"], "more than 0"),
    ("provisioning_rate", "-0.1", ["provisioning_rate"], "at least 0"),
    ("provisioning_rate", "40", ["provisioning_rate"], "0.05"),
    ("cap", "-1", ["cap"], "at least 0"),
    ("initiatives", "C2", ["initiatives"], "an initiative, a group, a theme or a call"),
    ("stage", "plans", ["stage"], "did you mean 'plan'?"),
]


@pytest.mark.parametrize(("column", "value", "columns", "told"), GUARANTEES)
def test_faults_of_a_guarantee(
    column: str, value: str, columns: list[str], told: str, backed: Tables, faults: Read
) -> None:
    backed["guarantees"][0][column] = value
    found = faults()
    assert sorted(str(fault.column) for fault in found) == sorted(columns)
    assert {(fault.file, fault.row) for fault in found} == {("guarantees.csv", 2)}
    assert any(told in f"{fault.expected} {fault.hint}" for fault in found)


def test_a_name_stands_for_one_guarantee(backed: Tables, faults: Read) -> None:
    backed["guarantees"].append(backed["guarantees"][0] | {"initiatives": "A"})
    (found,) = faults()
    assert place(found) == ("guarantees.csv", 3, "guarantee", "g")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [({"cap": "0"}, "its cap is 0"), ({"guarantor": "X"}, "X has no budget"), ({"guarantor": "Y"}, "no money")],
)
def test_a_guarantee_that_can_never_be_given(
    spoil: dict[str, object], told: str, settings: dict[str, Any], backed: Tables
) -> None:
    backed["funders"] += [{"funder": name, "kind": "public", "currency": "EUR"} for name in ("X", "Y")]
    period = {"first_period": "2027", "last_period": "2030"}
    backed["budgets"].append({"funder": "Y", "cycle": "a", "payments": "2", "reserved": "2", **period})
    backed["guarantees"][0] |= spoil
    found = dict(warned(settings, backed))
    assert told in found["guarantees.csv", 2, "guarantee", "g"]
    assert "covered by g" in found["funders.csv", 5, "funder", "CO"]
    assert ("funders.csv", 6, "funder", "CP") in found


def test_without_a_provision_the_guarantor_needs_no_money(settings: dict[str, Any], backed: Tables) -> None:
    backed["guarantees"][0]["provisioning_rate"] = "0"
    backed["budgets"][2]["reserved"] = backed["budgets"][2]["payments"]
    assert [each for each, _ in warned(settings, backed) if each[0] == "guarantees.csv"] == []


def test_another_guarantee_leaves_covered_funders_able_to_pay(settings: dict[str, Any], backed: Tables) -> None:
    backed["guarantees"].append(backed["guarantees"][0] | {"guarantee": "h", "cap": "0", "funders": "CO"})
    assert [each for each, _ in warned(settings, backed)] == [("guarantees.csv", 3, "guarantee", "h")]


def test_a_covered_funder_pays_only_in_scope(settings: dict[str, Any], backed: Tables) -> None:
    # only CO and CP can pay the part of N in B, but their guarantee is about building, and B has only a plan
    backed["initiatives"][1]["status"] = "mandatory"
    backed["eligibility"] = [
        {"rule": "no", "funders": name, "initiatives": "B", "allow": "false"} for name in ("NM", "MF")
    ]
    assert warned(settings, backed) == []
    backed["guarantees"][0]["stage"] = "build"
    with pytest.raises(InputError) as caught:
        case_from_tables(settings, backed)
    (found,) = caught.value.faults
    assert (found.severity, place(found)) == ("contradiction", ("initiatives.csv", 3, "status", "mandatory"))
    assert "the part of N in stage plan" in found.hint


def test_a_ticket_larger_than_the_purse(settings: dict[str, Any], tables: Tables) -> None:
    # SM may pay 50 in all; without it nobody pays the part of S but matching, which needs a base: N's part
    tables["funders"][1]["min_ticket"] = "50"
    assert warned(settings, tables) == []
    tables["funders"][1]["min_ticket"] = "50.01"
    assert warned(settings, tables) == [
        (("funders.csv", 3, "min_ticket", "50.01"), "with this ticket it can join nothing")
    ]
    tables["matching"], tables["initiatives"][0]["status"] = [], "mandatory"
    del tables["funders"][2], tables["budgets"][3]
    with pytest.raises(InputError, match="the part of S in stage plan"):
        case_from_tables(settings, tables)


COMMITMENTS: list[tuple[list[str], bool]] = [
    (["", ""], True),
    (["0", "5"], True),
    (["5", "0"], True),  # committed in the first cycle, paid in either
    (["0", ""], True),
    (["0", "0"], False),
]


@pytest.mark.parametrize(("ceilings", "able"), COMMITMENTS)
def test_ceilings_that_let_nothing_be_committed(
    ceilings: list[str], able: bool, settings: dict[str, Any], tables: Tables
) -> None:
    for row, ceiling in zip(tables["budgets"], ceilings, strict=False):
        row["commitments"] = ceiling
    expected = [] if able else [("budgets.csv", 3, "commitments", "0")]
    assert [each for each, _ in warned(settings, tables)] == expected


def test_commitments_after_the_last_payments(settings: dict[str, Any], tables: Tables) -> None:
    tables["budgets"][0]["commitments"] = "0"
    tables["budgets"][1] |= {"commitments": "9", "reserved": "100.50"}
    assert [each[2] for each, _ in warned(settings, tables)] == ["commitments"]


def test_stability_of_a_single_cycle_does_nothing(settings: dict[str, Any], tables: Tables) -> None:
    tables["funders"][0]["max_change"] = tables["funders"][1]["max_change"] = "0.1"
    assert [each for each, _ in warned(settings, tables)] == [("funders.csv", 3, "max_change", "0.1")]


def test_synergies(settings: dict[str, Any], tables: Tables) -> None:
    tables["synergies"] = [
        {"synergy": "together", "initiatives": "both", "value": "3"},
        {"synergy": "rivals", "initiatives": "C1", "value": "-1.5"},
        {"synergy": "idle", "initiatives": "A", "value": "0"},
    ]
    assert warned(settings, tables) == [
        (("synergies.csv", 4, "value", "0"), "with 0 the synergy does nothing"),
    ]


def test_a_synergy_with_a_member_that_cannot_be_done(settings: dict[str, Any], tables: Tables) -> None:
    tables["synergies"] = [{"synergy": "together", "initiatives": "both", "value": "3"}]
    tables["milestones"][1]["duration"] = "4"
    found = dict(warned(settings, tables))
    assert "A can never be done to the end: milestone m2" in found["synergies.csv", 2, "initiatives", "both"]
    tables["initiatives"][1]["status"] = "excluded"
    found = dict(warned(settings, tables))
    assert "A can never be done" in found["synergies.csv", 2, "initiatives", "both"]


def test_a_name_stands_for_one_synergy(tables: Tables, faults: Read) -> None:
    tables["synergies"] = [{"synergy": "together", "initiatives": name, "value": "3"} for name in ("A", "beacons", "B")]
    assert [place(fault) for fault in faults()] == [
        ("synergies.csv", 3, "synergy", "together"),
        ("synergies.csv", 3, "initiatives", "beacons"),
        ("synergies.csv", 4, "synergy", "together"),
    ]

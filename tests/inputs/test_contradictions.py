"""Rules that leave no plan, seen without a solver; and candidates that can never be funded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Fault, InputError
from fundalign.inputs.read import case_from_tables

Read = Callable[[], tuple[Fault, ...]]
Tables = dict[str, list[dict[str, object]]]


def read_warnings(settings: dict[str, Any], tables: Tables) -> list[tuple[str, int | None, str | None, str]]:
    return [(f.file, f.row, f.value, f.hint) for f in case_from_tables(settings, tables).warnings]


def only(found: tuple[Fault, ...], file: str, row: int, column: str, value: str, told: str) -> None:
    assert [(f.file, f.row, f.column, f.value, f.severity) for f in found] == [
        (file, row, column, value, "contradiction")
    ]
    assert told in f"{found[0].expected} {found[0].hint}"


def test_mandatory_without_eligible_funder(tables: Tables, faults: Read) -> None:
    tables["initiatives"][0]["status"] = "mandatory"
    tables["eligibility"] = [
        {"rule": "no", "funders": "NM", "initiatives": "maps", "stage": "build", "allow": "false"},
        {"rule": "no", "funders": "MF", "initiatives": "A", "allow": "false"},
    ]
    only(faults(), "initiatives.csv", 2, "status", "mandatory", "the part of N in stage build")


def test_mandatory_whose_part_only_matching_can_pay_is_no_contradiction(
    settings: dict[str, Any], tables: Tables
) -> None:
    tables["initiatives"][0]["status"] = "mandatory"
    tables["eligibility"] = [{"rule": "no", "funders": "NM", "initiatives": "A", "allow": "false"}]
    assert read_warnings(settings, tables) == []


def test_matching_alone_pays_nothing(tables: Tables, faults: Read) -> None:
    tables["initiatives"][1]["status"] = "mandatory"
    tables["eligibility"] = [{"rule": "no", "funders": "public", "initiatives": "B", "allow": "false"}]
    only(faults(), "initiatives.csv", 3, "status", "mandatory", "and 1 more lines")


def test_mandatory_confined_funders(tables: Tables, faults: Read) -> None:
    tables["initiatives"][1]["status"] = "mandatory"
    tables["eligibility"] = [{"rule": "only maps", "funders": "", "initiatives": "maps", "allow": "true"}]
    only(faults(), "initiatives.csv", 3, "status", "mandatory", "no funder with a budget")


def test_red_line_on_a_party_bars_from_a_real_pot(tables: Tables, faults: Read) -> None:
    tables["initiatives"][1] |= {"status": "mandatory", "pot": "real"}
    tables["eligibility"] = [{"rule": "no", "funders": "", "parties": "north", "allow": "false"}]
    found = faults()
    assert [(f.row, f.severity) for f in found] == [(3, "contradiction")]
    assert "the common pot" in found[0].hint


def test_mandatory_without_money(tables: Tables, faults: Read) -> None:
    tables["initiatives"][0]["status"] = "mandatory"
    tables["matching"] = []
    for row in tables["budgets"][:2]:
        row["reserved"] = row["payments"]
    only(faults(), "initiatives.csv", 2, "status", "mandatory", "no funder with a budget")


@pytest.mark.parametrize("status", ["candidate", "mandatory"])
def test_deadline_before_the_earliest_finish(status: str, tables: Tables, faults: Read) -> None:
    # starts 2028 at the earliest and runs two periods: ends 2029
    tables["initiatives"][0]["status"] = status
    tables["milestones"][1] |= {"earliest_start": "2028", "deadline": "2028"}
    found = faults()
    only(found[-1:], "milestones.csv", 3, "deadline", "2028", "its earliest finish, 2029, or later")
    assert len(found) == (2 if status == "mandatory" else 1)


def test_latest_start_before_earliest_start(tables: Tables, faults: Read) -> None:
    tables["milestones"][1] |= {"earliest_start": "2029", "latest_start": "2028"}
    only(faults(), "milestones.csv", 3, "latest_start", "2028", "earliest_start 2029 or later")


def test_dates_of_an_excluded_initiative_do_not_matter(settings: dict[str, Any], tables: Tables) -> None:
    tables["initiatives"][0]["status"] = "excluded"
    tables["milestones"][1] |= {"earliest_start": "2029", "latest_start": "2028"}
    assert read_warnings(settings, tables) == []


WINDOWS: list[tuple[str, dict[str, object], dict[str, object], str]] = [
    ("the horizon ends", {}, {"duration": "4"}, "the horizon ends with 2030"),
    ("latest start", {}, {"latest_start": "2027"}, "its latest start is 2027"),
    ("deadline through the sequence", {}, {"deadline": "2028"}, "it comes after A/m1"),
    ("sunset", {"sunset": "2028"}, {}, "the sunset of A is 2028"),
    ("pause", {"max_pause": "0"}, {"earliest_start": "2029"}, ""),
]


@pytest.mark.parametrize(("name", "owner", "step", "told"), WINDOWS)
def test_mandatory_without_window(
    name: str, owner: dict[str, object], step: dict[str, object], told: str, tables: Tables, faults: Read
) -> None:
    tables["initiatives"][0] |= {"status": "mandatory", **owner}
    tables["milestones"][1] |= step
    if name == "pause":
        tables["milestones"][0]["latest_start"] = "2027"
        told = "milestone m1: it can start 2028"
    only(faults(), "initiatives.csv", 2, "status", "mandatory", told)


def test_cost_that_falls_due_after_the_horizon(tables: Tables, faults: Read) -> None:
    tables["initiatives"][0]["status"] = "mandatory"
    tables["cost_profile"] = [
        {"initiative": "A", "milestone": "m2", "offset": 3, "share": "1"},
        {"initiative": "A", "milestone": "m2", "offset": 9, "share": "0"},
    ]
    only(faults(), "initiatives.csv", 2, "status", "mandatory", "falls due for 4 periods")


@pytest.mark.parametrize(("spoil", "told"), [("excluded", "B is excluded"), ("failed", "success 0")])
def test_mandatory_after_what_can_never_be(spoil: str, told: str, tables: Tables, faults: Read) -> None:
    tables["initiatives"][0]["status"] = "mandatory"
    tables["precedence"] = [{"predecessor": "B", "successor": "A/m2"}]
    if spoil == "excluded":
        tables["initiatives"][1]["status"] = "excluded"
    else:
        tables["milestones"][2]["success"] = "0"
    only(faults(), "initiatives.csv", 2, "status", "mandatory", told)


def test_start_start_survives_a_failed_gate(settings: dict[str, Any], tables: Tables) -> None:
    tables["initiatives"][0]["status"] = "mandatory"
    tables["milestones"][2]["success"] = "0"
    tables["precedence"] = [{"predecessor": "B", "successor": "A/m2", "type": "start-start", "lag": "1"}]
    assert read_warnings(settings, tables) == []


def test_cofunding_floors_above_one(tables: Tables, faults: Read) -> None:
    tables["cofunding"] = [
        {"rule": "public floor", "funders": "public", "initiatives": "both", "at_least": "0.7"},
        {"rule": "private floor", "funders": "private", "initiatives": "A", "at_least": "0.35"},
    ]
    only(faults(), "cofunding.csv", 3, "at_least", "0.35", "public floor, private floor sum to 1.05")


@pytest.mark.parametrize(
    "second",
    [
        {"rule": "x", "funders": "NM", "at_least": "0.7"},
        {"rule": "x", "funders": "private", "stage": "build", "at_least": "0.7"},
        {"rule": "x", "funders": "private", "at_least": "0.3"},
    ],
    ids=["one within the other", "different scope", "exactly one"],
)
def test_cofunding_floors_that_fit(second: dict[str, object], settings: dict[str, Any], tables: Tables) -> None:
    tables["cofunding"] = [{"rule": "public floor", "funders": "public", "at_least": "0.7"}, second]
    assert case_from_tables(settings, tables).contradictions == ()


@pytest.mark.parametrize("measure", ["received", "contributed"])
def test_equity_floors_above_one(measure: str, tables: Tables, faults: Read) -> None:
    tables["equity"] = [{"rule": "all", "measure": measure, "parties": "each", "at_least": "0.51"}]
    only(faults(), "equity.csv", 2, "at_least", "0.51", "sum to 1.02")


def test_equity_floors_of_parties_and_groups(tables: Tables, faults: Read) -> None:
    tables["equity"] = [
        {"rule": "each", "measure": "received", "parties": "each", "at_least": "0.3"},
        {"rule": "north", "measure": "received", "parties": "north", "at_least": "0.71"},
        {"rule": "early", "measure": "received", "parties": "S", "at_least": "0.9", "by": "2028"},
    ]
    only(faults(), "equity.csv", 3, "at_least", "0.71", "each, north sum to 1.01")


def test_choice_of_more_than_can_be_funded(tables: Tables, faults: Read) -> None:
    tables["initiatives"][1]["status"] = "excluded"
    tables["choices"] = [{"choice": "two", "initiatives": "both", "at_least": "2"}]
    only(faults(), "choices.csv", 2, "at_least", "2", "2 members, of which 1 can be funded")


def test_choice_of_fewer_than_are_mandatory(tables: Tables, faults: Read) -> None:
    for row in tables["initiatives"]:
        row["status"] = "mandatory"
    tables["choices"] = [{"choice": "one", "initiatives": "both", "at_most": "1"}]
    only(faults(), "choices.csv", 2, "at_most", "1", "mandatory: A, B")


def test_candidate_without_payer_is_a_warning(settings: dict[str, Any], tables: Tables) -> None:
    tables["eligibility"] = [{"rule": "no", "initiatives": "A", "stage": "plan", "allow": "false"}]
    ((file, row, value, hint),) = read_warnings(settings, tables)
    assert (file, row, value) == ("initiatives.csv", 2, "A")
    assert "no funder with a budget is eligible" in hint
    assert "bars all ranked behind it in call C1" in hint


def test_candidate_without_window_is_a_warning(settings: dict[str, Any], tables: Tables) -> None:
    tables["milestones"][2]["duration"] = "5"
    ((file, row, value, hint),) = read_warnings(settings, tables)
    assert (file, row, value) == ("initiatives.csv", 3, "B")
    assert "the horizon ends with 2030" in hint


def test_only_the_first_milestone_of_an_incomplete_candidate_counts(settings: dict[str, Any], tables: Tables) -> None:
    tables["milestones"][1]["duration"] = "4"
    assert [value for _, _, value, _ in read_warnings(settings, tables)] == ["A/m2"]
    tables["initiatives"][0]["complete"] = "true"
    assert [value for _, _, value, _ in read_warnings(settings, tables)] == ["A"]


def after_excluded(tables: Tables) -> None:
    tables["initiatives"][1]["status"] = "excluded"
    tables["precedence"] = [{"predecessor": "B", "successor": "A/m2"}]


def after_failed(tables: Tables) -> None:
    tables["milestones"][0]["success"] = "0"


def too_late(tables: Tables) -> None:
    tables["milestones"][1]["latest_start"] = "2027"


def unpaid(tables: Tables) -> None:
    tables["eligibility"] = [{"rule": "no", "initiatives": "A", "stage": "build", "allow": "false"}]


STUCK: list[tuple[Callable[[Tables], None], str]] = [
    (after_excluded, "B/m1 comes before it and can never be done: B is excluded"),
    (after_failed, "A/m1 comes before it and has success 0"),
    (too_late, "it can start 2028 at the earliest (it comes after A/m1), but its latest start is 2027"),
    (unpaid, "no funder with a budget is eligible to pay the part of N in stage build"),
]


@pytest.mark.parametrize(("spoil", "told"), STUCK)
def test_a_later_milestone_that_can_never_be_done_is_a_warning(
    spoil: Callable[[Tables], None], told: str, settings: dict[str, Any], tables: Tables
) -> None:
    last = {"initiative": "A", "milestone": "m3", "order": "3", "duration": "1", "cost": "0", "value": "1"}
    tables["milestones"].append(last)
    spoil(tables)
    ((file, row, value, hint),) = read_warnings(settings, tables)
    assert (file, row, value) == ("milestones.csv", 3, "A/m2")
    assert told in hint
    assert hint.endswith("; nor can the 1 after it")


def test_other_warnings(settings: dict[str, Any], tables: Tables) -> None:
    tables["funders"].append({"funder": "M2", "kind": "matching", "currency": "EUR"})
    tables["rates"] = [{"currency": "SEK", "period": "2031", "rate": "0.1"}]
    tables["cofunding"] = [{"rule": "idle", "funders": "public"}]
    hints = [hint for _, _, _, hint in read_warnings(settings, tables)]
    assert hints == [
        "this rate has no effect",
        "without one it can pay nothing",
        "without a bound the rule does nothing",
        "a matching funder in no rule can pay nothing",
    ]


def test_a_what_if_keeps_its_contradictions(small: Case) -> None:
    changed = small.change("initiatives", "status", where={"initiative": "A"}, set="mandatory")
    assert changed.contradictions == ()
    broke = changed.change("budgets", "payments", where={"funder": "NM"}, set=0).change("matching", "ratio", set=0)
    assert [(f.file, f.row, f.severity) for f in broke.contradictions] == [("initiatives.csv", 2, "contradiction")]
    healed = broke.change("initiatives", "status", set="candidate")
    assert healed.contradictions == ()


def test_faults_of_a_what_if_are_raised(small: Case) -> None:
    with pytest.raises(InputError) as caught:
        small.change("budgets", "carry_over", set="1.2")
    assert {(f.row, f.value) for f in caught.value.faults} == {(row, "1.2") for row in range(2, 6)}

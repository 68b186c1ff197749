"""Goals without what they need, settings without use, and buffers without effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.change import Change
from fundalign.inputs.faults import Fault, InputError
from fundalign.inputs.read import case_from_tables

Read = Callable[[], tuple[Fault, ...]]
Tables = dict[str, list[dict[str, object]]]
Told = tuple[str, str | None, str | None, str]


def told(found: tuple[Fault, ...]) -> list[Told]:
    return [(f.file, f.column, f.value, f.severity) for f in found]


@pytest.mark.parametrize("group", ["north", "N"])
def test_received_by_a_group_or_a_party(group: str, settings: dict[str, Any], tables: Tables) -> None:
    settings["objective"] = {"goal": "received", "group": group, "required_value": 4, "tie_break": True}
    case = case_from_tables(settings, tables)
    assert case.settings.objective.group == group
    assert case.warnings == ()


def test_received_needs_a_group(settings: dict[str, Any], faults: Read) -> None:
    settings["objective"] = {"goal": "received"}
    assert told(faults()) == [("case.toml", "objective.group", "", "fault")]


def test_a_group_that_means_nothing(settings: dict[str, Any], faults: Read) -> None:
    settings["objective"] = {"goal": "received", "group": "nord"}
    (found,) = faults()
    assert (found.value, found.hint) == ("nord", "did you mean 'north'?")


@pytest.mark.parametrize("goal", ["value", "public_money", "key"])
def test_a_group_is_for_received_only(goal: str, settings: dict[str, Any], faults: Read) -> None:
    settings["objective"] = {"goal": goal, "group": "north"}
    (found,) = faults()
    assert told((found,)) == [("case.toml", "objective.group", "north", "fault")]
    assert f"the goal is {goal}" in found.hint


@pytest.mark.parametrize("objective", [{"goal": "received", "group": "north"}, {"goal": "key"}])
def test_receiving_needs_shares(objective: dict[str, object], settings: dict[str, Any], tables: Tables) -> None:
    settings["objective"] = objective
    del tables["shares"]
    with pytest.raises(InputError, match=r"shares in shares\.csv"):
        case_from_tables(settings, tables)


def test_key_needs_keys(settings: dict[str, Any], tables: Tables, faults: Read) -> None:
    settings["objective"] = {"goal": "key"}
    for row in tables["parties"]:
        row["key"] = ""
    assert told(faults()) == [("case.toml", "objective.goal", "key", "fault")]


def test_key_of_a_party_without_share_is_a_warning(settings: dict[str, Any], tables: Tables) -> None:
    settings["objective"] = {"goal": "key"}
    tables["parties"].append({"party": "W", "key": "3"})
    (warning,) = case_from_tables(settings, tables).warnings
    assert (warning.column, warning.hint[:2]) == ("objective.goal", "W:")


def test_key_names_the_parties_it_leaves_out(settings: dict[str, Any], tables: Tables) -> None:
    settings["objective"] = {"goal": "key"}
    tables["parties"][1]["key"] = ""
    tables["parties"].append({"party": "W"})  # without a share nobody would look for it
    (warning,) = case_from_tables(settings, tables).warnings
    assert told((warning,)) == [("case.toml", "objective.goal", "key", "warning")]
    assert warning.hint.startswith("S: no key in parties.csv")


def test_received_without_share_is_a_warning(settings: dict[str, Any], tables: Tables) -> None:
    settings["objective"] = {"goal": "received", "group": "W"}
    tables["parties"].append({"party": "W"})
    assert told(case_from_tables(settings, tables).warnings) == [("case.toml", "objective.group", "W", "warning")]


REQUIRED: list[tuple[int, dict[str, object], bool]] = [
    (14, {}, True),  # 1 + 9 + 4
    (15, {}, False),
    (17, {"synergy": "s", "initiatives": "both", "value": "3"}, True),
    (14, {"synergy": "s", "initiatives": "both", "value": "-3"}, True),
]


@pytest.mark.parametrize(("required", "synergy", "fits"), REQUIRED)
def test_required_value_of_all_there_is(
    required: int, synergy: dict[str, object], fits: bool, settings: dict[str, Any], tables: Tables
) -> None:
    settings["objective"] = {"goal": "public_money", "required_value": required}
    tables["synergies"] = [synergy] if synergy else []
    if fits:
        assert case_from_tables(settings, tables).contradictions == ()
        return
    with pytest.raises(InputError) as caught:
        case_from_tables(settings, tables)
    assert told(caught.value.faults) == [("case.toml", "objective.required_value", str(required), "contradiction")]
    assert "at most 14" in caught.value.faults[0].expected


def test_required_value_without_what_is_excluded_and_with_a_negative_discount(
    settings: dict[str, Any], tables: Tables
) -> None:
    # B is excluded: 10 are left, worth at most 10 / 0.5^3 = 80 when finished in the fourth year
    settings |= {"objective": {"goal": "public_money", "required_value": 80}, "discount_rate": -0.5}
    tables["initiatives"][1]["status"] = "excluded"
    assert case_from_tables(settings, tables).contradictions == ()
    settings["objective"]["required_value"] = 80.1
    with pytest.raises(InputError, match="at most 80"):
        case_from_tables(settings, tables)


def test_required_value_counts_the_gates_on_the_way(settings: dict[str, Any], tables: Tables) -> None:
    """A is worth 1·0.8 + 9·0.8·0.5 = 4.4 when expected; B waits for its end, 4·0.8·0.5·0.25 = 0.4: 4.8 in all."""
    settings["objective"] = {"goal": "public_money", "required_value": 4.8}
    for row, success in zip(tables["milestones"], ("0.8", "0.5", "0.25"), strict=True):
        row["success"] = success
    tables["precedence"] = [{"predecessor": "A", "successor": "B"}, {"predecessor": "A/m1", "successor": "B"}]
    assert case_from_tables(settings, tables).contradictions == ()
    settings["objective"]["required_value"] = 4.801
    with pytest.raises(InputError, match=r"at most 4\.8, .*probability of reaching"):
        case_from_tables(settings, tables)
    # B need not wait for the end of A: 4·0.25 = 1, and 5.4 in all
    tables["precedence"][:] = [{"predecessor": "A", "successor": "B", "type": "start-start"}]
    settings["objective"]["required_value"] = 5.4
    assert case_from_tables(settings, tables).contradictions == ()
    settings |= {"expected_value": False, "objective": {"goal": "public_money", "required_value": 14}}
    assert case_from_tables(settings, tables).contradictions == ()


def test_a_what_if_that_asks_for_too_much_is_a_contradiction(small: Case) -> None:
    goal = Change("case", "objective.goal", "set", "public_money")
    changed = small.apply([goal, Change("case", "objective.required_value", "set", "99")])
    assert [fault.value for fault in changed.contradictions] == ["99"]
    back = changed.apply([Change("case", "objective.required_value", "set", 0)])
    assert back.contradictions == ()


BUFFERS: list[tuple[dict[str, object], list[str]]] = [
    ({"method": "none", "gamma": 0, "scenarios": 1}, []),
    ({"method": "additive"}, []),
    ({"method": "budgeted"}, []),
    ({"method": "budgeted", "gamma": 0}, ["buffer.gamma"]),
    ({"method": "cvar", "scenarios": 20}, []),
    ({"method": "cvar", "scenarios": 19}, ["buffer.scenarios"]),
]


@pytest.mark.parametrize(("buffer", "columns"), BUFFERS)
def test_buffers_without_effect(
    buffer: dict[str, object], columns: list[str], settings: dict[str, Any], tables: Tables
) -> None:
    settings["buffer"] = buffer
    assert [fault.column for fault in case_from_tables(settings, tables).warnings] == columns


def test_too_few_scenarios_are_told_how_many(settings: dict[str, Any], tables: Tables) -> None:
    settings["buffer"] = {"method": "cvar", "confidence": 0.97, "scenarios": 33}
    (warning,) = case_from_tables(settings, tables).warnings
    assert warning.expected == "at least 34 scenarios"


def test_currencies_that_do_not_move_are_a_warning(settings: dict[str, Any], tables: Tables) -> None:
    settings["buffer"] = {"method": "additive"}
    for row in tables["currencies"]:
        row["volatility"] = "0"
    assert told(case_from_tables(settings, tables).warnings) == [("case.toml", "buffer.method", "additive", "warning")]

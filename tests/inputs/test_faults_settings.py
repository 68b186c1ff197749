"""Faults of the settings, and of cells outside their bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


BOUNDS: list[tuple[str, int, str, str, str]] = [
    ("funders", 0, "min_ticket", "-1", "at least 0"),
    ("funders", 0, "max_change", "-0.1", "at least 0"),
    ("funders", 0, "risk_tolerance", "1.1", "at most 1"),
    ("funders", 0, "risk_tolerance", "-0.1", "at least 0"),
    ("budgets", 0, "commitments", "-5", "at least 0"),
    ("milestones", 0, "min_level", "0", "more than 0"),
    ("milestones", 0, "min_level", "1.5", "at most 1"),
    ("matching", 0, "cap", "-5", "at least 0"),
    ("matching", 0, "min_base", "-5", "at least 0"),
    ("matching", 0, "timing", "cumulated", "did you mean 'cumulative'?"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "told"), BOUNDS)
def test_bounds_of_cells(
    table: str, row: int, column: str, value: str, told: str, tables: Tables, faults: Read
) -> None:
    tables[table][row][column] = value
    expect_only(faults(), (f"{table}.csv", row + 2, column, value), told)


SETTINGS: list[tuple[str, str, object, str]] = [
    ("objective", "goal", "keys", "did you mean 'key'?"),
    ("objective", "group", "north", "only the goal received has a group"),
    ("objective", "required_value", 5, "it is for the other goals"),
    ("objective", "tie_break", "yes", "without quotes"),
    ("buffer", "gamma", -1, "at least 0"),
    ("buffer", "gamma", "2", "without quotes"),
    ("buffer", "scenarios", 0, "at least 1"),
    ("buffer", "scenarios", 10**6, "at most 100000"),
    ("buffer", "seed", -1, "at least 0"),
    ("buffer", "method", "adaptive", "one of none, additive, budgeted, cvar"),
    ("buffer", "confidence", 1, "at most 0.999999"),
    ("buffer", "confidence", "0.95", "without quotes"),
    ("buffer", "released", "true", "without quotes"),
    ("buffer", "confidense", 0.9, "did you mean 'confidence'?"),
    ("solve", "gap", -1, "at least 0"),
    ("", "periods", 4.0, "without decimals"),
    ("", "periods", 0, "at least 1"),
    ("", "currency", "EURO", "did you mean 'EUR'?"),
    ("", "frequency", "W", "one of Y, H, Q, M"),
    ("", "first_period", 2027, "in quotes"),
    ("", "first_period", "2027Q1", "frequency Y"),
    ("", "discount_rate", 3, "0.05"),
    ("", "expected_value", 1, "true or false"),
    ("", "unit", True, "whole number"),
    ("", "perods", 4, "did you mean 'periods'?"),
    ("", "name", "", "some text"),
]


@pytest.mark.parametrize(("section", "key", "value", "told"), SETTINGS)
def test_setting(section: str, key: str, value: object, told: str, settings: dict[str, Any], faults: Read) -> None:
    if section:
        settings[section] = {key: value}
    else:
        settings[key] = value
    text = {True: "true"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    expect_only(faults(), ("case.toml", None, f"{section}.{key}".lstrip("."), text), told)


def test_required_settings_are_all_named(settings: dict[str, Any], faults: Read) -> None:
    settings.clear()
    assert [(f.column, f.hint) for f in faults()] == [
        (column, "it is required") for column in ("name", "currency", "first_period", "periods")
    ]

"""A small sound case that the tests of this room spoil in one place at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Fault, InputError
from fundalign.inputs.read import case_from_tables, write_case

Tables = dict[str, list[dict[str, object]]]

SETTINGS: dict[str, Any] = {"name": "Small", "currency": "EUR", "first_period": "2027", "periods": 4}

TABLES: Tables = {
    "funders": [
        {"funder": "NM", "kind": "public", "party": "N", "currency": "SEK"},
        {"funder": "SM", "kind": "public", "party": "S", "currency": "EUR"},
        {"funder": "MF", "kind": "matching", "party": "", "currency": "EUR"},
    ],
    "budgets": [
        {"funder": "NM", "cycle": "a", "first_period": "2027", "last_period": "2028", "payments": "100"},
        {"funder": "NM", "cycle": "b", "first_period": "2029", "last_period": "2030", "payments": "100.50"},
        {"funder": "SM", "cycle": "a", "first_period": "2027", "last_period": "2030", "payments": "50"},
        {"funder": "MF", "cycle": "a", "first_period": "2027", "last_period": "2030", "payments": "20"},
    ],
    "currencies": [
        {"currency": "SEK", "rate": "0.1", "volatility": "0.08"},
        {"currency": "USD", "rate": "0.9", "volatility": "0.1"},
        {"currency": "JPY", "rate": "0.006", "volatility": "0.1"},
    ],
    "parties": [
        {"party": "N", "name": "Northland", "currency": "SEK", "key": "10"},
        {"party": "S", "name": "Southland", "currency": "", "key": "5"},
    ],
    "initiatives": [
        {"initiative": "A", "name": "Atlas", "theme": "maps", "currency": "EUR", "call": "C1", "rank": "1"},
        {"initiative": "B", "name": "Beacon", "theme": "light", "currency": "EUR", "call": "C1", "rank": "2"},
    ],
    "milestones": [
        {
            "initiative": "A",
            "milestone": "m1",
            "order": "1",
            "stage": "plan",
            "duration": "1",
            "cost": "4",
            "value": "1",
        },
        {
            "initiative": "A",
            "milestone": "m2",
            "order": "2",
            "stage": "build",
            "duration": "2",
            "cost": "6",
            "value": "9",
        },
        {
            "initiative": "B",
            "milestone": "m1",
            "order": "1",
            "stage": "plan",
            "duration": "1",
            "cost": "5",
            "value": "4",
        },
    ],
    "shares": [
        {"initiative": "A", "party": "N", "share": "0.5"},
        {"initiative": "A", "party": "S", "share": "0.5"},
        {"initiative": "B", "party": "N", "share": "0.4"},
        {"initiative": "B", "party": "S", "share": "0.6"},
    ],
    "groups": [
        {"group": "north", "kind": "party", "member": "N"},
        {"group": "both", "kind": "initiative", "member": "A"},
        {"group": "both", "kind": "initiative", "member": "B"},
        {"group": "ministries", "kind": "funder", "member": "NM"},
        {"group": "ministries", "kind": "funder", "member": "SM"},
    ],
    "matching": [{"rule": "half", "funders": "MF", "base": "public", "ratio": "0.5"}],
}


@pytest.fixture
def settings() -> dict[str, Any]:
    """The settings of the small case, free to be changed."""
    return copy.deepcopy(SETTINGS)


@pytest.fixture
def tables() -> Tables:
    """The tables of the small case, free to be changed."""
    return copy.deepcopy(TABLES)


@pytest.fixture
def small() -> Case:
    """The small case itself."""
    return case_from_tables(SETTINGS, TABLES, "small")


@pytest.fixture
def faults(settings: dict[str, Any], tables: Tables) -> Callable[[], tuple[Fault, ...]]:
    """Return a function that reads the case as it stands by then and returns its faults."""

    def read() -> tuple[Fault, ...]:
        with pytest.raises(InputError) as caught:
            case_from_tables(settings, tables)
        return caught.value.faults

    return read


@pytest.fixture
def folder(small: Case, tmp_path: Path) -> Path:
    """The small case as a folder."""
    write_case(small, tmp_path / "small")
    return tmp_path / "small"

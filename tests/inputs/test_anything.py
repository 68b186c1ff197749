"""Whatever stands in a cell, a setting or a file, reading ends in a case or in named faults."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundalign.inputs.case import Case
from fundalign.inputs.faults import InputError
from fundalign.inputs.read import case_from_tables, read_case, write_case
from fundalign.inputs.schema import tables as schema
from fundalign.inputs.shipped import shipped_path
from fundalign.inputs.tables import TABLES

CASE = read_case(shipped_path("tiny"))
CELLS = [(table, column.name) for table, columns in schema().items() for column in columns]
ODD_WORDS = """
0 1 -1 1e9 NaN 999999999 2027 2029 2999 9999 2027Q1 true EUR JPY each public matching excluded mandatory LAB
SENSE LAB/build LINK/deployment NORTH NORTH-MIN ACCORD real start-start / A/ all
"""
ODD = st.one_of(
    st.sampled_from([*ODD_WORDS.split(), "", " ", "\u0000", "\n"]),
    st.text(max_size=6),
    st.decimals(-5, 5000, places=2).map(str),
)


def tables_of(case: Case) -> dict[str, list[dict[str, object]]]:
    return {
        name: [{column: getattr(row, column) for column in TABLES[name].model_fields} for row in rows]
        for name, rows in case.tables.items()
        if rows
    }


SETTINGS = CASE.settings.model_dump(exclude={"weights"})
ROWS = tables_of(CASE)


def use_all(case: Case) -> None:
    for i, rows in case.milestones.items():
        assert case.pot(i) in ("real", "virtual")
        assert all(sum(case.profile(i, row.milestone)) == 1 for row in rows)
        assert all(case.value(i, row.milestone) is not None for row in rows)
    assert all(sum(parts.values()) == 1 for parts in case.shares.values())
    assert set(case.cycles) == set(case.funders)
    assert all(case.rate(row.currency, t) > 0 for row in case.funders.values() for t in (1, case.T))
    case.predecessors()


def told_or_sound(make: Callable[[], Case]) -> None:
    """Either a case of which everything can be asked, or faults that say file and expectation."""
    faults = None
    try:
        use_all(make())
    except InputError as error:
        faults = error.faults
    assert faults is None or (faults and all(fault.file and fault.expected for fault in faults))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CELLS), st.integers(0, 9), ODD), min_size=1, max_size=4))
def test_any_cell(edits: list[tuple[tuple[str, str], int, str]]) -> None:
    tables = copy.deepcopy(ROWS)
    for (table, column), number, value in edits:
        rows = tables.setdefault(table, [{}])
        rows[number % len(rows)][column] = value
    told_or_sound(lambda: case_from_tables(SETTINGS, tables))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([*SETTINGS, "buffer.confidence", "buffer.method", "objective.group", "solve.gap", "weights.x"]),
    st.one_of(ODD, st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers(), max_size=1)),
)
def test_any_setting(key: str, value: object) -> None:
    changed: dict[str, Any] = copy.deepcopy(SETTINGS)
    section, dot, name = key.partition(".")
    if dot:
        changed.setdefault(section, {})[name] = value
    else:
        changed[key] = value
    told_or_sound(lambda: case_from_tables(changed, ROWS))


@settings(max_examples=100, deadline=None)
@given(file=st.sampled_from(["case.toml", *(f"{name}.csv" for name in ROWS)]), data=st.data())
def test_any_bytes(file: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("case")
    write_case(CASE, folder)
    content = (folder / file).read_bytes()
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, min(start + 40, len(content))))
    middle = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b";", b",", b"\n", b"\r", b"\xff\xfe"])))
    (folder / file).write_bytes(content[:start] + middle + content[stop:])
    told_or_sound(lambda: read_case(folder))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CELLS), ODD, st.sampled_from(["set", "add", "multiply"]))
def test_any_change(cell: tuple[str, str], value: str, op: str) -> None:
    told_or_sound(lambda: CASE.change(*cell, **{op: value}))


def test_the_tables_of_a_case_make_the_case(tmp_path: Path) -> None:
    for name in ("tiny", "quantum", "horizon"):
        case = read_case(shipped_path(name))
        write_case(case, tmp_path / name, scenarios=True)
        assert read_case(tmp_path / name) == case

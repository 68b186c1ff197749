"""Workbook, case and folder say the same: what is written is read as the same case, and has the same hash."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

import fundalign as fa
from fundalign.inputs.read import case_from_tables, hash_inputs, read_raw, write_case
from fundalign.inputs.shipped import shipped_path
from fundalign.inputs.tables import TABLES as TABLE_NAMES

from ..oracle.generator import random_case
from .books import book_of, faults_in, read
from .conftest import SETTINGS, TABLES, Tables

CONTROLS = "".join(map(chr, [*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029]))
LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters=CONTROLS + "/")
ODD = st.sampled_from(
    [
        *("=1+1", "+1", "-1", "@x", "TRUE", "2027-05", "007", "#REF!", "1e5", "'x", "a,b"),
        *("_x0041_", "x005F_", "_x005F_", "a\ufffeb", "1234567890123456789"),
    ]
)
NAMES = st.one_of(ODD, st.text(LETTERS, min_size=1, max_size=12)).filter(
    lambda text: text.strip() == text and text not in ("public", "private", "matching", "each", "NM", "SM", "MF")
)
NUMBERS = st.decimals("0", "999999999999", allow_nan=False, places=6) | st.decimals("0", "1", places=25)


def same(one: fa.Case, other: fa.Case) -> bool:
    """Whether two cases are the same in every setting, row and scenario."""
    return (one.settings, one.tables, one.scenarios) == (other.settings, other.tables, other.scenarios)


def test_a_shipped_case_to_a_workbook_and_back(tmp_path: Path) -> None:
    raw = read_raw(shipped_path("quantum"))
    case = fa.read_case(shipped_path("quantum"))
    book = fa.write_workbook(case, tmp_path / "book.xlsx", scenarios=raw.scenarios)
    there = fa.read_case(book)
    assert same(case, there)
    assert there.hash == case.hash
    assert len(there.warnings) == len(case.warnings)
    write_case(there, tmp_path / "folder", scenarios=True)
    back = fa.read_case(tmp_path / "folder")
    assert same(case, back)
    assert back.hash == case.hash
    # and grids stay grids
    assert read_raw(book).scenarios == raw.scenarios
    rows = list(load_workbook(book)["scenarios"].values)
    assert rows[0] == ("scenario", "kind", "change", "table", "column", "where", "operation", "value")
    assert rows[-1] == (
        "budgets of Germany and France",
        "grid",
        2,
        "budgets",
        "payments",
        "funder=FR",
        "multiply",
        1.05,
    )


def test_a_workbook_is_the_same_to_the_byte_whenever_it_is_written(small: fa.Case, tmp_path: Path) -> None:
    first, second = (fa.write_workbook(small, tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second


def test_the_hash_is_of_values_and_not_of_how_they_are_written() -> None:
    tables = {name: [dict(row) for row in rows] for name, rows in TABLES.items()}
    case = case_from_tables(SETTINGS, tables)
    tables["budgets"][1]["payments"] = "100.5"  # was 100.50
    tables["budgets"][0]["carry_over"] = "0.00"  # the default, spelled out
    assert case_from_tables({**SETTINGS, "unit": 1}, tables, "other").hash == case.hash
    tables["budgets"][1]["payments"] = "100.51"
    assert case_from_tables(SETTINGS, tables).hash != case.hash
    assert case.change("case", "discount_rate", set=Decimal("0.01")).hash != case.hash
    tables["budgets"] = tables["budgets"][1:] + tables["budgets"][:1]
    assert case_from_tables(SETTINGS, tables).hash != case.hash


def test_the_hash_of_the_file_is_that_of_its_bytes(small: fa.Case, tmp_path: Path) -> None:
    book = fa.write_workbook(small, tmp_path / "book.xlsx")
    assert set(hash_inputs(book)) == {"book.xlsx"}


@settings(max_examples=8, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(st.data())
def test_random_cases_with_odd_texts(data: st.DataObject) -> None:
    tables: dict[str, list[dict[str, object]]] = {name: [dict(row) for row in rows] for name, rows in TABLES.items()}
    first, second, theme, stage, cycle = data.draw(st.lists(NAMES, min_size=5, max_size=5, unique=True))
    for table in ("initiatives", "milestones", "shares"):
        for row in tables[table]:
            row["initiative"] = {"A": first, "B": second}[str(row["initiative"])]
    for row in tables["groups"]:
        row["member"] = {"A": first, "B": second}.get(str(row["member"]), row["member"])
    for row in tables["initiatives"]:
        row |= {"name": data.draw(st.text(LETTERS, max_size=20).map(str.strip)), "theme": theme}
        row |= {"complete": data.draw(st.booleans())}
    for row in tables["milestones"]:
        row |= {"value": -data.draw(NUMBERS), "stage": stage, "cost": data.draw(NUMBERS)}
    for row in tables["budgets"]:
        row |= {"payments": data.draw(NUMBERS), "cycle": f"{cycle}{row['cycle']}"[:200]}
    change = {"table": "milestones", "column": "value", "where": {"initiative": first, "order": 1}}
    text = {"table": "initiatives", "column": "name", "where": {"complete": tables["initiatives"][0]["complete"]}}
    values = data.draw(st.lists(NUMBERS, min_size=1, max_size=3, unique=True))
    scenarios = [{"name": theme, "change": [{**change, "add": values[0]}, {**text, "set": data.draw(NAMES)}]}]
    case = case_from_tables({**SETTINGS, "name": first}, tables, scenarios=scenarios)
    with tempfile.TemporaryDirectory() as folder:
        there = fa.read_case(fa.write_workbook(case, Path(folder) / "book.xlsx"))
    assert same(case, there)
    assert case.hash == there.hash


SCENARIOS = [
    {"name": "more", "change": [{"table": "budgets", "column": "payments", "multiply": Decimal("1.05")}]},
    {
        "name": "later",
        "change": [
            {"table": "case", "column": "discount_rate", "set": Decimal("0.01")},
            {"table": "milestones", "column": "cost", "where": {"order": 1}, "add": Decimal("0.5")},
        ],
    },
]


@pytest.mark.parametrize("seed", [0, 3, 5, 13])
def test_random_programmes_with_every_kind_of_rule(seed: int, tmp_path: Path) -> None:
    """Case, workbook, case, folder, case: the same settings, rows, scenarios and hash.

    What people leave in a workbook changes nothing: comments on cells, colours, sheets of tables without a row.
    """
    stated, tables = random_case(seed)
    case = case_from_tables(dict(stated), dict(tables), scenarios=SCENARIOS)
    first = fa.write_workbook(case, tmp_path / "first.xlsx")
    there = fa.read_case(first)
    assert same(case, there)
    assert there.hash == case.hash
    write_case(there, tmp_path / "folder", scenarios=True)
    back = fa.read_case(tmp_path / "folder")
    assert same(case, back)
    assert back.hash == case.hash
    book = load_workbook(first)
    for sheet in book.worksheets:
        for cell in list(sheet["A"])[1:3]:
            cell.comment, cell.fill = Comment("asked the ministry", "me"), PatternFill("solid", fgColor="FFFF00")
    empty = [name for name in TABLE_NAMES if not case.tables[name]]
    assert empty
    assert set(empty) <= set(book.sheetnames)
    for name in empty[::2]:
        del book[name]
    book.save(tmp_path / "used.xlsx")
    used = fa.read_case(tmp_path / "used.xlsx")
    assert same(case, used)
    assert used.hash == case.hash


SCENARIO = ["scenario", "kind", "change", "table", "column", "where", "operation", "value"]


def with_scenarios(settings: dict[str, Any], tables: Tables, *rows: list[object]) -> Any:
    book = book_of(settings, tables)
    sheet = book.create_sheet("scenarios")
    for row in (SCENARIO, *rows):
        sheet.append(row)
    return book


def test_scenarios_as_a_person_types_them(settings: dict[str, Any], tables: Tables, tmp_path: Path) -> None:
    book = with_scenarios(
        settings,
        tables,
        ["less", None, 1, "budgets", "payments", "funder = NM, cycle=a", "multiply", 0.9],
        ["less", None, 2, "case", "discount_rate", None, "set", 0.02],
        ["bare", None, 1, "initiatives", "theme", 'initiative="A"', "set", None],
        ["both", "grid", 1, "budgets", "payments", "funder=SM", "add", 1],
        ["both", "grid", 1, "budgets", "payments", "funder=SM", "add", 2],
        ["both", "grid", 2, "matching", "ratio", None, "set", 0.25],
        ["gone", None, 1, "matching", None, None, "remove", None],
        ["kept", "grid", 1, "matching", None, None, "remove", False],
        ["kept", "grid", 1, "matching", None, None, "remove", True],
    )
    case = read(book, tmp_path)
    assert [scenario.name for scenario in case.scenarios] == [
        *("less", "bare", "gone", "both: 1, 0.25", "both: 2, 0.25", "kept: false", "kept: true")
    ]
    gone = [len(case.scenario(name).tables["matching"]) for name in ("gone", "kept: false", "kept: true")]
    assert gone == [0, len(case.tables["matching"]), 0]
    assert fa.read_case(fa.write_workbook(case, tmp_path / "again.xlsx")).scenarios == case.scenarios
    assert case.scenario("less").tables["budgets"][0].payments == 90
    assert case.scenario("less").settings.discount_rate == Decimal("0.02")
    assert case.scenario("bare").initiatives["A"].theme is None
    assert case.scenario("both: 2, 0.25").tables["budgets"][2].payments == 52


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (["s", "sceario", 1, "budgets", "payments", "", "add", 1], "kind", "one of scenario, grid"),
        (["s", "", 1, "budgets", "payments", "", "plus", 1], "operation", "one of set, add, multiply, remove"),
        (["s", "", "one", "budgets", "payments", "", "add", 1], "change", "a number: 1, 2, ..."),
        (["s", "", 1, "budgets", "payments", "funder", "add", 1], "where", "column=value, several separated by commas"),
        (["s", "", 1, "budgets", "payments", "", "add", None], "value", "a number to add"),
        (["s", "", 1, "budgets", "", "", "add", 1], "column", "a value"),
        (["s", "", 1, "matching", "ratio", "", "remove", None], "column", "no column: rows are removed whole"),
        (["s", "", 1, "matching", "", "", "remove", 1], "value", "TRUE or FALSE, or nothing"),
        (["s", "", 1, "matching", "", "rule=XX", "remove", None], None, "a row that matches"),
        (["s", "", 1, "budgts", "payments", "", "add", 1], "scenario 's', change 1, table", "a table of the case"),
        (["s", "", 1, "budgets", "payments", "funder=XX", "add", 1], None, "a row that matches"),
        (["s", "", 1, "budgets", "payments", "", "set", "x"], None, "a number"),
    ],
)
def test_faults_of_scenarios_have_their_rows(
    settings: dict[str, Any], tables: Tables, tmp_path: Path, row: list[object], column: str | None, expected: str
) -> None:
    fine = ["fine", "", 1, "budgets", "payments", "", "multiply", 2]
    found = faults_in(with_scenarios(settings, tables, fine, row), tmp_path)
    assert {(fault.sheet, fault.row, fault.expected) for fault in found} == {("scenarios", 3, expected)}
    assert column is None or found[0].column == column


def test_rows_of_one_change_belong_together(settings: dict[str, Any], tables: Tables, tmp_path: Path) -> None:
    book = with_scenarios(
        settings,
        tables,
        ["s", "", 1, "budgets", "payments", "", "add", 1],
        ["s", "", 1, "budgets", "payments", "", "add", 2],
        ["g", "grid", 1, "budgets", "payments", "", "add", 1],
        ["g", "grid", 1, "budgets", "reserved", "", "add", 1],
    )
    assert [(fault.row, fault.column) for fault in faults_in(book, tmp_path)] == [(3, "change"), (5, "change")]

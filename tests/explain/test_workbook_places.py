"""A conflict in a case that came as a workbook is told by sheet and by the rows of the spreadsheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import fundalign as fa

TINY = Path(fa.__file__).parent / "inputs" / "cases" / "tiny"


@pytest.fixture
def case(tmp_path: Path) -> fa.Case:
    """`tiny` as a workbook with a blank line after the first milestone."""
    path = tmp_path / "book.xlsx"
    fa.write_workbook(fa.read_case(TINY), path)
    book = openpyxl.load_workbook(path)
    book["milestones"].insert_rows(3)
    book.save(path)
    return fa.read_case(path)


def test_rules_are_told_by_sheet(case: fa.Case) -> None:
    whole = case.change("initiatives", "status", set="mandatory")
    found = fa.explain(whole)
    told = "\n".join(found.lines())
    assert "book.xlsx, sheet budgets, row 2, payments" in told
    assert ".csv" not in told
    cells = [cell for rule in found.conflicts[0].as_dict()["rules"] for cell in rule["cells"]]
    assert {"file": "book.xlsx", "sheet": "initiatives", "row": 2, "column": "status"} in cells


def test_rows_count_blank_lines_once(case: fa.Case) -> None:
    with pytest.raises(fa.InputError) as told:
        case.change("milestones", "duration", set=-1)
    assert {fault.row for fault in told.value.faults} == {2, 4, 5, 6, 7}

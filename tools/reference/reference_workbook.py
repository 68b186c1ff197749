"""The section of docs/reference.md on a case in one workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fundalign.inputs.workbook_scenarios import COLUMNS

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]

READ = (
    ("text", "as it is, held against the same patterns as in a file: `1.234,5` and `5 %` typed as text are faults"),
    ("number", "its shortest exact text: 3 for 3.0, no binary noise; percent and money are formats and change nothing"),
    ("formula", "the value stored with it, of a number the first 15 digits (as many as a spreadsheet shows)"),
    ("formula without a stored value, error such as `#DIV/0!`", "a fault"),
    ("TRUE, FALSE", "`true`, `false`"),
    ("date", "a fault where a number, period or name is expected; its ISO text in names for reports and in reasons"),
    ("first day of a month as a period, frequency M", "that month: spreadsheets make this of a typed `2027-05`"),
    ("merged cells", "a fault; its value is taken for all of its cells, so that nothing else is told"),
    ("hidden row, column or sheet", "read like any other, with a warning"),
    ("empty row, column without name and values, note, format, protection", "passed over"),
)
WORKBOOK = """## Workbooks

A case may be one `.xlsx` workbook instead of a folder: a sheet per table, called as the table (`funders`, `budgets`
…), with the names of the columns in row 1; `case` for case.toml; `scenarios` for scenarios.toml. The sheets
`instructions`, `lists` (what drop-downs offer) and `faults` (of an annotated copy) are not read. Any other sheet is a
fault, as an unknown file is. `fundalign new --xlsx FILE` writes a template, `--example CASE` fills it with a case; a
workbook given as example of `fundalign new DIR` becomes a folder. In Python `fundalign.write_workbook(case, path)`
and `fundalign.read_case(path)`. Workbook and folder say the same, and `Case.hash` (in `manifest.json` `case_hash`) is
the same for both: the SHA-256 of every setting and every cell by value, row by row; how numbers are written, defaults
spelled out and scenarios do not count.

{cells}

Numbers of more than 15 digits, which no spreadsheet keeps, are written and read as text. `.xls`, `.xlsb`, `.xlsm` (or
anything with macros), `.ods`, Strict Open XML, encrypted and broken files are faults that say what to do, and so are
merges over more than a million cells and files that would unpack to more than 600 MB.

The sheet `case` has a row per setting: `setting` (such as `name` or `buffer.method`, and `weights.NAME` for the
weight of a criterion) and `value`, empty = the default; above its header there may be titles. The columns `part`,
`default`, `unit` and `meaning` are for people. The sheet `scenarios` has a row per change and value:

{scenarios}

Faults name the workbook, sheet, row as the spreadsheet shows it, and column by name and letter; `check --format json`
adds `sheet` and `letter` to the six keys. `check BOOK.xlsx --annotate COPY.xlsx` marks them in a copy: each cell gets
a colour and a note below the one it has, and a first sheet `faults` lists all; a later check takes the marks off
again. The copy keeps formulas (without their stored values, which come back when a spreadsheet program saves it),
formats, drop-downs and charts; pictures, shapes, slicers, form controls and sparklines it cannot keep, and that is
said.
"""


def workbook_section(table_of: Table) -> str:
    """Return the section: how cells are read, and the columns of the sheet of scenarios."""
    scenarios = table_of(("column", "meaning"), ((f"`{name}`", told) for name, told in COLUMNS.items()))
    return WORKBOOK.format(cells=table_of(("a cell that holds", "is read as"), READ), scenarios=scenarios)

"""Files of a run folder that are not what they seem: shifted, ragged, repeated, nested, added or taken away."""

import json
import shutil
from pathlib import Path

import pytest

from fundalign.inputs.faults import InputError
from fundalign.results.store import read_run, read_tables
from fundalign.results.verify import verify
from fundalign.results.verify_files import UnreadableError, printable, read_json, read_table

from .conftest import replace, rewrite

TABLES = (
    "portfolio",
    "schedule",
    "funding",
    "budgets",
    "currency",
    "flows",
    "rules",
    "equity",
    "matching",
    "cofunding",
)


def faults(folder: Path) -> tuple[str, ...]:
    found = verify(folder)
    assert not found.holds
    return found.faults


@pytest.mark.parametrize("table", TABLES)
def test_a_table_shifted_by_one_column_is_named(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(f"junk,{row}" for row in rows)]) + "\n", encoding="utf-8")
    width = header.count(",") + 1
    assert f"{table}.csv row 2: has {width + 1} cells, the header {width}" in faults(folder)
    with pytest.raises(InputError, match=f"{table}.csv, row 2"):
        read_run(folder)


def test_all_tables_shifted_are_named(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([header, *(f"junk,{row}" for row in rows)]) + "\n", encoding="utf-8")
    named = faults(folder)
    assert all(any(fault.startswith(f"{table}.csv row 2: has") for fault in named) for table in TABLES)
    assert not any("is missing" in fault and "table" in fault for fault in named)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("A,A,1362.50", "A,A,1362.50,", "row 4: has 4 cells, the header 3"),
        ("A,A,1362.50", "A,A", "row 4: has 2 cells, the header 3"),
        ("A,A,1362.50", "A,A,1362.50\n", "row 5: is blank"),
        ("A,A,1362.50", "A,A,1362.50\n  ", "row 5: has 1 cells, the header 3"),
        ("receiving_party", "payer_party", "column payer_party appears twice"),
        ("payer_party,receiving_party,", ",,", "column (no name) appears twice"),
        ("payer_party,", "\ufeffpayer_party,", "column payer_party is missing"),
        ("payer_party,", "\npayer_party,", "has no header"),
        ("A,A,1362.50", 'A,A,"1362.50', "cannot be read (unexpected end of data)"),
        ("A,A,1362.50", 'A,"A"A,1362.50', "cannot be read ("),
    ],
)
def test_an_odd_table_is_named(folder: Path, old: str, new: str, words: str) -> None:
    replace(folder / "flows.csv", old, new)
    assert any(fault.startswith("flows.csv") and words in fault for fault in faults(folder))


def test_what_is_no_utf8_is_named(folder: Path) -> None:
    (folder / "flows.csv").write_bytes(b"payer_party,receiving_party,amount_base\nA,\xff,1.00\n")
    assert any(fault.startswith("flows.csv: cannot be read ('utf-8'") for fault in faults(folder))
    (folder / "flows.csv").write_bytes(b"")
    assert "flows.csv: has no header" in faults(folder)


def test_many_odd_rows_are_counted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "1\n" * 8, encoding="utf-8")
    with pytest.raises(UnreadableError) as caught:
        read_table(tmp_path / "t.csv")
    assert len(caught.value.reasons) == 6
    assert "3 more rows are not as wide as the header" in str(caught.value)


def test_a_table_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text('payer_party,receiving_party\nNA,"a,\n""b"""\n,007\n', encoding="utf-8")
    table = read_tables(tmp_path)["flows"]
    assert table.to_numpy().tolist() == [["NA", 'a,\n"b"'], ["", "007"]]


@pytest.mark.parametrize("file", ["summary.json", "factors.json", "manifest.json"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('{{"a": {{"b": 1, "b": 1}}, {0}', "cannot be read ('b' is given twice)"),
        ('{{"a": NaN, {0}', "cannot be read (NaN is no number)"),
        ('{{"a": -Infinity, {0}', "cannot be read (-Infinity is no number)"),
        ('{{"a": ' + "[" * 40 + "]" * 40 + ", {0}", "cannot be read (it is nested too deeply)"),
        ('{{"a": ' + "[" * 100_000 + "]" * 100_000 + ", {0}", "cannot be read (it is nested too deeply)"),
        ('{{"a": ' + "9" * 5000 + ", {0}", "cannot be read ("),
        ('[{{"a": 1}}]', "is not a table of names"),
    ],
    ids=["twice", "nan", "infinity", "nested", "nested deep", "digits", "list"],
)
def test_odd_json_is_named(folder: Path, file: str, change: str, words: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(change.format(text.lstrip("{\n ")), encoding="utf-8")
    assert any(fault.startswith(f"{file}: {words}") for fault in faults(folder))
    with pytest.raises(InputError, match=file):
        read_run(folder)


def test_a_name_given_twice_is_named_whatever_it_says(folder: Path) -> None:
    replace(folder / "summary.json", '"objective": 15.96', '"objective": 99, "objective": 15.96')
    assert "summary.json: cannot be read ('objective' is given twice)" in faults(folder)


def test_no_name_breaks_a_terminal(folder: Path) -> None:
    replace(folder / "summary.json", '"phase": "hand"', '"phase": "hand", "\\ud800": 1')
    replace(folder / "manifest.json", '"case_files": {', '"case_files": {"\\ud800\\u001b[2J": "",')
    text = "\n".join(faults(folder))
    assert text.encode("utf-8")
    assert "\x1b" not in text
    assert (printable("a b"), printable("a\tb"), printable(None)) == ("a b", "'a\\tb'", "None")
    for path in folder.glob("*.csv"):
        path.unlink()
    rewrite(folder / "summary.json", status="\ud800")
    assert faults(folder) == ("there is no plan to verify (status '\\ud800')",)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"case_files": ...}, "manifest.json: case_files is missing"),
        ({"case_files": []}, "manifest.json: case_files is not a table of names"),
        ({"case_files": {}}, "case/funders.csv: is not part of the run"),
        ({"case": ...}, "manifest.json: case is missing"),
        ({"case": "other"}, "manifest.json: case is 'other', should be 'by hand'"),
        ({"versions": ...}, "manifest.json: versions is missing"),
        ({"versions": {}}, "manifest.json: versions does not name the version of each program"),
        ({"versions": {"python": 3}}, "manifest.json: versions does not name the version of each program"),
        ({"options": ...}, "manifest.json: options is missing"),
        ({"options": []}, "manifest.json: options is not a table of names"),
        ({"options": {}}, "manifest.json: options: gap is None, should be a number, 0 or more"),
        ({"options": {"gap": "1"}}, "manifest.json: options: gap is '1', should be a number, 0 or more"),
        ({"replay": ...}, "manifest.json: replay is missing"),
        ({"replay": "rm -r case"}, "manifest.json: replay should start with fundalign solve case"),
        ({"replay": "fundalign solve casement"}, "manifest.json: replay should start with fundalign solve case"),
        ({"replay": None}, "manifest.json: replay should start with fundalign solve case"),
    ],
)
def test_an_odd_manifest_is_named(folder: Path, entries: dict[str, object], words: str) -> None:
    rewrite(folder / "manifest.json", **entries)
    assert words in faults(folder)


def test_a_missing_manifest_is_named(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert any(fault.startswith("manifest.json: cannot be read (") for fault in faults(folder))
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    names = ("case_files", "case", "versions", "options", "replay")
    assert {f"manifest.json: {name} is missing" for name in names} <= set(faults(folder))


def test_files_of_the_case_changed_added_or_removed_are_named(folder: Path) -> None:
    case = folder / "case"
    shutil.copytree(case, case / "more")
    (case / "notes.txt").write_text("", encoding="utf-8")
    (case / "parties.csv").unlink()
    replace(case / "earmarks.csv", "\n", "\r\n")
    assert {
        "case/more: is not part of the run",
        "case/notes.txt: is not part of the run",
        "case/parties.csv: is missing",
        "case/earmarks.csv: was changed after the run was written",
    } <= set(faults(folder))


def test_optimal_is_within_the_gap_asked_for(folder: Path) -> None:
    rewrite(folder / "summary.json", bound=15.96 * 1.25, gap=0.25)
    assert "summary.json: status is optimal, but the gap 0.25 is above the 0.001 asked for" in faults(folder)
    rewrite(folder / "manifest.json", options={"gap": 0.25})
    assert verify(folder).faults == ()
    rewrite(folder / "manifest.json", options={"gap": 0.001})
    rewrite(folder / "summary.json", status="feasible", limit="rounding")
    assert verify(folder).faults == ()


def test_tables_of_other_commands_may_be_there(folder: Path) -> None:
    (folder / "prices.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    assert verify(folder).holds


def test_json_is_read_whole(tmp_path: Path) -> None:
    content = {"a": [1, 2.5, None, {"b": "c"}], "d": ""}
    (tmp_path / "x.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_json(tmp_path / "x.json") == content


def test_a_summary_that_was_changed_is_found_even_where_it_agrees_with_itself(folder: Path) -> None:
    """Nothing in a run can recompute the bound: the manifest vouches for it."""
    path = folder / "summary.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"phase"', ' "phase"'), encoding="utf-8")
    assert verify(folder).faults == ("summary.json is not as it was written",)
    assert not read_run(folder).genuine

"""What each command prints and writes, through real processes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

Runner = Callable[..., subprocess.CompletedProcess[str]]
HEAVY = {"numpy", "pandas", "scipy", "pyomo", "highspy", "pydantic", "rich"}
SIX = ["file", "row", "column", "value", "expected", "hint"]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("arguments", [["--help"], ["solve", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom fundalign.app.cli import main\n"
        f"sys.argv = ['fundalign', *{arguments!r}]\n"
        "code = main()\n"
        f"heavy = sorted(m for m in sys.modules if m.split('.')[0] in {HEAVY!r})\n"
        "sys.exit(str(heavy) if code == 0 else code)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stderr.strip() == "[]"


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = f"import sys, fundalign; print([m for m in sys.modules if m.split('.')[0] in {HEAVY!r}])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_console_script_is_the_same_command(fundalign: Runner) -> None:
    script = Path(sys.executable).with_name("fundalign")
    ran = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == fundalign("--version").stdout == f"fundalign, version {version('fundalign')}\n"


def test_new_copies_an_example_that_is_a_clean_case(fundalign: Runner, tmp_path: Path) -> None:
    made = fundalign("new", "mine", "--format", "json")
    assert made.returncode == 0
    entry = json.loads(made.stdout)
    assert entry["case"] == "mine"
    assert entry["example"] == "tiny"
    assert sorted(entry["files"]) == sorted(path.name for path in (tmp_path / "mine").iterdir())
    assert fundalign("check", "mine").returncode == 0


def test_check_says_what_a_case_contains(fundalign: Runner, little: Path) -> None:
    ran = fundalign("check", little)
    assert ran.returncode == 0
    assert ran.stderr == ""
    for words in ("initiatives    2 (2 candidate)", "public money   10.00 EUR thousand (after reserved)", "no faults"):
        assert words in ran.stdout


def test_check_as_json_is_an_empty_list_for_a_clean_case(fundalign: Runner, little: Path) -> None:
    ran = fundalign("check", little, "--format", "json")
    assert (ran.returncode, json.loads(ran.stdout), ran.stderr) == (0, [], "")


def test_check_names_every_fault_with_file_row_column_value(fundalign: Runner, little: Path) -> None:
    (little / "budgets.csv").write_text(
        "funder,cycle,first_period,last_period,payments\nF,c1,2027,2028,1_0\nG,c1,2027,2028,5\n",
        encoding="utf-8",
    )
    listed = fundalign("check", little, "--format", "json")
    assert listed.returncode == 3
    faults = json.loads(listed.stdout)
    assert [list(fault) for fault in faults] == [SIX] * len(faults)
    places = [(fault["file"], fault["row"], fault["column"], fault["value"]) for fault in faults]
    assert ("budgets.csv", 2, "payments", "1_0") in places
    assert ("budgets.csv", 3, "funder", "G") in places
    told = fundalign("check", little)
    assert told.returncode == 3
    assert "budgets.csv – faults" in told.stdout
    assert f"{len(faults)} faults" in told.stdout


def test_check_marks_a_warning_and_still_says_the_case_can_be_solved(fundalign: Runner, little: Path) -> None:
    with (little / "milestones.csv").open("a", encoding="utf-8") as file:
        file.write("B,b2,2,1,500,1\n")
    with (little / "initiatives.csv").open("a", encoding="utf-8") as file:
        file.write("C,EUR\n")
    with (little / "milestones.csv").open("a", encoding="utf-8") as file:
        file.write("C,c1,1,9,1,1\n")  # nine periods long in a horizon of two: no window
    ran = fundalign("check", little, "--format", "json")
    assert ran.returncode == 0
    warnings = json.loads(ran.stdout)
    assert warnings
    assert all(list(warning) == [*SIX, "severity"] for warning in warnings)
    assert {warning["severity"] for warning in warnings} == {"warning"}


def test_solve_writes_the_run_and_tells_it(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    # budget 10: A (cost 6, value 10) or B (cost 5, value 9), never both; A is better
    ran = fundalign("solve", little)
    assert ran.returncode == 0, ran.stderr
    run = tmp_path / "little-run"
    funded = {row["initiative"]: row["funded"] for row in rows_of(run / "portfolio.csv")}
    assert funded == {"A": "true", "B": "false"}
    assert sum(float(row["amount"]) for row in rows_of(run / "funding.csv")) == 6000.0
    for words in (
        "optimal within the gap",
        "value 10",
        "rule rows recomputed; limits and totals hold exactly",
        "EUR thousand",
        "not funded (1): B",
    ):
        assert words in ran.stdout
    assert ran.stdout.strip().splitlines()[-1].startswith("written to little-run")


def test_solve_as_json_prints_the_summary_and_nothing_else(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    ran = fundalign("solve", little, "-o", "here", "--format", "json", "--solver-log", "--log-json")
    assert ran.returncode == 0, ran.stderr
    summary = json.loads(ran.stdout)
    assert summary == json.loads((tmp_path / "here" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["status"], summary["objective"]) == ("optimal", 10.0)


def test_log_json_is_one_object_per_line(fundalign: Runner, little: Path) -> None:
    ran = fundalign("solve", little, "--log-json")
    assert ran.returncode == 0
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert {"progress"} <= {line["event"] for line in lines}
    assert all({"time", "level", "event", "message"} <= set(line) for line in lines)


def test_set_and_scenario_change_what_is_solved(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    change = 'table = "budgets"\ncolumn = "payments"\nmultiply = 0.5\n'
    (little / "scenarios.toml").write_text(
        f'[[scenario]]\nname = "cut"\n[[scenario.change]]\n{change}', encoding="utf-8"
    )
    cut = json.loads(fundalign("solve", little, "-o", "cut", "--scenario", "cut", "--format", "json").stdout)
    assert cut["objective"] == 9.0  # 5 buys B only
    more = "budgets.payments[funder=F,cycle=c1]+=6"
    both = fundalign("solve", little, "-o", "both", "--scenario", "cut", "--set", more, "--format", "json")
    summary = json.loads(both.stdout)
    assert summary["objective"] == 19.0  # 5 + 6 = 11 buys both
    assert (summary["scenario"], summary["set"]) == ("cut", [more])
    options = json.loads((tmp_path / "both" / "manifest.json").read_text(encoding="utf-8"))["options"]
    assert (options["scenario"], options["set"]) == ("cut", [more])
    told = fundalign("solve", little, "--scenario", "cut", "--set", more).stdout
    assert told.splitlines()[0] == f"Little, scenario 'cut', {more}"
    assert "11" in (tmp_path / "both" / "case" / "budgets.csv").read_text(encoding="utf-8")


def test_an_empty_plan_is_one_short_screen(fundalign: Runner, little: Path) -> None:
    ran = fundalign("solve", little, "--set", "budgets.payments=1")
    assert ran.returncode == 0
    for words in ("nothing can be funded", "value 0 · no plan is above 0 ·", "not funded (2): A, B"):
        assert words in ran.stdout
    for words in ("-0", "gap 0", "EUR thousand:", "Who pays", "Budgets"):
        assert words not in ran.stdout


def test_every_line_of_the_budgets_adds_up(fundalign: Runner, little: Path) -> None:
    # of 10, 1.004 are reserved and 6 pay for A, so 2.996 lapse; printed 10.00 = 1.00 + 6.00 + 3.00
    ran = fundalign("solve", little, "--set", "budgets.reserved=1.004")
    line = next(line for line in ran.stdout.split("Budgets")[1].splitlines() if line.startswith("F "))
    assert line.split() == ["F", "EUR", "10.00", "1.00", "6.00", "–", "–", "3.00", "60"]


def test_nothing_is_broken_inside_a_word_on_a_narrow_terminal(
    fundalign: Runner, little: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (little / "initiatives.csv").write_text(
        "initiative,currency,theme\nA,EUR,infrastructureofnorthernmostislandsandofthesea\nB,EUR,\n", encoding="utf-8"
    )
    ran = fundalign("solve", little)
    table = ran.stdout.split("Portfolio")[1].split("not funded")[0].splitlines()
    assert [line[:12].strip() for line in table[3:] if line] == ["A"]
    assert "…" in table[3]
    assert table[3].endswith("10.00")


def test_verify_confirms_a_run_and_catches_one_cent(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    fundalign("solve", little)
    held = fundalign("verify", "little-run", "--format", "json")
    assert held.returncode == 0
    entry = json.loads(held.stdout)
    assert (entry["holds"], entry["faults"]) == (True, [])
    assert entry["rows"] > 0
    funding = tmp_path / "little-run" / "funding.csv"
    text = funding.read_text(encoding="utf-8")
    assert text.count(",6000.00") == 3
    funding.write_text(text.replace(",6000.00", ",6000.01", 1), encoding="utf-8")
    broken = fundalign("verify", "little-run", "--format", "json")
    assert broken.returncode == 9
    assert json.loads(broken.stdout)["holds"] is False
    told = fundalign("verify", "little-run")
    assert told.returncode == 9
    assert "does not hold" in told.stdout


def test_an_interrupted_reader_of_stdout_is_no_error(little: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "fundalign.app.cli", "check", str(little)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0

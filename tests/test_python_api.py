"""The Python interface as results.md shows it, on the shipped case `tiny` and on a case with faults."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import fundalign as fa
from fundalign.inputs.shipped import shipped_path

HEAVY = ("pandas", "numpy", "scipy", "pyomo", "highspy", "pydantic", "click", "rich")
TABLES = (
    *("portfolio", "schedule", "funding", "budgets", "currency"),
    *("flows", "equity", "matching", "cofunding", "rules"),
)


@pytest.fixture(scope="module")
def run() -> fa.Run:
    return fa.solve(fa.read_case(shipped_path("tiny")), fa.SolveOptions(gap=0.001))


def test_importing_loads_nothing_heavy_and_reading_no_solver() -> None:
    program = (
        "import sys\n"
        f"loaded = lambda: [m for m in {HEAVY!r} if m in sys.modules]\n"
        "import fundalign as fa\n"
        "assert 'solve' in dir(fa) and loaded() == [], loaded()\n"
        "fa.InputError, fa.__version__\n"
        "assert loaded() == [], loaded()\n"
        "fa.read_case\n"
        "assert not {'pyomo', 'highspy', 'pandas'} & set(loaded()), loaded()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)


def test_every_public_name_is_there() -> None:
    assert all(getattr(fa, name) is not None for name in fa.__all__)
    assert set(fa.__all__) <= set(dir(fa))
    missing = "frontiers"
    with pytest.raises(AttributeError, match="frontiers"):
        getattr(fa, missing)


def test_read_case_takes_path_and_text_and_names_every_fault(tmp_path: Path) -> None:
    assert fa.read_case(str(shipped_path("quantum"))).settings == fa.read_case(shipped_path("quantum")).settings
    for file in shipped_path("tiny").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    for table, good, bad in (("funders.csv", "public", "publik"), ("budgets.csv", "2027", "01/02/2027")):
        text = (tmp_path / table).read_text(encoding="utf-8")
        (tmp_path / table).write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(fa.InputError) as caught:
        fa.read_case(tmp_path)
    assert {"funders.csv", "budgets.csv"} <= {fault.file for fault in caught.value.faults}
    assert all(isinstance(fault, fa.Fault) for fault in caught.value.faults)
    with pytest.raises(fa.UsageError):
        fa.read_case(tmp_path / "nowhere")


def test_a_run_has_plan_report_and_case(run: fa.Run) -> None:
    assert run.plan is not None
    assert run.case.name == "tiny"
    report = run.report
    assert report.status == "optimal"
    assert f"{report.status}" == "optimal"
    assert report.objective == pytest.approx(19)
    assert report.bound is not None
    assert report.gap == pytest.approx(abs(report.bound - 19) / 19)
    assert sum(report.terms.values()) == pytest.approx(report.objective)
    assert report.seconds > 0


def test_frames_hold_floats_and_files_exact_text(run: fa.Run) -> None:
    assert run.plan is not None
    for name in TABLES:
        frame, text = getattr(run.plan, name), run.plan.tables[name]
        assert list(frame.columns) == list(text.columns)
        assert len(frame) == len(text)
        assert all(isinstance(cell, str) for row in text.itertuples(index=False) for cell in row)
    funding = run.plan.funding
    assert [str(kind) for kind in funding[["amount", "amount_funder", "amount_base"]].dtypes] == ["float64"] * 3
    assert funding["amount"].sum() == float(sum(map(Decimal, run.plan.tables["funding"]["amount"])))
    for name, columns in {"portfolio": ["cost", "value", "present_value"], "rules": ["value", "slack"]}.items():
        assert {str(kind) for kind in getattr(run.plan, name)[columns].dtypes} == {"float64"}
    assert run.plan.portfolio["funded"].dtype == bool
    assert run.plan.budgets["commitments"].isna().all()


def test_a_frame_is_a_copy_and_a_run_is_frozen(run: fa.Run) -> None:
    assert run.plan is not None
    frame = run.plan.frame("funding")
    frame["amount"] = 0.0
    assert (run.plan.funding["amount"] > 0).all()
    assert fa.verify(run).holds
    for owner, name in ((run, "plan"), (run.plan, "tables"), (run.report, "objective"), (run.case, "name")):
        with pytest.raises(FrozenInstanceError):
            setattr(owner, name, None)


def test_write_read_verify(run: fa.Run, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert run.write(folder, force=False) == folder
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    with pytest.raises(fa.UsageError):
        run.write(str(folder))
    run.write(folder, force=True)
    again = fa.read_run(str(folder))
    assert run.plan is not None
    assert again.plan is not None
    for name, table in run.plan.tables.items():
        pd.testing.assert_frame_equal(again.plan.tables[name], table, check_dtype=False)
    assert again.plan.factors == run.plan.factors
    assert again.summary == run.summary
    assert (again.report.status, again.report.objective) == (run.report.status, run.report.objective)
    assert again.case.tables == run.case.tables
    for told in (run, again, folder, str(folder)):
        assert fa.verify(told).holds
    again.write(tmp_path / "copy")
    assert fa.verify(tmp_path / "copy").holds
    with pytest.raises(fa.UsageError):
        fa.read_run(tmp_path / "nothing")


def test_a_changed_file_does_not_verify(run: fa.Run, tmp_path: Path) -> None:
    folder = run.write(tmp_path / "out")
    funding = (folder / "funding.csv").read_text(encoding="utf-8")
    amount = pd.read_csv(folder / "funding.csv", dtype=str)["amount"][0]
    assert funding.count(amount)
    (folder / "funding.csv").write_text(funding.replace(amount, f"{amount[:-1]}1", 1), encoding="utf-8")
    found = fa.verify(folder)
    assert not found.holds
    assert any("funding.csv" in fault for fault in found.faults)


def test_change_gives_a_new_case() -> None:
    case = fa.read_case(shipped_path("tiny"))
    before = [cycle.payments for cycle in case.cycles["SOUTH-MIN"]]
    cut = case.change("budgets", "payments", where={"funder": "SOUTH-MIN"}, multiply=0.9)
    assert isinstance(cut, fa.Case)
    assert [cycle.payments for cycle in cut.cycles["SOUTH-MIN"]] == [Decimal("0.9") * p for p in before]
    assert [cycle.payments for cycle in case.cycles["SOUTH-MIN"]] == before
    assert cut.cycles["NORTH-MIN"] == case.cycles["NORTH-MIN"]
    assert fa.solve(cut).report.objective is not None
    more = case.change("budgets", "payments", add=1)
    assert [cycle.payments for cycle in more.cycles["SOUTH-MIN"]] == [p + 1 for p in before]
    assert case.change("case", "buffer.confidence", set=0.99).settings.buffer.confidence == Decimal("0.99")
    with pytest.raises(fa.UsageError):
        case.change("budgets", "payments", multiply=0.9, add=1)
    with pytest.raises(fa.UsageError):
        case.change("budgets", "payments")
    with pytest.raises(fa.InputError):
        case.change("budgets", "payments", where={"funder": "NOBODY"}, set=1)


def test_no_plan_is_an_error_and_a_limit_is_a_run_without_one() -> None:
    case = fa.read_case(shipped_path("tiny"))
    poor = case.change("budgets", "payments", set=1).change("initiatives", "status", set="mandatory")
    with pytest.raises(fa.Infeasible) as caught:
        fa.solve(poor)
    assert caught.value.explanation
    assert isinstance(caught.value, fa.FundalignError)
    stopped = fa.solve(case, fa.SolveOptions(time_limit=0.0))
    assert stopped.plan is None
    assert (stopped.report.status, stopped.report.objective) == ("no_plan", None)
    assert not fa.verify(stopped).holds

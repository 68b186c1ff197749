"""What a re-plan keeps signed is copied into its folder, verified from there, and found out when touched."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from fundalign.inputs.approved import Approved
from fundalign.inputs.faults import InputError
from fundalign.optimizer.replan import replan
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Run
from fundalign.results.store import read_run
from fundalign.results.verify import audit, verify

from ..models.signed_case import signed

EXACT = SolveOptions(gap=0.0, threads=1)
TABLES = ("commitments", "currency", "funding", "guarantees", "schedule")


@pytest.fixture(scope="module")
def run() -> Run:
    return replan(signed(), solve(signed(), EXACT), "2028", options=EXACT)


@pytest.fixture(scope="module")
def written(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run.write(tmp_path_factory.mktemp("runs") / "again")


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "run"))


def test_the_folder_holds_copies_and_reads_back(run: Run, folder: Path) -> None:
    assert sorted(file.name for file in (folder / "approved").iterdir()) == sorted(
        [*(f"{name}.csv" for name in TABLES), "replan.json"]
    )
    for name in TABLES:
        assert (folder / "approved" / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes()
    assert verify(folder).holds
    assert read_run(folder).case.approved == run.case.approved


def test_tables_without_rows_are_copied_too(run: Run, tmp_path: Path) -> None:
    approved = run.case.approved
    assert approved is not None
    none = replace(approved, signed=dict.fromkeys(approved.signed, ()))
    again = replace(run, case=replace(run.case, approved=none))
    folder = again.write(tmp_path / "none")
    found = read_run(folder).case.approved
    assert found is not None
    assert found.signed == none.signed


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_gone_or_changed(folder: Path, name: str) -> None:
    path = folder / "approved" / f"{name}.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert f"approved/{name}.csv: was changed" in " ".join(verify(folder).faults)
    path.unlink()
    assert not verify(folder).holds
    with pytest.raises(InputError, match="is missing"):
        read_run(folder)


def more(amounts: dict[object, int]) -> dict[object, int]:
    return {key: amount + 1 for key, amount in amounts.items()}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda a: replace(a, hedged_before=more(a.hedged_before)), "frozen hedge (K, SEK, 2027)"),
        (lambda a: replace(a, committed_before=more(a.committed_before)), "frozen commitment (F, A, s, 2027)"),
        (lambda a: replace(a, guarantees=more(a.guarantees)), "frozen guarantee (cover, C)"),
        (lambda a: replace(a, hedged_before={}), "frozen hedge (K, SEK, 2027)"),
        (lambda a: replace(a, guarantees={}), "frozen guarantee (cover, C)"),
    ],
)
def test_another_past_is_found_out(run: Run, change: Callable[[Approved], Approved], rule: str) -> None:
    assert run.plan is not None
    assert run.case.approved is not None
    case = replace(run.case, approved=change(run.case.approved))
    tables = {name: table for name, table in run.plan.tables.items() if name != "differences"}
    found = audit(case, tables, run.summary, run.plan.factors).faults
    assert any(f"replanning: {rule}" in fault for fault in found), found


def test_rows_of_the_rules(run: Run) -> None:
    assert run.audit is not None
    found = {(row.rule, row.owner): row.value for row in run.audit.rows if row.family == "replanning"}
    assert found["frozen commitment", "F"] == 10
    assert found["frozen guarantee", "cover"] == 4
    assert found["frozen hedge", "K"] > Fraction(0)

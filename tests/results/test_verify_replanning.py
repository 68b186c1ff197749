"""A re-plan verifies; whoever touches what was approved, or what has happened, is found out."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from fundalign.inputs.approved import Approved
from fundalign.inputs.faults import InputError
from fundalign.inputs.read import read_case
from fundalign.inputs.shipped import shipped_path
from fundalign.optimizer.replan import replan
from fundalign.optimizer.solve import solve
from fundalign.results.plan import Run
from fundalign.results.store import read_run
from fundalign.results.verify import audit, verify


@pytest.fixture(scope="module")
def run() -> Run:
    """`tiny`, frozen until 2029, with half of Southland's money of 2030: SENSE goes, SKILLS comes, 9 of 16 move."""
    case = read_case(shipped_path("tiny"))
    first = solve(case)
    cut = case.change("budgets", "payments", where={"funder": "SOUTH-MIN", "cycle": "2030"}, multiply=0.5)
    return replan(cut, first, "2029")


@pytest.fixture(scope="module")
def written(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run.write(tmp_path_factory.mktemp("runs") / "again")


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "run"))


def substitute(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def test_it_holds_and_reads_back(run: Run, folder: Path) -> None:
    assert verify(folder).holds
    assert read_run(folder).case.approved == run.case.approved
    assert read_run(folder).plan is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            substitute("funding.csv", "LAB,all,NORTH,2027,SEK,30000000.00", "LAB,all,NORTH,2027,SEK,29999999.99"),
            "replanning: frozen payment (NORTH-MIN, LAB, all, NORTH, 2027): 29999999.99 SEK, at least 30000000 SEK",
        ),
        (
            substitute("schedule.csv", "LAB,build,all,true,2027,2027", "LAB,build,all,true,2028,2028"),
            "replanning: LAB/build began in 2027 and goes on from there",
        ),
        (substitute("approved/funding.csv", "30000000.00", "30000000.01"), "approved/funding.csv: was changed"),
        (substitute("approved/replan.json", "2029", "2028"), "approved/replan.json: was changed"),
        (lambda folder: shutil.rmtree(folder / "approved"), "approved/schedule.csv: is missing"),
        (
            substitute("differences.csv", "dropped", "moved"),
            "differences.csv row 3: change is moved, should be dropped",
        ),
        (lambda folder: (folder / "differences.csv").unlink(), "differences.csv: the table is missing"),
        (substitute("manifest.json", "fundalign replan case", "fundalign solve case"), "replay should start with"),
        (substitute("approved/replan.json", '"2029"', '"2099"'), "'2099' expected a period of the case"),
        (substitute("approved/replan.json", '"price": null', '"price": "x"'), "an entry as a re-plan writes it"),
    ],
)
def test_tampering_is_named(folder: Path, change: Callable[[Path], None], words: str) -> None:
    change(folder)
    found = verify(folder)
    assert not found.holds
    assert any(words in fault for fault in found.faults), found.faults


def test_differences_beside_a_run_that_is_no_re_plan(folder: Path) -> None:
    shutil.rmtree(folder / "approved")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["approved_files"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "differences.csv: the table is only of a re-plan" in verify(folder).faults


def faults_with(run: Run, change: Callable[[Approved], Approved]) -> tuple[str, ...]:
    """Audit the run as if it had been approved otherwise."""
    assert run.plan is not None
    assert run.case.approved is not None
    case = replace(run.case, approved=change(run.case.approved))
    tables = {name: table for name, table in run.plan.tables.items() if name != "differences"}
    return audit(case, tables, run.summary, run.plan.factors).faults


def test_more_moved_than_may(run: Run) -> None:
    """9 of 16 million moved: half of it, 8, may; 0.5625 is 9."""
    words = "replanning: money moved (from 2029 on): 9000000 EUR, at most 8000000 EUR allowed"
    assert words in faults_with(run, lambda approved: replace(approved, max_change=Decimal("0.5")))
    within = faults_with(run, lambda approved: replace(approved, max_change=Decimal("0.5625")))
    assert not any("replanning" in fault for fault in within)


def test_nothing_new_may_start_before(run: Run) -> None:
    """Were 2029 over too, SKILLS could not have started in it."""
    found = faults_with(run, lambda approved: replace(approved, frozen=4))
    assert "replanning: SKILLS/course starts in 2029, but nothing new may before 2030" in found


def test_a_price_makes_a_term(run: Run) -> None:
    """0.1 for each of 9 million moved: 15 − 0.9."""
    found = faults_with(run, lambda approved: replace(approved, price=Decimal("0.1")))
    assert any(fault.startswith("summary.json: terms should hold") for fault in found)
    assert any("objective is 15.0, should be 14.1" in fault for fault in found)


def test_an_unreadable_approval_is_an_input_error(folder: Path) -> None:
    (folder / "approved" / "replan.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"replan\.json"):
        read_run(folder)

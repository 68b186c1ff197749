"""Warm what-ifs: never worse certified than they claim, the old bound only where it holds, the start on record."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible
from fundalign.models.build import build
from fundalign.optimizer import search
from fundalign.optimizer.compile import Program, compile_model
from fundalign.optimizer.engine import Progress
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.optimizer.warm import fingerprint, restricts
from fundalign.results.plan import Run
from fundalign.results.store import read_run
from fundalign.results.verify import verify

from ..models.programmes import programme

EXACT = SolveOptions(gap=0.0, threads=1)
SEEDS = range(12)


def exact(case: Case) -> Program:
    return compile_model(build(case))


def drawn_change(case: Case, seed: int) -> Case:
    """One random change of money, a rate, a value, a cost, a rule or a window."""
    rng = random.Random(seed)
    funder = rng.choice(list(case.funders))
    cycle = rng.choice(case.cycles[funder]).name
    initiative = rng.choice(list(case.initiatives))
    factor = rng.choice((0.5, 0.8, 0.9, 1.0, 1.1, 1.3))
    kind = seed % 7
    if kind <= 1:
        return case.change("budgets", "payments", where={"funder": funder, "cycle": cycle}, multiply=factor)
    if kind == 2:
        return case.change("currencies", "rate", multiply=factor)
    if kind == 3:
        return case.change("milestones", "value", where={"initiative": initiative}, multiply=factor)
    if kind == 4:
        return case.change("milestones", "cost", where={"initiative": initiative}, multiply=factor)
    if kind == 5:
        return case.change("funders", "contingency", where={"funder": "FS"}, set=str(rng.choice((0, 0.05, 0.2))))
    return case.change("milestones", "earliest_start", where={"initiative": initiative}, set="2028")


def solved(case: Case, options: SolveOptions) -> Run | None:
    try:
        return solve(case, options)
    except Infeasible:
        return None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("small", [0, search.SMALL])
def test_warm_reaches_the_cold_optimum_after_any_change(seed: int, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SMALL", small)
    monkeypatch.setattr(search, "STUCK", 0.0)
    case = programme(seed, initiatives=6)
    old = solve(case, EXACT)
    changed = drawn_change(case, seed)
    cold = solved(changed, EXACT)
    warm = solved(changed, replace(EXACT, start=old))
    assert (cold is None) == (warm is None)
    if cold is not None and warm is not None:
        assert warm.report.objective == pytest.approx(cold.report.objective, rel=1e-6)
        assert warm.report.bound is not None
        assert warm.report.bound >= (cold.report.objective or 0.0) - 1e-6
        assert warm.report.status == cold.report.status
        assert verify(warm).faults == ()


def test_a_change_that_is_proved_to_restrict_never_has_a_better_plan() -> None:
    proved, better = 0, 0
    for seed in range(40):
        case = programme(seed, initiatives=4)
        changed = drawn_change(case, seed)
        before, after = solved(case, EXACT), solved(changed, EXACT)
        if before is None or after is None:
            continue
        rises = (after.report.objective or 0.0) > (before.report.objective or 0.0) + 1e-6
        claimed = restricts(exact(changed), exact(case))
        assert not (claimed and rises)
        proved += claimed
        better += rises
    assert proved >= 8
    assert better >= 4


def test_what_restricts_and_what_does_not() -> None:
    case = programme(1)
    old = exact(case)
    where = {"funder": "FS", "cycle": "c1"}
    assert restricts(old, old)
    assert restricts(exact(case.change("budgets", "payments", where=where, multiply=0.9)), old)
    assert restricts(exact(case.change("milestones", "value", multiply=0.9)), old)
    assert restricts(exact(case.change("funders", "contingency", where={"funder": "FS"}, set="0.2")), old)
    assert not restricts(exact(case.change("budgets", "payments", where=where, multiply=1.1)), old)
    assert not restricts(exact(case.change("milestones", "value", where={"initiative": "I0"}, multiply=1.1)), old)
    assert not restricts(exact(case.change("currencies", "rate", multiply=1.1)), old)
    assert not restricts(exact(case.change("initiatives", "status", where={"initiative": "I0"}, set="excluded")), old)


def test_carried_money_counts_when_a_change_is_judged() -> None:
    # more carried over and less paid: neither way is it provably tighter
    case = programme(0)
    less = case.change("budgets", "payments", where={"cycle": "c2"}, multiply=0.9)
    assert not restricts(exact(less.change("budgets", "carry_over", set="1")), exact(case))


@pytest.fixture(scope="module")
def old() -> Run:
    return solve(programme(3, initiatives=8), EXACT)


def heard(case: Case, options: SolveOptions) -> tuple[Run, list[str]]:
    phases: list[str] = []

    def hear(progress: Progress) -> None:
        phases.append(progress.phase)

    return solve(case, options, hear), phases


def idle_cycle(run: Run) -> dict[str, object]:
    """A cycle in which money is left over that nobody carries on."""
    assert run.plan is not None
    budgets = run.plan.budgets
    left = budgets[(budgets["lapsed"] > 0.3 * budgets["payments"]) & (budgets["payments"] > 0)]
    return {"funder": left.iloc[0]["funder"], "cycle": left.iloc[0]["cycle"]}


def test_a_cut_that_does_not_bind_is_answered_without_a_search(old: Run) -> None:
    cut = old.case.change("budgets", "payments", where=idle_cycle(old), multiply=0.95)
    run, phases = heard(cut, replace(EXACT, start=old))
    assert run.report.phase == "start"
    assert {"relaxation", "search"}.isdisjoint(phases)
    assert run.report.objective == pytest.approx(old.report.objective)
    assert run.report.bound == old.report.bound
    again, phases = heard(cut, replace(EXACT, start=run))  # and what it remembers is as good a start
    assert again.report.phase == "start"
    assert "search" not in phases


def test_a_run_that_was_read_is_as_good_a_start(old: Run, tmp_path: Path) -> None:
    cut = old.case.change("budgets", "payments", where=idle_cycle(old), multiply=0.95)
    kept = read_run(old.write(tmp_path / "run"))
    run, phases = heard(cut, replace(EXACT, start=kept))
    assert run.report.phase == "start"
    assert "search" not in phases
    assert run.options["start"] == {"case": old.case.settings.name, "schedule": fingerprint(old)}
    assert str(tmp_path) not in str(run.manifest)


def test_the_bound_of_a_run_whose_tables_were_changed_is_not_believed(old: Run, tmp_path: Path) -> None:
    folder = old.write(tmp_path / "run")
    table = folder / "case" / "milestones.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    kept = read_run(folder)
    assert not kept.genuine
    run, phases = heard(old.case, replace(EXACT, start=kept))
    assert "search" in phases
    assert run.report.objective == pytest.approx(old.report.objective)


@pytest.mark.parametrize("factor", [0.7, 1.3])
def test_after_a_change_of_all_money_the_start_is_mended_or_improved(
    old: Run, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(search, "STUCK", 0.0)
    changed = old.case.change("budgets", "payments", multiply=factor)
    warm, phases = heard(changed, replace(EXACT, start=old))
    assert "start" in phases
    assert ("mending" in phases) == (factor < 1)
    assert warm.report.objective == pytest.approx(solve(changed, EXACT).report.objective)
    if factor > 1:
        assert (warm.report.objective or 0.0) >= (old.report.objective or 0.0) - 1e-9


def test_what_the_relaxation_needed_is_known_to_the_next(old: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(search, "STUCK", 0.0)
    first = solve(old.case, EXACT)
    changed = old.case.change("currencies", "rate", multiply=1.02)

    def rounds(start: Run | None) -> int:
        return heard(changed, replace(EXACT, start=start))[1].count("relaxation")

    assert rounds(first) <= rounds(None)


def test_without_a_gap_of_its_own_a_what_if_stops_a_tenth_above_that_of_the_start(old: Run) -> None:
    rough = replace(old, report=replace(old.report, gap=0.05))
    assert SolveOptions(start=rough).limits(old.case).gap == pytest.approx(0.055)
    assert SolveOptions(start=rough, gap=0.01).limits(old.case).gap == 0.01
    empty = replace(old, report=replace(old.report, gap=1e12))
    assert SolveOptions(start=empty).limits(old.case).gap == float(old.case.settings.solve.gap)


def test_a_start_of_another_case_or_without_a_plan_does_no_harm(old: Run) -> None:
    other = programme(5, initiatives=5)
    assert solve(other, replace(EXACT, start=old)).report.objective == pytest.approx(
        solve(other, EXACT).report.objective
    )
    nothing = replace(old, plan=None)
    run = solve(old.case, replace(EXACT, start=nothing))
    assert run.report.objective == pytest.approx(old.report.objective)
    assert "start" not in run.options

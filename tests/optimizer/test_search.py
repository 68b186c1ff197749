"""The search of large programs, forced on small ones: HiGHS's optimum, certified at every moment, stopped anywhere."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from fundalign.models.build import build
from fundalign.optimizer import plans as listing
from fundalign.optimizer import search
from fundalign.optimizer.compile import Floats, Program, compile_model
from fundalign.optimizer.engine import Ending, Limits, Progress
from fundalign.optimizer.search import Found, Hunt
from fundalign.optimizer.signals import Interrupt
from fundalign.optimizer.work import carry

from ..models.programmes import programme
from .points import compiled, enumerated, everything, violation, worth
from .programs import INFINITE, program, run

STEPS = 6
WALKED = Limits(threads=1, steps=STEPS)


@pytest.fixture(autouse=True)
def _walk_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SMALL", 0)


class Trail:
    """One hunt, without a clock: so many steps, then HiGHS to the end (or as many nodes); what it said on the way."""

    def __init__(
        self, made: Program, limits: Limits = WALKED, to_the_end: bool = True, bound: float | None = None
    ) -> None:
        self.made, self.to_the_end, self.heard = made, to_the_end, list[Progress]()
        self.interrupt, self.stop_in = Interrupt(), ""
        self.points: dict[bytes, tuple[Floats, float]] = {}
        self.hunt = Hunt(made, limits, self.interrupt, self.listen, 0.0, bound=bound)

    def listen(self, progress: Progress) -> None:
        self.heard.append(progress)
        if progress.phase == "search" and self.to_the_end:
            self.hunt.limits = replace(self.hunt.limits, steps=None)
        if progress.phase == self.stop_in:
            self.interrupt.number = 2
        if self.hunt.x is not None and self.hunt.objective is not None:
            self.points[self.hunt.x.tobytes()] = self.hunt.x, self.hunt.objective

    def run(self, start: Floats | None = None) -> Found:
        found = self.hunt.run(start)
        self.certified(found)
        return found

    @property
    def phases(self) -> set[str]:
        return {progress.phase for progress in self.heard}

    def certified(self, found: Found) -> None:
        """Every plan kept is one and worth what was said; incumbents rise, bounds fall, and they never cross."""
        for x, objective in [*self.points.values(), *([(found.x, found.objective)] if found.x is not None else [])]:
            assert violation(self.made, x) < 1e-6
            assert objective == pytest.approx(worth(self.made, x), abs=1e-6)
        incumbents = [p.incumbent for p in self.heard] + [found.objective]
        bounds = [p.bound for p in self.heard] + [found.bound]
        for told, better in ((incumbents, 1.0), (bounds, -1.0)):
            known = [v for v in told if v is not None]
            assert told[len(told) - len(known) :] == known  # once there is one there always is
            assert all(better * (b - a) >= -1e-7 * max(1.0, abs(a)) for a, b in pairwise(known))
        for low, high in zip(incumbents, bounds, strict=True):
            assert low is None or high is None or low <= high + 1e-6 * max(1.0, abs(high))


def same(found: Found, made: Program) -> None:
    """HiGHS alone says the same of the program."""
    alone = run(made)
    assert found.ending is alone.ending
    assert found.objective == pytest.approx(alone.objective, abs=1e-6)
    if found.objective is not None:
        assert found.bound == pytest.approx(found.objective, abs=1e-6)


@pytest.mark.parametrize("seeds", [range(k, 60, 10) for k in range(10)], ids=lambda seeds: f"from {seeds[0]}")
def test_all_phases_together_reach_the_optimum_of_highs_alone(seeds: Iterable[int]) -> None:
    """Cases of every rule family and both pots, some of them infeasible."""
    for seed in seeds:
        made = compiled(f"oracle-{seed}")
        same(Trail(made).run(), made)


def test_the_cases_take_every_way_through_the_search() -> None:
    endings, phases = set(), set()
    for seed in (*range(3, 60, 6), 41):  # the last has no plan
        trail = Trail(compiled(f"oracle-{seed}"))
        endings.add(trail.run().ending)
        phases |= trail.phases
    assert endings == {Ending.OPTIMAL, Ending.INFEASIBLE}
    assert phases >= {"relaxation", "construction", "improvement", "search"}


@pytest.mark.parametrize("listed", [0, 10**9])
@pytest.mark.parametrize("seed", [0, 3])
def test_programmes_too(seed: int, listed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether HiGHS finishes over periods or over whole plans."""
    monkeypatch.setattr(search, "LISTED", listed)
    made = compile_model(build(programme(seed, initiatives=6), compact=True))
    same(Trail(made).run(), made)


@pytest.mark.parametrize("seed", [0, 8, 14, 33])
def test_chains_with_too_many_plans(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, or those above the median, keep their own columns; the optimum does not move."""
    made = compiled(f"oracle-{seed}")
    sizes = sorted(len(points) for points in enumerated(made).points)
    for most in (0, sizes[len(sizes) // 2] - 1):
        monkeypatch.setattr(listing, "MOST", most)
        same(Trail(made).run(), made)


def test_what_must_be_done_and_cannot_be_is_infeasible() -> None:
    """A start that must happen is due 5 of 4: all columns are fixed, and the rows say no."""
    rows = [(1.0, [1, 0], 1.0), (0.0, [-5, 1], 0.0)]
    made = program([1, 0], rows, lower=[1, 0], upper=[1, 4], integer=[True, False])
    found = Trail(made).run()
    assert (found.ending, found.x, found.bound) == (Ending.INFEASIBLE, None, None)


def test_without_columns_only_the_rows_decide() -> None:
    for need, ending in ((1.0, Ending.INFEASIBLE), (0.0, Ending.OPTIMAL)):
        made = program([], [(need, [], INFINITE)])
        assert run(made).ending is ending
        assert run(made, relax=True).ending is ending


@pytest.mark.parametrize("name", ["hard-4", "oracle-14"])
def test_a_seed_and_a_number_of_steps_give_the_same_plan(name: str) -> None:
    one, two = (Trail(compiled(name), to_the_end=False).run() for _ in range(2))
    assert one.x is not None
    assert two.x is not None
    assert one.x.tolist() == two.x.tolist()
    assert (one.objective, one.bound, one.phase, one.ending) == (two.objective, two.bound, two.phase, two.ending)


@pytest.mark.parametrize("phase", ["relaxation", "construction", "improvement", "search"])
@pytest.mark.parametrize("name", ["hard-4", "oracle-14"])
def test_an_interrupt_keeps_the_best_plan_of_any_phase(name: str, phase: str) -> None:
    made = compiled(name)
    trail = Trail(made, to_the_end=False)
    trail.stop_in = phase
    found = trail.run()
    assert phase in trail.phases
    assert found.ending in (Ending.INTERRUPTED, Ending.OPTIMAL)
    known = [p.incumbent for p in trail.heard if p.incumbent is not None]
    assert found.objective is not None or not known
    assert found.objective is None or found.objective >= max(known, default=-np.inf)
    optimum = run(compiled(name)).objective
    assert optimum is not None
    assert found.bound is None or found.bound >= optimum - 1e-6
    assert phase == "search" or "search" not in trail.phases


@pytest.mark.parametrize("name", ["hard-4", "oracle-14"])
def test_a_bound_that_is_known_is_never_forgotten(name: str) -> None:
    made = compiled(name)
    optimum = run(made).objective
    assert optimum is not None
    trail = Trail(made, bound=optimum + 1e-3)
    same(trail.run(), made)
    assert all(p.bound is not None and p.bound <= optimum + 1e-3 for p in trail.heard)


def test_no_time_at_all_is_no_plan_or_a_true_one() -> None:
    found = Trail(compiled("hard-6"), replace(WALKED, time_limit=0.0)).run()
    assert found.ending is not Ending.INFEASIBLE
    assert found.bound is None or found.objective is None or found.objective <= found.bound


CHANGES: dict[str, Callable[[Decimal], tuple[str, str, Decimal]]] = {
    "scarcer": lambda part: ("budgets", "payments", Decimal(1) - part),
    "richer": lambda part: ("budgets", "payments", Decimal(1) + part),
    "dearer": lambda part: ("milestones", "cost", Decimal(1) + part),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_start_from_the_plan_of_another_case(seed: int, change: str) -> None:
    """Whether the plan still holds or has to be mended first: the optimum of the changed case."""
    case = programme(seed, initiatives=6)
    before = compile_model(build(case, compact=True))
    plan = run(before).x
    assert plan is not None
    table, column, factor = CHANGES[change](Decimal("0.3"))
    after = compile_model(build(case.change(table, column, multiply=factor), compact=True))
    trail = Trail(after)
    found = trail.run(carry(before, after, plan))
    same(found, after)
    assert "start" in trail.phases
    if change == "richer":  # the plan holds still, and is worth what it was
        assert max(p.incumbent or 0.0 for p in trail.heard if p.phase != "search") >= worth(before, plan) - 1e-6


def test_a_start_that_holds_nowhere_is_mended() -> None:
    """Everything at once: short at first, so no incumbent, then a plan without shortfall before HiGHS has its turn."""
    made = compiled("hard-4")
    plans = enumerated(made)
    trail = Trail(made, replace(WALKED, steps=40))
    found = trail.run(plans.point(everything(plans)))
    same(found, made)
    assert next(p.incumbent for p in trail.heard if p.phase not in ("relaxation",)) is None
    assert [p for p in trail.heard if p.phase != "search" and p.incumbent is not None]

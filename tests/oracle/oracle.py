"""The oracle: tries all schedules of a tiny case, the most promising first, and tells which rules are binding.

No cleverness is trusted: a schedule is refused only by its own payment LP, or by weak duality from the LP of
another one (`Cut`), and `prune=False` does without the latter. Levels, synergies and amounts are columns of the LP;
conditions (tickets, least base money) are tried both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from . import several
from .book import Settings, Tables
from .data import Data
from .families import BOTH, FAMILIES, HELPFUL, ON_SCHEDULES, PARTS, ROWS, SETTINGS, present
from .goals import Goal, at_best, least_value, settled
from .past import Past
from .pricing import TINY, Priced, Pricing, View
from .program import CLEAR, Cut
from .rules import program
from .schedules import Floats, Schedules, Starts, enumerate_schedules
from .work import Work

STEP = 1e-7
"""Objectives closer than this, relative, are the same."""


@dataclass(frozen=True)
class Verdict:
    """The optimum, by its `cost` (what is to be largest counts negative); `levels` by (initiative, place)."""

    status: Literal["optimal", "infeasible"]
    cost: float
    starts: dict[str, Starts]
    levels: Mapping[tuple[str, int], float]
    programs: int
    doubtful: bool
    goal: Goal

    @property
    def objective(self) -> float:
        return self.cost if self.goal == "public_money" else 0.0 - self.cost

    @property
    def step(self) -> float:
        return STEP * max(1.0, abs(self.cost))

    def agrees(self, other: Verdict) -> bool:
        return self.status == other.status and abs(self.cost - other.cost) <= self.step


@dataclass
class Oracle:
    """One tiny case. A `doubtful` verdict rests on a schedule that misses payability by less than `CLEAR`.

    Cuts, by goal ("" for all), are shared between the variants of the case: one holds wherever its rows do.
    """

    settings: Settings
    tables: Tables
    prune: bool = True
    cuts: dict[str, list[Cut]] = field(default_factory=dict)
    past: Past | None = None

    def __post_init__(self) -> None:
        self.data = Data(self.settings, self.tables, self.past)
        self.enumerated: dict[frozenset[str], Schedules] = {}

    @cached_property
    def work(self) -> Work:
        return Work(self.data)

    @cached_property
    def pricing(self) -> Pricing:
        found = Pricing(program(self.work))
        self.cuts[""] = found.program.plain_cuts()
        return found

    @property
    def goal(self) -> Goal:
        goals: dict[str, Goal] = {g: g for g in ("value", "public_money", "received", "key")}
        return goals[self.data.goal]

    @property
    def settled(self) -> bool:
        """Whether the objective depends on the schedule alone."""
        return settled(self.pricing.program, self.goal, frozenset())

    def schedules(self, drop: frozenset[str]) -> Schedules:
        """Schedules under the rules that remain, computed once per set of rules that matters to them."""
        seen = frozenset(t for t in drop if t in ON_SCHEDULES or t.partition(":")[0] in ON_SCHEDULES[:4])
        if seen not in self.enumerated:
            self.enumerated[seen] = enumerate_schedules(self.work, seen)
        return self.enumerated[seen]

    def costs(self, found: Schedules, view: View, goal: Goal) -> Floats:
        """What every schedule costs at least, by what is known so far; infinite if it cannot be paid."""
        p = self.pricing.program
        cost = at_best(p, goal, found, view.drop)
        floor = least_value(p, view.drop)
        if floor is not None:
            cost[-at_best(p, "value", found, view.drop) < floor - CLEAR] = np.inf
        for cut in filter(view.holds, (*self.cuts.get("", ()), *self.cuts.get(goal, ()))):
            cost = np.maximum(cost, cut.value(found))
        return cost

    def search(self, drop: frozenset[str], goal: Goal, target: float = -np.inf) -> Verdict:
        """The best plan without some families, or the first one found that costs at most the target."""
        found, view = self.schedules(drop), self.pricing.view(drop)
        cost = self.costs(found, view, goal)
        best: tuple[float, int, Priced] | None = None
        programs, doubtful = 0, False
        while len(cost):
            n = int(np.argmin(cost))
            low = float(cost[n])
            if low == np.inf or (best is not None and low > best[0] - TINY * max(1.0, abs(best[0]))):
                break
            if target > -np.inf and low > target:
                break
            enough = min(np.inf if best is None else best[0], target if target > -np.inf else np.inf)
            priced = self.pricing.price(found.begin(n), view, goal, enough)
            programs += 1
            doubtful |= priced.doubtful
            if self.prune and (priced.cost is None or not priced.cut.refuses):
                self.cuts.setdefault("" if priced.cut.refuses else goal, []).append(priced.cut)
                cost = np.maximum(cost, priced.cut.value(found))
            cost[n] = np.inf
            if priced.cost is not None:
                total = low if settled(self.pricing.program, goal, drop) else priced.cost
                if best is None or total < best[0]:
                    best = (total, n, priced)
                if total <= target:
                    break
        return self.verdict(found, goal, best, programs, doubtful)

    def verdict(
        self, found: Schedules, goal: Goal, best: tuple[float, int, Priced] | None, programs: int, doubtful: bool
    ) -> Verdict:
        if best is None or best[2].point is None:
            return Verdict("infeasible", 0.0, {}, {}, programs, doubtful, goal)
        begin, x, p = found.begin(best[1]), best[2].point.x, self.pricing.program
        levels = {
            (i, k): float(x[p.columns["level", j]])
            for (i, k, _), j in self.work.slots.items()
            if begin[j] and self.work.partial[j]
        }
        return Verdict("optimal", best[0], found.starts(best[1]), levels, programs, doubtful, goal)

    @cached_property
    def best(self) -> Verdict:
        """The optimum of the whole case."""
        return self.search(frozenset(), self.goal)

    @cached_property
    def thrifty(self) -> Verdict:
        """Among the plans of most value the one with the least public outlay."""
        if self.best.status != "optimal":
            return self.best
        p = self.pricing.program
        p.limits[p.tie] = self.best.cost + 1e-8 * max(1.0, abs(self.best.cost))
        return self.search(frozenset({"tie_break"}), "public_money")

    def variant(self, without: str) -> tuple[Oracle, frozenset[str]]:
        """The case and the families to leave out; prices that do not grow are another case."""
        drop = frozenset({without})
        rows = self.data.rows("initiatives")
        if without not in ("milestones", "milestones:escalation") or not any(r.get("escalation") for r in rows):
            return self, drop
        return Oracle(
            self.settings, {**self.tables, "initiatives": [{**r, "escalation": ""} for r in rows]}, past=self.past
        ), drop

    def binds(self, family: str) -> bool:
        """Whether leaving a family or part out changes the optimum."""
        best = self.best
        if family.startswith("goal:"):
            return self.matters()
        if family == "tie_break":
            return self.tied()
        if family in ROWS:
            return several.matter(self, family)
        oracle, drop = self.variant(family)
        if family in BOTH:
            return not best.agrees(oracle.search(drop, self.goal))
        if best.status == "infeasible":
            return family not in HELPFUL and oracle.search(drop, self.goal, np.inf).status == "optimal"
        target = best.cost + (best.step if family in HELPFUL else -best.step)
        found = oracle.search(drop, self.goal, target)
        reached = found.status == "optimal" and found.cost <= target
        return reached != (family in HELPFUL)

    def matters(self) -> bool:
        """Whether a plan of most value, whatever its payments, is not the best by the goal."""
        rich = self.search(frozenset({"required_value"}), "value")
        if "infeasible" in (rich.status, self.best.status):
            return False
        found, view = self.schedules(frozenset()), self.pricing.view(frozenset())
        n = found.find(rich.starts)
        priced = self.pricing.price(found.begin(n), view, self.goal)
        if priced.cost is None:
            return True
        cost = at_best(self.pricing.program, self.goal, found, frozenset())[n] if self.settled else priced.cost
        return bool(cost > self.best.cost + self.best.step)

    def tied(self) -> bool:
        """Whether another plan of most value, with the same starts, takes more public money."""
        if self.best.status != "optimal":
            return False
        least = self.thrifty
        begin = self.schedules(frozenset()).begin(self.schedules(frozenset()).find(least.starts))
        most = self.pricing.price(begin, self.pricing.view(frozenset({"tie_break"})), "waste").cost
        return most is not None and -most > least.cost + least.step

    def binding(self, families: Iterable[str] = (*FAMILIES, *PARTS, *SETTINGS, *ROWS)) -> set[str]:
        """Families and parts whose removal changes the optimum."""
        return {family for family in families if present(self.data, family) and self.binds(family)}

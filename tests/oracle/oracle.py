"""The oracle: tries all schedules of a tiny case from the best down, and tells which rules are binding.

No cleverness is trusted: a schedule is refused only by its own payment LP, or by weak duality from the LP of
another one (`Cut`), and `prune=False` does without the latter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from .data import Data, Settings, Tables
from .payments import Payments
from .program import Cut
from .schedules import Bools, Schedules, Starts, due_rules, enumerate_schedules, left_out

PAYABLE = 1e-6
CLEAR = 1e-4

MILESTONE_PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "milestones:windows": (
        ("milestones", "earliest_start"),
        ("milestones", "latest_start"),
        ("milestones", "deadline"),
    ),
    "milestones:sunset": (("initiatives", "sunset"),),
    "milestones:max_pause": (("initiatives", "max_pause"),),
    "milestones:complete": (("initiatives", "complete"),),
    "milestones:status": (("initiatives", "status"),),
    "milestones:escalation": (("initiatives", "escalation"),),
}
EQUITY_PARTS = tuple(f"equity:{m}" for m in ("received", "contributed", "geo_return", "key", "initiatives"))
FAMILIES: dict[str, tuple[tuple[str, str], ...]] = {
    "milestones": tuple(cell for cells in MILESTONE_PARTS.values() for cell in cells),
    "precedence": (("precedence", "successor"),),
    "choices": (("choices", "choice"),),
    "ranking": (("initiatives", "rank"),),
    "eligibility": (("eligibility", "allow"),),
    "cofunding": (("cofunding", "rule"),),
    "matching": (("matching", "rule"),),
    "budgets": (("budgets", "payments"),),
    "carry_over": (("budgets", "carry_over"),),
    "reserved": (("budgets", "reserved"),),
    "contingency": (("funders", "contingency"),),
    "buffer": (("currencies", "volatility"),),
    "hedging": (("currencies", "hedge_cost"),),
    "equity": (("equity", "measure"),),
    "earmarks": (("earmarks", "rule"),),
}
PARTS = (*MILESTONE_PARTS, "precedence:gate", *EQUITY_PARTS)
"""FAMILIES names the columns without which a family is not there; PARTS are single rules of a family."""
ON_SCHEDULES = ("milestones", "precedence", "choices", "ranking", "equity:initiatives", "equity")


@dataclass(frozen=True)
class Verdict:
    """The optimum; `payments` by (funder, initiative, stage, party, period), in the line's currency."""

    status: Literal["optimal", "infeasible"]
    objective: float
    starts: Mapping[str, Starts]
    payments: Mapping[tuple[str, str, str, str, int], float]
    programs: int
    doubtful: bool

    def agrees(self, other: Verdict) -> bool:
        scale = max(1.0, abs(self.objective))
        return self.status == other.status and abs(self.objective - other.objective) <= 1e-7 * scale


@dataclass
class Oracle:
    """One tiny case. A `doubtful` verdict rests on a schedule that misses payability by less than `CLEAR`.

    Cuts are shared between the variants of the case: one that gives no weight to dropped rows holds without
    them, and one found without some rows holds with them. Only those found without hedging are not kept.
    """

    settings: Settings
    tables: Tables
    prune: bool = True
    cuts: list[Cut] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.data = Data(self.settings, self.tables)
        self.payments = Payments(self.data)
        self.enumerated: dict[frozenset[str], Schedules] = {}

    def schedules(self, drop: frozenset[str]) -> Schedules:
        """Schedules under the rules that remain, computed once per set of rules that matters to them."""
        seen = frozenset(t for t in drop if t in ON_SCHEDULES or t.partition(":")[0] in ON_SCHEDULES[:4])
        if seen not in self.enumerated:
            self.enumerated[seen] = enumerate_schedules(self.data, seen)
        return self.enumerated[seen]

    def optimum(self, without: str = "", above: float = -np.inf) -> Verdict:
        """Best payable schedule with an objective above a value, with one family or part left out."""
        drop = frozenset({without} - {""})
        found = self.schedules(drop)
        alive: Bools = found.objective > above
        for tag, weights in due_rules(self.data):
            if not left_out(tag, drop):
                total = found.linear(np.abs(weights)) if weights.any() else np.zeros(len(alive))
                alive &= found.linear(weights) >= -1e-9 * np.maximum(total, 1.0)
        right, kept = self.payments.right_hand(drop), self.payments.kept(drop)
        for cut in self.cuts:
            if not cut.duals[~kept].any():
                alive &= cut.duals @ right + found.linear(cut.weights) <= CLEAR
        programs, doubtful = 0, False
        for n in range(len(alive)):
            if not alive[n]:
                continue
            shortfall, cut, pays = self.payments.solve(found.due(n), drop)
            programs += 1
            if shortfall <= PAYABLE:
                return Verdict(
                    "optimal",
                    float(found.objective[n]),
                    found.starts(n),
                    self.named(pays),
                    programs,
                    doubtful,
                )
            doubtful |= shortfall < CLEAR
            if self.prune:
                if without != "hedging":
                    self.cuts.append(cut)
                alive &= cut.duals @ right + found.linear(cut.weights) <= CLEAR
        return Verdict("infeasible", 0.0, {}, {}, programs, doubtful)

    def named(self, pays: Mapping[tuple[Any, ...], float]) -> dict[tuple[str, str, str, str, int], float]:
        found = {}
        for key, amount in pays.items():
            if key[0] == "x" and amount > PAYABLE:
                line = self.data.lines[key[2]]
                where = (str(key[1]), line.initiative, line.stage, line.party, int(key[3]))
                found[where] = amount / self.data.reference(line.currency)
        return found

    def present(self, family: str) -> bool:
        """Whether the tables say anything that could make this family or part bind."""
        if family in EQUITY_PARTS:
            return any(f"equity:{r['measure']}" == family for r in self.data.rows("equity"))
        cells = MILESTONE_PARTS.get(family) or FAMILIES.get(family) or (("milestones", "success"),)
        return any(r.get(column) not in (None, "") for table, column in cells for r in self.data.rows(table))

    @cached_property
    def best(self) -> Verdict:
        """The optimum of the whole case."""
        return self.optimum()

    def binding(self, families: Iterable[str] = (*FAMILIES, *PARTS)) -> set[str]:
        """Families and parts whose removal changes the optimum."""
        best, found = self.best, set()
        for family in filter(self.present, families):
            if family in ("carry_over", "hedging", "milestones", "milestones:escalation"):
                changed = not best.agrees(self.optimum(family))
            else:
                step = 1e-7 * max(1.0, abs(best.objective))
                above = best.objective + step if best.status == "optimal" else -np.inf
                changed = self.optimum(family, above).status == "optimal"
            if changed:
                found.add(family)
        return found

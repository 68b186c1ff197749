"""Funding lines: the unit `ℓ = (initiative, stage, party)` at which cost falls due and is paid.

    due[ℓ,t] = σ(i,p) · Σ_{m in g} cost(m) · Σ_o profile(m,o) · (1+escalation)^((t−1)/periods per year) · level[m,t−o]

in the line's currency κ(ℓ): the initiative's in a real pot (party ""), else the party's if it has one, converted at
reference rates. The level of a milestone that is done in full or not at all is `begin[m,t] = started[m,t] −
started[m,t−1]`, and the sum telescopes: an even profile over d periods leaves `cost/d·(started[t] − started[t−d])`.
A *partial* milestone (min_level < 1) has a level of its own, which does not. Amounts are in `unit`s. Source: model.md,
rule 4; solving.md.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ..inputs.case import Case
from .factors import escalation
from .windows import Lift, Milestone, windows

LEVEL = "level"
Start = tuple[str, str, int]  # started[i,m,t]
StartKey = Start | tuple[str, str, int, str]  # started[i,m,t], or (i, m, t, LEVEL) for level[i,m,t]


@dataclass(frozen=True)
class Line:
    """A funding line; `weight` turns the initiative's cost into this line's due, in `currency`."""

    initiative: str
    stage: str
    party: str
    currency: str
    weight: float

    @property
    def key(self) -> tuple[str, str, str]:
        """Return (initiative, stage, party)."""
        return self.initiative, self.stage, self.party


class Schedule:
    """Start windows and the dues that follow from a start, for every milestone of a case."""

    def __init__(self, case: Case, lift: Lift = "") -> None:
        """Tighten the windows of `case`; not by what a model can `lift`."""
        self.case = case
        self.windows = windows(case, lift)
        self._cost: dict[Milestone, dict[int, dict[StartKey, float]]] = {}
        self._due: dict[tuple[str, str], dict[int, dict[StartKey, float]]] = {}
        self._accrued: dict[tuple[str, str, int | None], dict[StartKey, float]] = {}

    @cached_property
    def starts(self) -> list[Start]:
        """Return every (initiative, milestone, t) in a window."""
        return [(i, m, t) for (i, m), window in self.windows.items() for t in window]

    @cached_property
    def partial(self) -> frozenset[Milestone]:
        """Return the milestones that can start and may be funded in part."""
        return frozenset(key for key in self.windows if self.case.milestone[key].min_level < 1)

    @cached_property
    def stages(self) -> dict[tuple[str, str], list[str]]:
        """Return the milestones of each (initiative, stage) that can start."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name, steps in self.case.milestones.items():
            for step in steps:
                if (name, step.milestone) in self.windows:
                    found[name, step.stage].append(step.milestone)
        return found

    def step_due(self, milestone: Milestone) -> dict[int, dict[StartKey, float]]:
        """Return {t: {start or level: coefficient}} of the milestone's whole due, in the initiative's currency."""
        if milestone not in self._cost:
            shape = self._by_level if milestone in self.partial else self._telescope
            self._cost[milestone] = shape(milestone)
        return self._cost[milestone]

    def _telescope(self, milestone: Milestone) -> dict[int, dict[StartKey, float]]:
        """Return the due of a full milestone by its `started`."""
        window, profile = self.windows[milestone], self._profile(milestone)
        found: dict[int, dict[StartKey, float]] = {}
        for t in range(window[0], window[-1] + len(profile)):
            grown = self._grown(milestone, t)
            terms: dict[int, float] = {}
            for offset, share in enumerate(profile):
                start = t - offset
                for s, sign in ((start, 1.0), (start - 1, -1.0)):
                    if s >= window[0]:
                        s = min(s, window[-1])
                        terms[s] = terms.get(s, 0.0) + sign * share * grown
            least = 1e-12 * max(1.0, grown)
            kept: dict[StartKey, float] = {(*milestone, s): value for s, value in terms.items() if abs(value) > least}
            if kept:
                found[t] = kept
        return found

    def _by_level(self, milestone: Milestone) -> dict[int, dict[StartKey, float]]:
        """Return the due of a partial milestone by its `level`."""
        window, profile = self.windows[milestone], self._profile(milestone)
        found: dict[int, dict[StartKey, float]] = {}
        for t in range(window[0], window[-1] + len(profile)):
            grown = self._grown(milestone, t)
            for s in window:
                amount = grown * profile[t - s] if 0 <= t - s < len(profile) else 0.0
                if amount > 0:
                    found.setdefault(t, {})[*milestone, s, LEVEL] = amount
        return found

    def _profile(self, milestone: Milestone) -> list[float]:
        return [float(share) for share in self.case.profile(*milestone)]

    def _grown(self, milestone: Milestone, t: int) -> float:
        """Return the milestone's whole cost at the prices of period `t`."""
        return float(self.case.milestone[milestone].cost) * escalation(self.case, milestone[0], t)

    def due(self, initiative: str, stage: str) -> dict[int, dict[StartKey, float]]:
        """Return {t: {start or level: coefficient}} of what falls due for a stage, in the initiative's currency."""
        found = self._due.get((initiative, stage))
        if found is None:
            found = self._due[initiative, stage] = {}
            for label in self.stages.get((initiative, stage), ()):
                for t, terms in self.step_due((initiative, label)).items():
                    found.setdefault(t, {}).update(terms)
        return found

    def accrued(self, initiative: str, stage: str, until: int | None = None) -> dict[StartKey, float]:
        """Return {start or level: coefficient} of what falls due for a stage up to period `until` (None: ever)."""
        found = self._accrued.get((initiative, stage, until))
        if found is None:
            sums: dict[StartKey, float] = defaultdict(float)
            for t, terms in self.due(initiative, stage).items():
                if until is None or t <= until:
                    for start, value in terms.items():
                        sums[start] += value
            least = 1e-12 * max((abs(value) for value in sums.values()), default=0.0)
            found = {start: value for start, value in sums.items() if abs(value) > least}
            self._accrued[initiative, stage, until] = found
        return found

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Return every funding line on which something can fall due."""
        case, found = self.case, []
        for name, stage in self.stages:
            own = case.initiatives[name].currency
            if case.pot(name) == "real":
                found.append(Line(name, stage, "", own, 1.0))
                continue
            for party, share in case.shares[name].items():
                if share > 0:
                    currency = case.parties[party].currency or own
                    factor = float(case.reference_rate(own) / case.reference_rate(currency))
                    found.append(Line(name, stage, party, currency, float(share) * factor))
        return tuple(found)


def largest(terms: Iterable[tuple[StartKey, float]]) -> float:
    """Return a bound on `Σ coefficient·variable` over all schedules: a partial milestone has one level at a time."""
    fixed, levels = 0.0, dict[Milestone, float]()
    for start, value in terms:
        if value > 0 and len(start) == 4:
            levels[start[0], start[1]] = max(value, levels.get((start[0], start[1]), 0.0))
        elif value > 0:
            fixed += value
    return fixed + sum(levels.values())

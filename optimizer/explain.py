"""Why a case has no plan: conflicts, repairs, and what a search that ran out of time could not satisfy.

Conflicts are looked for on the program that leaves out what dates, exclusion and red lines bar (small), and completed
by those of these rules that each needs on the program in which they can be lifted, too. Source: results.md,
"Sensitivity tables say what they are".
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyomo.common.gc_manager import PauseGC

from ..inputs.case import Case
from ..inputs.faults import UsageError, did_you_mean
from ..results.explanation import FEASIBLE, INFEASIBLE, NO_PLAN, Conflict, Explanation, Repair, Rule, Shortfall
from .compile import Floats
from .conflict import Found, Probe, Rules, carried, conflict, disjoint
from .guarded import Guarded, Restrict, guarded
from .proving import Prover
from .repair import Elastic, cheapest
from .rules_of import RELAX, Given, Key, rules_of
from .signals import Interrupt, listening
from .told_by_check import told_by_check, with_dates

MOST = 12  # conflicts
PATIENCE = 2.0  # searches of repairs that may be spent on making one smaller
GLANCE, BOX, CONFLICTS = 0.05, 0.03, 0.5  # parts of the time: for one doubt, one search of repairs, all conflicts
OMITTED = ("dates", "eligibility")  # kinds of rules that smaller programs keep by leaving decisions out
USUAL = 60.0  # seconds that an explanation may take
ALTERNATIVES, SOON = (
    3,
    0.1,
)  # repairs besides the cheapest, and the part of the time they are looked for, unless asked for
LEAST = 10.0  # seconds at most in which to see which rules stand in the way, once the program is built
WIDER = 5.0  # times that the program in which every rule can be lifted takes as long to build as the smaller one
SHORT = 1e-6


@dataclass(frozen=True)
class ExplainOptions:
    """How to explain: the families that may give besides limits and floors, seconds in all, alternatives wanted.

    Alternatives that were asked for are looked for as long as there is time, others (None) only soon.
    """

    relax: Sequence[str] = ()
    seconds: float = USUAL
    alternatives: int | None = None

    @property
    def others(self) -> int:
        """Return how many repairs besides the cheapest are looked for."""
        return ALTERNATIVES if self.alternatives is None else self.alternatives

    @property
    def looking(self) -> float:
        """Return the seconds, from the start, in which they are."""
        return self.seconds * (SOON if self.alternatives is None else 1.0)

    def __post_init__(self) -> None:
        """Refuse families that there are not."""
        for name in self.relax:
            if name not in RELAX:
                hint = did_you_mean(name, RELAX, "there are: " + ", ".join(RELAX))
                raise UsageError(f"no family '{name}' to relax ({hint})")


@dataclass
class Inquiry:
    """One explanation in the making; the case is known to have no plan, or a search found none."""

    case: Case
    options: ExplainOptions = field(default_factory=ExplainOptions)
    interrupt: Interrupt = field(default_factory=Interrupt)
    restrict: Restrict | None = None
    began: float = field(default_factory=time.monotonic)
    building: float = 0.0  # seconds that the smaller program took to build

    @property
    def deadline(self) -> float:
        """Return when the time is up."""
        return self.began + self.options.seconds

    def left(self) -> float:
        """Return the seconds left; none once a signal came."""
        return 0.0 if self.interrupt else self.deadline - time.monotonic()

    @cached_property
    def narrow(self) -> Probe:
        """Return the probe of the smaller program."""
        began = time.monotonic()
        program = guarded(self.case, "rows", self.restrict)
        self.building = time.monotonic() - began
        return self._probe(program, CONFLICTS)

    @cached_property
    def wide(self) -> Probe:
        """Return the probe of the program in which every rule can be lifted."""
        return self._probe(guarded(self.case, "all", self.restrict), CONFLICTS)

    def _probe(self, program: Guarded, part: float) -> Probe:
        return Probe(program, self.began + part * self.options.seconds, self.interrupt)

    def infeasible(self, note: str = "") -> Explanation:
        """Return the explanation of a case that has no plan."""
        told = told_by_check(self.case)
        conflicts, whole = self.conflicts([each.conflict for each in told])
        repairs, relaxable, least, unsought = self._repairs({each.late: each.periods for each in told})
        lifted = {rule for one in conflicts for rule in one.rules}
        repaired = any(lifted.issuperset(step.rule for step in repair.steps) for repair in repairs)
        return Explanation(
            self.case.settings.name,
            INFEASIBLE,
            tuple(conflicts),
            tuple(repairs),
            contradictions=self.case.contradictions,
            note=note,
            complete=whole or repaired,
            relaxable=relaxable,
            least=least,
            unsought=unsought,
            seconds=time.monotonic() - self.began,
        )

    def conflicts(self, dates: Sequence[Conflict] = ()) -> tuple[list[Conflict], bool]:
        """Return the conflicts, those of `dates` first, and whether a plan keeps all rules that are in none."""
        found, whole = disjoint(self.narrow, MOST, GLANCE * self.options.seconds)
        conflicts, dropped = self._completed(found)
        others = (one for one in conflicts if not any(set(each.rules) <= set(one.rules) for each in dates))
        return [*dates, *others], whole and not dropped

    def _completed(self, found: list[Found]) -> tuple[list[Conflict], bool]:
        """Return conflicts with the dates, exclusions and red lines they need; and whether one shares such a rule."""
        conflicts, used, dropped = list[Conflict](), frozenset[int](), False
        if not found:
            return [], False
        if not self.omitted:
            return [self._told(self.narrow, one.rules, one.proved) for one in found], False
        if self.left() < WIDER * self.building:
            return [self._unproved(one.rules) for one in found], True
        self.wide.deadline = max(self.wide.deadline, time.monotonic() + 0.5 * self.left())
        known = carried(self.narrow.every, self.narrow.guarded, self.wide.guarded)
        for one in found:
            rules = carried(one.rules, self.narrow.guarded, self.wide.guarded)
            needed = self._needed(rules, self.wide.every - known - used)
            if needed is None:
                dropped, kept = True, self.wide.keeps(rules | (self.wide.every - known))
                if kept is None:
                    conflicts.append(self._unproved(one.rules))
                if conflicts or kept is not False:
                    continue
                needed = Found(self.wide.every - known, False)
            used |= needed.rules
            conflicts.append(self._told(self.wide, rules | needed.rules, one.proved and needed.proved))
        return conflicts, dropped

    def _needed(self, rules: Rules, among: Rules) -> Found | None:
        """Return which of the rules that smaller programs leave decisions out for a conflict needs."""
        if self.wide.keeps(rules) is False:
            return Found(frozenset(), True)
        return conflict(self.wide, among, rules)

    @cached_property
    def given(self) -> dict[Key, Given]:
        """Return all rules of the case."""
        return rules_of(self.case)

    @cached_property
    def omitted(self) -> list[Rule]:
        """Return the rules that the smaller program keeps by leaving decisions out: dates, exclusions, red lines."""
        each = self.given.values()
        return [one.rule for one in each if one.kind in OMITTED or one.rule.value == "excluded"]

    def _unproved(self, rules: Rules) -> Conflict:
        """Return rules that contain a conflict with all that the smaller program leaves out, where no time is left."""
        known = [self.narrow.guarded.given[r].rule for r in sorted(rules)]
        return Conflict((*known, *self.omitted), False)

    def _told(self, probe: Probe, rules: Rules, proved: bool) -> Conflict:
        return Conflict(tuple(probe.guarded.given[r].rule for r in sorted(rules)), proved)

    def _repairs(self, late: Mapping[Key, int]) -> tuple[list[Repair], tuple[str, ...], float, int]:
        """Return the repairs that are proved to suffice, the cheapest first; without any, the families to relax.

        And what no repair can cost less than, as far as is proved, and how many alternatives no time was left for.
        Dates that are too `late`, by so many periods, have to give whatever else does.
        """
        if self.left() < self.building:
            return [], (), 0.0, 0
        probe = self.wide if {"dates", "status", "eligibility"} & set(self.options.relax) else self.narrow
        probe.deadline = self.deadline
        box = BOX * self.options.seconds
        prover = Prover(probe.guarded, self.deadline, self.interrupt, self.restrict, PATIENCE * box)
        until = self.began + self.options.looking
        gives = cheapest(probe, self.options.relax, self.options.others, box, until)
        least = gives[0].bound if gives else 0.0
        unsought = self.options.others if len(gives) == 1 and time.monotonic() + box > until else 0
        if "dates" in self.options.relax:
            gives = [with_dates(probe.guarded, give, late) for give in gives]
        repairs = [repair for repair in map(prover.repair, gives) if repair is not None]
        distinct = {frozenset(map(str, repair.changes)): repair for repair in reversed(repairs)}
        kept = sorted((each for each in repairs if each in distinct.values()), key=lambda each: each.total)
        kinds = {given.kind for given in self.given.values()} if not kept else set()
        return kept, tuple(name for name in RELAX if name in kinds and name not in self.options.relax), least, unsought

    def unknown(self) -> Explanation:
        """Return what the best attempt broke, where nobody knows whether there is a plan.

        It is a little time whatever the limit is: without an answer the limit would have been for nothing.
        """
        probe = self.narrow
        probe.deadline = max(self.deadline, time.monotonic() + LEAST)
        elastic = Elastic(probe, probe.every, self.options.seconds)
        x = elastic.attempt()
        broken = () if x is None else self._broken(elastic, x)
        seconds = time.monotonic() - self.began
        return Explanation(
            self.case.settings.name, NO_PLAN, unsatisfied=broken, complete=x is not None, seconds=seconds
        )

    def _broken(self, elastic: Elastic, x: Floats) -> tuple[Shortfall, ...]:
        give, given = elastic.gives(x, frozenset()), elastic.guarded.given
        amounts = {} if give is None else give.amounts
        found = []
        for rule, amount in amounts.items():
            one = given[rule]
            number = one.base is not None
            share = amount / max(one.size, 1.0) if one.whole else amount
            if amount > SHORT:
                found.append(Shortfall(one.rule, share if number else None))
        return tuple(sorted(found, key=lambda each: -(each.share if each.share is not None else 1.0)))


def explained(case: Case, options: ExplainOptions, interrupt: Interrupt) -> Explanation:
    """Return why a case has no plan; of one that has, that it has; of one nobody knows, what stands in the way."""
    with PauseGC():  # its few models live to the end; looking for garbage among them takes a tenth of the time
        inquiry = Inquiry(case, options, interrupt)
        if case.contradictions:
            return inquiry.infeasible()
        kept = inquiry.narrow.keeps(inquiry.narrow.every)
        if kept:
            return Explanation(case.settings.name, FEASIBLE, seconds=time.monotonic() - inquiry.began)
        return inquiry.unknown() if kept is None else inquiry.infeasible()


def explain(
    case: Case, relax: Sequence[str] = (), time_limit: float = USUAL, alternatives: int | None = None
) -> Explanation:
    """Return why a case has no plan: irreducible conflicts of its rules and the cheapest repairs.

    `relax` names families that may give besides limits and floors (dates, status, eligibility, precedence, ranking,
    pauses, completion; UsageError for others), `time_limit` is in seconds, `alternatives` are repairs besides the
    cheapest (None: up to three, where a tenth of the time suffices). The status of the explanation tells whether there
    is no plan, there is one, or nobody knows.
    """
    with listening() as interrupt:
        return explained(case, ExplainOptions(tuple(relax), time_limit, alternatives), interrupt)

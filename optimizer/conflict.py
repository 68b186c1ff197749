"""Irreducible conflicts: rules that no plan keeps together, though a plan keeps all but any one of them.

1. linear      where the relaxation breaks already, the rows with a price in its elastic form prove it: few rules
2. quickxplain  Junker's (2004) divide and conquer over those (or all) rules, each question a search for any plan
3. disjoint    the rules of a conflict are lifted, and the next one is looked for

Every answer "there is a plan" comes with one, whose broken rules answer further questions without a search. What time
does not allow to answer counts as "there is a plan": what is left then contains a conflict, and says so. Rules that
models keep by leaving decisions out (dates, exclusion, red lines) are put back only for the rules a conflict needs:
first the others are reduced while those hold, then those while the others are fixed, which is irreducible as a whole.
Source: Chinneck (2008), Feasibility and Infeasibility in Optimization.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .compile import Floats, Program
from .engine import Ending, Limits, Search
from .guarded import Guarded
from .reduce import Reduced, reduce
from .signals import Interrupt

BROKEN = 1e-7  # by how much, in its scale, a point may break a row and still keep it
PRICED = 1e-8  # price of a rule's rows from which on it belongs to a proof
WHOLE = 1e-7  # what a relaxation may be from whole numbers to be a plan
PART = 0.2  # part of the time in which a nearly whole relaxation may be completed
FEW = 16  # rules up to which each is simply left out in turn
SHORT = 1e-7  # least shortfall of a relaxation that proves anything
Rules = frozenset[int]


def any_plan(
    program: Program, seconds: float, interrupt: Interrupt, started: NDArray[np.int64] | None = None
) -> tuple[Ending, Floats | None]:
    """Return how a search for any point of a program ended, and the point if there is one.

    Where the columns of schedules that are `started` in a point of a similar program are given, they are tried first.
    The relaxation with the fewest starts comes next: it is often whole, or nearly, and what it leaves open is small.
    """
    few = with_few_starts(program)
    if started is not None and len(started):
        x = _as_started(few, started, PART * seconds, interrupt)
        if x is not None:
            return Ending.OPTIMAL, x
    root = Search(few, Limits(time_limit=seconds, threads=1), relax=True, interior=False).run(interrupt)
    if root.x is None:
        return root.ending, None
    return completed(few, root.x, seconds - root.seconds, interrupt)


def _as_started(program: Program, started: NDArray[np.int64], seconds: float, interrupt: Interrupt) -> Floats | None:
    """Return a point of a program with these columns of schedules started and no others; None where none is found."""
    at = np.zeros(len(program.cost))
    at[started] = 1.0
    held = (program.chain >= 0) & (at >= program.lower) & (at <= program.upper)
    part = reduce(program.with_bounds(np.where(held, at, program.lower), np.where(held, at, program.upper)))
    x = Search(part.program, Limits(gap=1e9, time_limit=seconds, threads=1)).run(interrupt).x
    return None if x is None else part.expand(x)


def with_few_starts(program: Program) -> Program:
    """Return the program with the fewest starts as its goal."""
    return replace(program, cost=np.where(program.chain >= 0, -1.0, 0.0), offset=0.0)


def completed(program: Program, x: Floats, seconds: float, interrupt: Interrupt) -> tuple[Ending, Floats | None]:
    """Return a point of a program near that of its relaxation: itself, or with what is open decided, or any."""
    deadline = time.monotonic() + seconds
    at = np.round(x)
    whole = np.abs(x - at) <= WHOLE
    if whole[program.integer].all():
        return Ending.OPTIMAL, x
    held = program.integer & whole
    part = reduce(program.with_bounds(np.where(held, at, program.lower), np.where(held, at, program.upper)))
    limits = Limits(gap=1e9, time_limit=PART * max(0.0, deadline - time.monotonic()), threads=1)
    outcome = Search(part.program, limits).run(interrupt)
    if outcome.x is not None:
        return Ending.OPTIMAL, part.expand(outcome.x)
    limits = Limits(time_limit=max(0.0, deadline - time.monotonic()), threads=1)
    outcome = Search(replace(program, cost=np.zeros_like(program.cost)), limits).run(interrupt)
    return outcome.ending, outcome.x


@dataclass
class Probe:
    """Answers whether a plan keeps some rules, all others lifted, within a deadline; remembers the plans it found."""

    guarded: Guarded
    deadline: float
    interrupt: Interrupt
    plans: list[Rules] = field(default_factory=list)  # the rules that each plan breaks
    kept: list[Rules] = field(default_factory=list)  # rules that some plan keeps
    no_plans: list[Rules] = field(default_factory=list)  # rules that no plan keeps
    searches: int = 0

    @property
    def every(self) -> Rules:
        """Return all rules."""
        return frozenset(range(len(self.guarded.keys)))

    def left(self) -> float:
        """Return the seconds left; none once a signal came."""
        return 0.0 if self.interrupt else self.deadline - time.monotonic()

    def keeps(self, rules: Rules, most: float = float("inf")) -> bool | None:
        """Tell whether a plan keeps `rules`; None where the time (at `most` so many seconds) does not tell."""
        if any(broken.isdisjoint(rules) for broken in self.plans) or any(rules <= kept for kept in self.kept):
            return True
        if any(none <= rules for none in self.no_plans):
            return False
        seconds = min(self.left(), most)
        if seconds <= 0.0:
            return None
        self.searches += 1
        ending, x = self._relaxed(rules, seconds)
        if x is not None:
            part = self._part(rules)
            ending, y = completed(part.program, x[part.kept], min(self.left(), most), self.interrupt)
            x = None if y is None else part.expand(y)
        if x is not None:
            self.plans.append(self.broken(x))
            self.kept.append(rules)
            return True
        if ending is Ending.INFEASIBLE:
            self.no_plans.append(rules)
            return False
        return None

    def broken(self, x: Floats) -> Rules:
        """Return the rules that a point breaks, or may break: those that give way in a row it does not keep."""
        p, x = self.guarded.program, x.copy()
        x[self.guarded.first :] = 0.0
        at = p.matrix @ x
        rows = np.flatnonzero((at > p.row_upper + BROKEN) | (at < p.row_lower - BROKEN))
        return self.guarded.giving(rows)

    def proof(self, rules: Rules) -> Rules | None:
        """Return rules that break the relaxation already; None where they do not, or nobody knows in time."""
        g = self.guarded
        upper, cost = g.upper(self.every), np.zeros(len(g.program.cost))
        for rule in rules:
            cost[g.columns[rule]] = -1.0 / len(g.columns[rule])
        program = replace(g.lifted(self.every - rules), upper=upper, cost=cost)
        search = Search(program, Limits(time_limit=max(0.0, self.left()), threads=1), relax=True, interior=False)
        outcome = search.run(self.interrupt)
        if outcome.ending is not Ending.OPTIMAL or outcome.reduced_costs is None or outcome.x is None:
            return None
        if float(cost @ outcome.x) > -SHORT:
            return None
        priced = np.abs(outcome.reduced_costs - cost) > PRICED
        return frozenset(r for r in rules if priced[g.columns[r]].any())

    def fits(self, rules: Rules) -> bool | None:
        """Tell whether the relaxation keeps `rules`, all others lifted; None where the time does not tell."""
        if any(broken.isdisjoint(rules) for broken in self.plans):
            return True
        if self.left() <= 0.0:
            return None
        ending, x = self._relaxed(rules, self.left())
        return False if ending is Ending.INFEASIBLE else True if x is not None else None

    def _relaxed(self, rules: Rules, seconds: float) -> tuple[Ending, Floats | None]:
        """Return how the relaxation with some rules, all others lifted, ended, and its point.

        Presolve settles it faster than the last basis does: much is free when rules are lifted.
        """
        part = self._part(rules)
        search = Search(part.program, Limits(time_limit=seconds, threads=1), relax=True, interior=False)
        outcome = search.run(self.interrupt)
        return outcome.ending, None if outcome.x is None else part.expand(outcome.x)

    def _part(self, rules: Rules) -> Reduced:
        """Return the program with some rules, all others lifted, without what nobody needs to start."""
        few, idle = with_few_starts(self.guarded.lifted(self.every - rules)), self.guarded.idle(rules)
        upper = few.upper.copy()
        upper[idle] = np.minimum(upper[idle], few.lower[idle])
        return reduce(few.with_bounds(few.lower, upper))

    def least(self, rules: Rules, given: Rules = frozenset()) -> tuple[Rules, bool]:
        """Return a smallest part of `rules`, broken together with `given`, that is still broken; and whether proved."""
        order = sorted(rules, key=lambda r: (preference(self.guarded, r), r))
        found = rules
        if len(order) > FEW:
            ask = self.fits if self.fits(rules | given) is False else self.keeps
            found = frozenset(explained(ask, given, order, bool(given)))
        for rule in reversed(order):
            if rule in found and self.keeps((found | given) - {rule}) is False:
                found -= {rule}
        whole = found | given
        return found, all(self.keeps(whole - {r}) for r in found) and self.keeps(whole) is False


def explained(ask: Callable[[Rules], bool | None], base: Rules, rules: Sequence[int], changed: bool) -> list[int]:
    """Return the part of `rules` that a conflict with `base` needs (QuickXplain), by what `ask` says of any rules."""
    if changed and ask(base) is False:
        return []
    if len(rules) <= 1:
        return list(rules)
    half = len(rules) // 2
    first, second = rules[:half], rules[half:]
    two = explained(ask, base | set(first), second, True)
    one = explained(ask, base | set(two), first, bool(two))
    return [*one, *two]


FIRST = (  # tables and columns of rules that a conflict is rather told by, in this order
    ("initiatives", "status"),
    ("milestones", "deadline"),
    ("milestones", "latest_start"),
    ("budgets", "payments"),
    ("budgets", "commitments"),
    ("choices", "at_least"),
    ("choices", "at_most"),
    ("equity", "at_least"),
    ("cofunding", "at_least"),
    ("earmarks", "at_least"),
)
LAST = ("carry_over", "contingency", "buffer", "allow")  # columns of those that are rather left out


def preference(guarded: Guarded, rule: int) -> tuple[int, str]:
    """Return where a rule stands in line: those first that a reader looks for first, of one column together."""
    table, column, _ = guarded.keys[rule]
    place = (table, column)
    at = FIRST.index(place) if place in FIRST else len(FIRST) + (column in LAST)
    return at, f"{table}/{column}"


@dataclass(frozen=True)
class Found:
    """A conflict, by the rules of a probe, and whether it is proved to be irreducible."""

    rules: Rules
    proved: bool


def conflict(probe: Probe, among: Rules, given: Rules = frozenset(), glance: float = float("inf")) -> Found | None:
    """Return an irreducible conflict of rules `among` those of the probe; None where a plan keeps them, or in doubt.

    `given` rules hold throughout and are not part of what is returned. Where the relaxation proves nothing, a plan is
    looked for no longer than a `glance`, in seconds.
    """
    proof = probe.proof(among | given)
    if proof is not None and probe.keeps(proof | given) is False:
        return Found(*probe.least(proof - given, given))
    if probe.keeps(among | given, glance) is not False:
        return None
    return Found(*probe.least(among, given))


def disjoint(probe: Probe, most: int, glance: float) -> tuple[list[Found], bool]:
    """Return conflicts that share no rule, at `most` so many, and whether a plan keeps all the other rules.

    That such a plan exists is looked for no longer than a `glance`, in seconds.
    """
    found: list[Found] = []
    rest = probe.every
    if probe.left() <= 0.0:
        return [Found(rest, False)], False
    while len(found) < most and probe.left() > 0.0:
        one = conflict(probe, rest, glance=glance if found else float("inf"))
        if one is None:
            break
        found.append(one)
        rest -= one.rules
        if not one.rules:
            return found, False
    return found, probe.keeps(rest, 0.0) is True


def carried(rules: Iterable[int], source: Guarded, target: Guarded) -> Rules:
    """Return rules of one probe by their places in another."""
    at = {key: r for r, key in enumerate(target.keys)}
    return frozenset(at[source.keys[r]] for r in rules if source.keys[r] in at)

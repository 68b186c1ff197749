"""Everything that sensitivity says of a run: prices, ceilings, what-ifs, tornado, membership and alternatives.

The tree of the base is grown first; then initiatives, alternatives and what-ifs are asked about, in as many processes
as there are cores, and what is still open is searched for longer, the widest first, until the time is up. Whatever the
time, every interval that is given holds. Source: results.md.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..inputs.faults import UsageError
from ..inputs.levers import Lever, levers
from ..results.plan import Run
from .alternatives import Alternative, Further, alternatives
from .ceilings import Ceiling, ceilings
from .effects import KINDS, SHARES, WhatIf, closer_look, first_looks, open_to
from .lines import together
from .membership import Membership, beside, membership, with_plan
from .moving import Schedule
from .portfolio import ground
from .prices import Price, prices
from .signals import Interrupt, listening
from .sweeping import Crew, Task, crew
from .whatif import Base, base_of

PROVING = 0.15  # part of the time that goes into the base's own tree
LOOKING = 0.7  # part of what is left that first looks may take
PLACES = 0.3  # and into membership
OTHERS, EACH = 0.14, 0.75  # part of the time that is left for alternatives, and of that for the search itself
NEAR, FAR = 0.8, 0.6  # parts of what is left for plans on the other side of initiatives: as good as alternatives, worse
BRIEF = 0.5  # seconds of a look for one that are worth while
LONGEST, SHORTEST = 20.0, 1.0  # seconds of a closer look
ROUND = 2.0  # by how much longer the next closer look at the same is


@dataclass(frozen=True)
class SensitivityOptions:
    """What to ask: kinds of levers, shares they are moved by, other portfolios, and how long it may take.

    `tolerance` is the part of the objective that an alternative may be worth less, `distance` in how many initiatives
    it differs at least. `time_limit` in seconds for everything; `jobs` processes (0: as many as cores). From a script
    `jobs` other than 1 asks for the usual `if __name__ == "__main__"`.
    """

    kinds: tuple[str, ...] = KINDS
    shares: tuple[Decimal, ...] = SHARES
    alternatives: int = 3
    tolerance: float = 0.02
    distance: int = 1
    time_limit: float = 110.0
    jobs: int = 1
    seed: int = 1


@dataclass(frozen=True)
class Asking:
    """Where sensitivity stands: what it is at, how many of how many are done, seconds since it began."""

    part: str
    done: int
    of: int
    seconds: float


Told = Callable[[Asking], None]


@dataclass
class Sensitivity:
    """What was found; `interrupted` by a signal, with what was known then. Amounts in the case's `unit`."""

    run: Run
    base: Base
    options: SensitivityOptions
    prices: tuple[Price, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    whatifs: list[WhatIf] = field(default_factory=list)
    members: list[Membership] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)
    further: Further | None = None
    signal: int | None = None
    seconds: float = 0.0
    skipped: int = 0


def _ignore(_: Asking) -> None:
    """Listen to nothing."""


def sensitivity(run: Run, options: SensitivityOptions | None = None, progress: Told | None = None) -> Sensitivity:
    """Return what a run's plan and objective are sensitive to.

    Raises UsageError for a run without a plan or for shares that are none. A signal ends it with what is known by then.
    """
    options = options or SensitivityOptions()
    if run.plan is None:
        raise UsageError(f"the run of {run.case.settings.name} has no plan to ask about")
    bad = [share for share in options.shares if not share.is_finite() or share == 0 or share <= -1]
    if bad or not options.shares:
        raise UsageError(f"shares to move numbers by are {', '.join(map(str, bad)) or 'missing'}, should be like 0.1")
    asked = levers(run.case, options.kinds)
    jobs = options.jobs or os.cpu_count() or 1
    if not asked:
        has = ", ".join(dict.fromkeys(lever.kind for lever in levers(run.case)))
        raise UsageError(f"the case has no number of kind {', '.join(options.kinds)} to move; it has: {has}")
    with listening() as interrupt:
        return _Study(run, options, asked, progress or _ignore, interrupt).ask(jobs)


class _Study:
    """One sensitivity in progress."""

    def __init__(
        self, run: Run, options: SensitivityOptions, asked: Sequence[Lever], tell: Told, interrupt: Interrupt
    ) -> None:
        self.run, self.options, self.asked, self.listener, self.interrupt = run, options, asked, tell, interrupt
        self.began = time.monotonic()

    def passed(self) -> float:
        """Return the seconds since it began."""
        return time.monotonic() - self.began

    def left(self) -> float:
        """Return the seconds left."""
        return self.options.time_limit - self.passed()

    def tell(self, part: str, done: int, of: int) -> None:
        """Report progress."""
        self.listener(Asking(part, done, of, self.passed()))

    def ask(self, jobs: int) -> Sensitivity:
        """Ask everything."""
        options = self.options
        self.tell("proving the plan", 0, 1)
        base = base_of(self.run, PROVING * options.time_limit, options.seed, self.interrupt)
        found = Sensitivity(self.run, base, options)
        with crew(base, jobs, self.interrupt) as workers:
            self._what_ifs(found, workers)
            self._members(found, workers)
            self._near(found, workers)
            self._others(found, workers)
            found.members = tightened(found)
            self._closer(found, workers)
            found.members = tightened(found)
        found.signal, found.seconds = self.interrupt.number, self.passed()
        return found

    def _what_ifs(self, found: Sensitivity, workers: Crew[Base]) -> None:
        """Have a first look at every lever."""
        groups = in_turn(self.asked)
        asked = [[self.asked[k] for k in group] for group in groups]
        looks: list[Task] = [(first_looks, (levers, self.options.shares)) for levers in asked]
        by_lever: dict[int, list[WhatIf]] = {}
        of = len(self.asked) + 1
        self.tell("prices and what-ifs", 0, of)
        pricing: Task = (_priced, (replace(self.run, memory=None),))
        for number, answer in workers.answers([pricing, *looks], LOOKING * self.left()):
            if number == 0:
                found.prices, found.ceilings = answer
            else:
                by_lever |= zip(groups[number - 1], answer, strict=True)
            self.tell("prices and what-ifs", len(by_lever) + (number == 0), of)
        found.whatifs = [each for number in sorted(by_lever) for each in by_lever[number]]
        found.skipped = len(self.asked) - len(by_lever)

    def _members(self, found: Sensitivity, workers: Crew[Base]) -> None:
        """Ask of every initiative whether it has to be in or out."""
        names = list(self.run.case.initiatives)
        seconds = max(SHORTEST, min(LONGEST, PLACES * max(0.0, self.left()) * workers.jobs / max(1, len(names))))
        tasks = [(membership, (name, seconds)) for name in names]
        by_number = {}
        for number, answer in workers.answers(tasks):
            by_number[number] = answer
            self.tell("initiatives", len(by_number), len(tasks))
        found.members = [by_number[number] for number in sorted(by_number)]

    def _near(self, found: Sensitivity, workers: Crew[Base]) -> None:
        """Look for the plans on the other side of initiatives that may be as good as an alternative has to be."""
        if self.interrupt:
            return
        least = found.base.incumbent - self.options.tolerance * abs(found.base.incumbent)
        self._planned(found, workers, [k for k, bound in unplanned(found).items() if bound >= least], NEAR)

    def _others(self, found: Sensitivity, workers: Crew[Base]) -> None:
        """Look for other portfolios nearly as good, and meanwhile for what plans there are far from that."""
        options = self.options
        if self.interrupt:
            return
        asked: Task | None = None
        if options.alternatives:
            seconds = max(SHORTEST, min(LONGEST, EACH * self.left() / (options.alternatives + 1)))
            known = [
                e for each in found.members if (e := each.effect) is not None and e.schedule and e.incumbent is not None
            ]
            known.sort(key=lambda e: -(e.incumbent or 0.0) * found.base.form.scale)
            near = [effect.schedule for effect in known]
            asked = _listed, (options.alternatives, options.tolerance, options.distance, seconds, near, likely(found))
            self.tell("alternatives", 0, options.alternatives)
        self._planned(found, workers, list(unplanned(found)), FAR, asked)

    def _planned(
        self, found: Sensitivity, workers: Crew[Base], places: list[int], part: float, others: Task | None = None
    ) -> None:
        """Look for a plan on the other side of each of some initiatives, while one process answers `others`."""
        kept = OTHERS * self.options.time_limit if others is None and self.options.alternatives else 0.0
        free = workers.jobs if others is None else max(1, workers.jobs - 1)
        seconds = min(LONGEST, part * max(0.0, self.left() - kept) * free / max(1, len(places)))
        tasks: list[Task] = [] if others is None else [others]
        first = len(tasks)
        tasks += [(with_plan, (found.members[k], seconds)) for k in places if seconds >= BRIEF]
        for done, (number, answer) in enumerate(workers.answers(tasks), start=1):
            if number < first:
                found.alternatives = [each for each in answer if isinstance(each, Alternative)]
                found.further = next(each for each in answer if isinstance(each, Further))
            else:
                found.members[places[number - first]] = answer
            self.tell("other portfolios", done, len(tasks))

    def _closer(self, found: Sensitivity, workers: Crew[Base]) -> None:
        """Search for longer where much is open, the widest first, while there is time."""
        base, seconds = found.base, SHORTEST
        while not self.interrupt and self.left() > seconds and seconds <= LONGEST:
            asked: list[Membership | WhatIf] = [*found.members, *found.whatifs]
            opened = [(open_to(base, each.effect), each) for each in asked]
            chosen = sorted((each for each in enumerate(opened) if each[1][0] > 0.0), key=lambda e: (-e[1][0], e[0]))
            chosen = chosen[: max(0, int(self.left() * workers.jobs / (seconds + 1.0)))]
            if not chosen:
                return
            tasks: list[Task] = [
                (with_plan, (each, seconds, True)) if isinstance(each, Membership) else (closer_look, (each, seconds))
                for _, (_, each) in chosen
            ]
            first = len(found.members)
            for done, (number, answer) in enumerate(workers.answers(tasks, self.left()), start=1):
                place = chosen[number][0]
                if place < first:
                    found.members[place] = answer
                else:
                    found.whatifs[place - first] = better(found.whatifs[place - first], answer)
                self.tell("closer looks", done, len(tasks))
            seconds *= ROUND


def _priced(_: Base, run: Run) -> tuple[tuple[Price, ...], tuple[Ceiling, ...]]:
    """Return prices and ceilings of a run."""
    on = ground(run)
    return prices(run, on), ceilings(run, on)


def in_turn(asked: Sequence[Lever]) -> list[list[int]]:
    """Return groups of levers, one of each kind in turn, so that every kind is asked about before time is up."""
    rounds: dict[str, int] = {}
    places = []
    for group in together(asked):
        kind = asked[group[0]].kind
        rounds[kind] = rounds.get(kind, -1) + 1
        places.append((rounds[kind], group))
    return [group for _, group in sorted(places)]


def tightened(found: Sensitivity) -> list[Membership]:
    """Return the places of initiatives as the plans and the bound of other portfolios leave them.

    Every plan that is known has an initiative or has not. No plan that funds others than the base's is worth more than
    the bound of the first alternative, and so none on the other side of an initiative is.
    """
    plans = [e.effect for e in found.alternatives]
    plans += [e.effect for e in found.members if e.effect is not None and e.effect.schedule]
    bound = None
    if found.options.distance == 1 and found.further is not None:
        bound = found.alternatives[0].effect.bound if found.alternatives else found.further.bound
    return [beside(found.base, each, plans, bound) for each in found.members]


def unplanned(found: Sensitivity) -> dict[int, float]:
    """Return the numbers of the initiatives of which no plan on the other side is known, each with what bounds it."""
    effects = enumerate(each.effect for each in found.members)
    return {
        k: e.bound / found.base.form.scale
        for k, e in effects
        if e is not None and not e.infeasible and e.incumbent is None and e.bound is not None
    }


def likely(found: Sensitivity) -> list[str]:
    """Return the initiatives that are not funded, those first that other portfolios may fund at the least loss."""
    bounds = {e.initiative: e.effect.bound for e in found.members if not e.funded and e.effect is not None}
    able = {name: bound * found.base.form.scale for name, bound in bounds.items() if bound is not None}
    return sorted(able, key=lambda name: -able[name])


def _listed(
    base: Base,
    count: int,
    tolerance: float,
    distance: int,
    seconds: float,
    near: Sequence[Schedule],
    names: Sequence[str],
) -> list[Alternative | Further]:
    """Return the alternatives as a list."""
    return list(alternatives(base, count, tolerance, distance, seconds, near, names))


def better(known: WhatIf, answer: WhatIf) -> WhatIf:
    """Return the answer that leaves less open."""
    if known.effect is None or answer.effect is None or answer.effect.infeasible:
        return answer
    wider = answer.effect.most - answer.effect.least > known.effect.most - known.effect.least
    return known if wider and known.effect.moves is not None else answer

"""The search for a plan: directly by HiGHS where the program is small, over whole plans where it is large.

1. relaxation    the LP over whole plans by column generation: a bound, and the few initiatives it leaves undecided
2. construction  initiatives that the LP decides are held, the others are decided by a dive (with slack if need be)
3. improvement   some initiatives are set free, the others held, and a dive looks for better, again and again, by as
                 many walks at once as there are threads
4. search        HiGHS on the whole program from that plan, for the bound and for what is better

A start (a plan of another case) is mended instead of constructing. The best plan and the tightest bound of all phases
are kept at every moment. Deterministic for a seed and a number of `steps`, with which there is one walk; without the
latter, up to when time runs out. Source: solving.md, "Method that worked".
"""

import time
from dataclasses import dataclass, replace

import numpy as np

from .columns import Root, relax
from .company import Company, company
from .compile import Floats, Program
from .engine import EXACT, USUAL, Ending, Limits, Listener, Outcome, Progress, Search
from .plans import Plans, whole_plans
from .reduce import reduce
from .signals import Interrupt
from .walk import SHORT, Stand, Walk
from .warm import Warm

TINY = 50  # integer columns up to which HiGHS is faster without presolve, where they are at least half of all
SMALL = 300  # integer columns up to which HiGHS alone is faster than a relaxation of our own first
CONSTRUCTION = 0.6  # largest part of the time left that construction may take
IMPROVEMENT = 0.85  # part of the time left after it that improvement takes,
BRANCHING = 0.6  # or this where HiGHS's glance closed `TELLING` of the gap
TELLING = 0.05
STUCK = 0.8  # part of that without a better plan after which improvement ends
DESCENT, CALM = 0.1, 25  # largest part of the time, or of the steps, that a descent takes; its steps in vain
IDLE = 300  # steps without a better plan after which it ends where there is no time limit
RACE = 8  # steps from a start and from what the relaxation leads to, before one of them is left
GLANCE = 3.0  # first HiGHS tries it for so many times the relaxation took, many programs are easy,
GLANCED = 3000  # integer columns up to which it does
LISTED = 2500  # whole plans up to which HiGHS searches over them, and not over periods: its bound is better there


@dataclass(frozen=True)
class Found:
    """The best point (in the solver's scale), the tightest upper bound, how the search ended, and what found it.

    `proved` says that the bound is branch and bound's claim to have finished, which deserves a second look.
    """

    ending: Ending
    x: Floats | None
    objective: float | None
    bound: float | None
    phase: str
    proved: bool = False


class Hunt:
    """One search on one program, with a deadline, an interrupt and a listener."""

    def __init__(
        self,
        program: Program,
        limits: Limits,
        interrupt: Interrupt,
        listener: Listener,
        began: float,
        warm: Warm | None = None,
        bound: float | None = None,
    ) -> None:
        """Start from nothing, or with columns that an earlier run knows and a bound that holds."""
        self.program, self.limits, self.interrupt, self.listener = program, limits, interrupt, listener
        self.began, self.deadline = began, began + limits.time_limit
        self.x: Floats | None = None
        self.objective: float | None = None
        self.warm, self.bound = warm, bound
        self.relaxed: tuple[Plans, Root] | None = None
        self.phase = ""
        self.proved = False
        self.plans: Plans | None = None
        self.improvement = IMPROVEMENT

    def left(self) -> float:
        """Return the seconds left."""
        return self.deadline - time.monotonic()

    def gap(self) -> float | None:
        """Return the relative gap of the best plan to the bound."""
        if self.objective is None or self.bound is None:
            return None
        return abs(self.bound - self.objective) / max(abs(self.objective), 1e-9)

    def closed(self) -> bool:
        """Tell whether the gap asked for is reached."""
        gap = self.gap()
        return gap is not None and gap <= self.limits.gap

    def tell(self, phase: str) -> None:
        """Report a phase with the best plan and bound so far."""
        seconds = time.monotonic() - self.began
        self.listener(Progress(phase, seconds, self.objective, self.bound, self.gap(), self.limits.time_limit))

    def keep(self, x: Floats | None, objective: float | None, phase: str) -> bool:
        """Keep a plan if it is the best; tell whether it is."""
        if x is None or objective is None:
            return False
        if self.objective is not None and objective <= self.objective + 1e-12 * abs(self.objective):
            return False
        self.x, self.objective, self.phase = x, objective, phase
        return True

    def run(self, start: Floats | None = None) -> Found:
        """Search until the gap is closed, time is up or a signal comes; `start` is a point whose schedule to try."""
        if int(self.program.integer.sum()) > SMALL:
            if start is None:
                self._nothing()
            ending = self._walk(start)
            if start is not None and self.x is None and not self.interrupt:
                self._nothing()
            if ending is Ending.INFEASIBLE and self.x is None:
                return self._found(ending)
        if self.interrupt:
            return self._found(Ending.INTERRUPTED)
        if self.closed():
            return self._found(Ending.OPTIMAL)
        self.tell("search")
        outcome = self._solve(start if self.x is None else self.x, self.left())
        self._take(outcome)
        return self._found(outcome.ending)

    def _take(self, outcome: Outcome) -> None:
        """Keep what HiGHS found and what it proved."""
        self.keep(outcome.x, outcome.objective, "search")
        if outcome.bound is not None and (self.bound is None or outcome.bound < self.bound):
            self.bound, self.proved = outcome.bound, outcome.ending is Ending.OPTIMAL

    def _found(self, ending: Ending) -> Found:
        return Found(ending, self.x, self.objective, self.bound, self.phase, self.proved)

    def _listed(self) -> bool:
        """Tell whether HiGHS searches over whole plans: they are listed, and few."""
        plans = self.plans
        return plans is not None and len(plans.program.cost) - len(plans.kept) <= LISTED

    def _solve(self, start: Floats | None, seconds: float) -> Outcome:
        """Search with HiGHS, over whole plans or over periods."""
        plans = self.plans if self._listed() else None
        program = self.program if plans is None else plans.program
        if start is not None and plans is not None:
            start = plans.taken(start)
        whole = int(program.integer.sum())
        if whole <= SMALL and program.stepped:
            outcome = self._search(program, start, seconds, USUAL)
            if outcome.x is not None and program.misses(outcome.x) > EXACT:
                outcome = self._search(program, outcome.x, max(0.0, seconds - outcome.seconds), EXACT)
        else:
            outcome = self._search(program, start, seconds, EXACT)
        if plans is None or outcome.x is None:
            return outcome
        return replace(outcome, x=plans.point(outcome.x))

    def _search(self, program: Program, start: Floats | None, seconds: float, tolerance: float) -> Outcome:
        """Search a program with HiGHS, its integers as near to whole as `tolerance` says."""
        whole = int(program.integer.sum())
        presolve = whole > TINY or 2 * whole < len(program.cost)
        search = Search(program, replace(self.limits, time_limit=seconds), presolve=presolve, tolerance=tolerance)
        search.listen(self._heard, "search", self.began)
        if start is not None:
            search.start_from(start)
        return search.run(self.interrupt)

    def _heard(self, progress: Progress) -> None:
        """Pass on HiGHS's progress with the best plan and bound of all phases."""
        plans = [v for v in (progress.incumbent, self.objective) if v is not None]
        bounds = [v for v in (progress.bound, self.bound) if v is not None]
        incumbent, bound = max(plans, default=None), min(bounds, default=None)
        gap = None
        if incumbent is not None and bound is not None:
            gap = abs(bound - incumbent) / max(abs(incumbent), 1e-9)
        limit = self.limits.time_limit
        self.listener(replace(progress, incumbent=incumbent, bound=bound, gap=gap, limit=limit))

    def _nothing(self) -> None:
        """Keep the plan that starts nothing it need not, if it is one: it costs a moment and is better than none."""
        lower, upper = self.program.lower, self.program.upper
        reduced = reduce(self.program.with_bounds(lower, np.where(self.program.chain >= 0, lower, upper)))
        relax = not len(reduced.program.following)
        outcome = Search(reduced.program, replace(self.limits, time_limit=self.left()), relax).run(self.interrupt)
        if outcome.x is not None:
            self.keep(reduced.expand(outcome.x), outcome.objective, "nothing but what is mandatory")

    def _walk(self, start: Floats | None) -> Ending:
        """Relax, construct (or mend the start) and improve; return how the relaxation ended."""
        self.tell("relaxation")
        plans = whole_plans(self.program)
        if plans is None:
            return Ending.INFEASIBLE
        self.plans = plans
        known, basis = (None, None) if self.warm is None else (self.warm.known(plans), self.warm.basis(plans))
        clock = time.monotonic()
        root = relax(plans, self.limits, self.deadline, self.interrupt, self._bounded, known, basis)
        self.relaxed = plans, root
        if root.ending is not Ending.OPTIMAL:
            return root.ending
        walk = Walk(plans, root, self.limits, self.interrupt)
        deadline = time.monotonic() + CONSTRUCTION * self.left()
        if start is None or not self._begin(walk, plans, plans.taken(start), deadline):
            self._construct(walk, plans, deadline)
        elif not self.closed():
            self._race(walk, plans, deadline)
        seconds = time.monotonic() - clock
        self._descend(walk, plans)
        if start is None:
            self._glance(walk, plans, seconds)
        self._improve(walk, plans)
        return root.ending

    def _descend(self, walk: Walk, plans: Plans) -> None:
        """Step without accepting any loss while that helps: a good plan early, before the long walk."""
        deadline, last = time.monotonic() + DESCENT * self.left(), walk.turn
        while walk.stand is not None and walk.turn - last < CALM and not self.interrupt and not self.closed():
            if self.limits.steps is not None and walk.turn >= DESCENT * self.limits.steps:
                return
            if time.monotonic() >= deadline:
                return
            phase, before = "mending" if walk.stand.shortfall > SHORT else "improvement", self.objective
            if walk.step(0.0, self.deadline):
                self._stands(walk, plans, phase)
            if self.objective != before:
                last = walk.turn
            self.tell(phase)

    def _glance(self, walk: Walk, plans: Plans, seconds: float) -> None:
        """Let HiGHS try for a moment before the walk; where that is enough, it has also proved the bound."""
        small = int(self.program.integer.sum()) <= GLANCED
        if not small or self.limits.steps is not None or self.interrupt or self.closed():
            return
        self.tell("search")
        before = self.gap() or np.inf
        self._take(self._solve(self.x, min(0.1 * self.left(), max(1.0, GLANCE * seconds))))
        if (self.gap() or np.inf) < (1.0 - TELLING) * before:
            self.improvement = BRANCHING
        ahead = self.x is not None and (walk.stand is None or walk.stand.value < (self.objective or 0.0))
        if ahead and self.x is not None and not self.closed():
            walk.begin(plans.taken(self.x), self.deadline)

    def _begin(self, walk: Walk, plans: Plans, start: Floats, deadline: float) -> bool:
        """Stand on the start, mended if need be; tell whether that could be done."""
        self.tell("start")
        if not walk.begin(start, deadline):
            return False
        if walk.whole:
            self._stands(walk, plans, "start")
            return True
        self.tell("mending")
        walk.mend(deadline)
        self._stands(walk, plans, "mending")
        return walk.whole

    def _race(self, walk: Walk, plans: Plans, deadline: float) -> None:
        """Hold the start against what the relaxation leads to, a few steps each, and go on with the better."""
        ours, rival = walk.stand, walk.rival(deadline)
        ends = []
        for stand, phase in ((rival, "construction"), (ours, "improvement")):
            if stand is None or rival is None:
                continue
            walk.stand = stand
            self._stands(walk, plans, phase)
            for _ in range(RACE):
                if self.closed() or self.interrupt:
                    return
                if walk.step(0.0, deadline):
                    self._stands(walk, plans, "improvement")
            ends.append(walk.stand)
        walk.stand = max(ends, key=lambda stand: stand.value, default=ours)

    def _construct(self, walk: Walk, plans: Plans, deadline: float) -> None:
        """Stand on what the relaxation leads to."""
        self.tell("construction")
        walk.round(deadline)
        self._stands(walk, plans, "construction")
        walk.construct(deadline)
        self._stands(walk, plans, "construction")

    def _bounded(self, bound: float) -> None:
        """Keep a bound of the relaxation."""
        if self.bound is None or bound < self.bound:
            self.bound = bound
            self.tell("relaxation")

    def _stands(self, walk: Walk, plans: Plans, phase: str) -> None:
        """Keep where the walk stands, if it is a plan and the best."""
        self._keep_stand(walk.stand, plans, phase)

    def _keep_stand(self, stand: Stand | None, plans: Plans, phase: str) -> None:
        """Keep a stand, if it is a plan and the best."""
        if stand is not None and stand.shortfall <= SHORT:
            best = self.objective is None or stand.value > self.objective
            if best and self.keep(plans.point(stand.x), stand.value, phase):
                self.tell(phase)

    def _improve(self, walk: Walk, plans: Plans) -> None:
        """Step until the gap is closed, the steps or the time are used up, nothing is found, or a signal comes."""
        allowed = self.improvement * self.left()
        if walk.stand is None or self.interrupt or self.closed():
            return
        with company(walk, allowed) as others:
            self._on(walk, plans, others, allowed)
        self._keep_stand(others.best, plans, "improvement")

    def _on(self, walk: Walk, plans: Plans, others: Company, allowed: float) -> None:
        """Step, and keep what the others find meanwhile."""
        began, steps = time.monotonic(), self.limits.steps
        better, last = 0.0, walk.turn
        while walk.stand is not None and not self.interrupt and not self.closed():
            if steps is not None:
                spent = walk.turn / max(steps, 1)
            elif np.isfinite(allowed):
                spent = (time.monotonic() - began) / max(allowed, 1e-9)
            else:
                spent, better = (walk.turn - last) / IDLE, 1.0
            if spent >= 1.0 or self.left() <= 0.0 or spent - better >= STUCK:
                return
            phase, before = "mending" if walk.stand.shortfall > SHORT else "improvement", self.objective
            if walk.step(1.0 - spent, self.deadline):
                self._stands(walk, plans, phase)
            self._keep_stand(others.best, plans, phase)
            if self.objective != before or phase == "mending":
                better, last = spent, walk.turn
            others.check()
            self.tell(phase)

"""Why an initiative is funded or not: what forcing it costs, and the smallest single change of each kind that turns it.

An initiative that is not funded is forced in (one that is, out): the value lost lies in [incumbent₀ − bound₁,
bound₀ − incumbent₁]. Limits that prices prove not to matter are ruled out (`powerless`). Every other single change
(`ways`) is made in steps, and both sides of the changed case are searched (`trial`): it *turns* where the best plan
with the initiative beats the best one without it, proved or only seen. Steps are bracketed from a guess (loss over its
own present value) or from the far end, then halved; an answer says what is known of its own step and of the largest
smaller one that was looked at and does not turn. Its own value, cost and dates leave plans without it as they are.
Source: results.md, "break-even".
"""

import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..inputs.case import Case
from ..inputs.faults import UsageError, did_you_mean
from ..results.plan import Run
from .bracket import Bracket
from .compile import Floats
from .engine import Listener, Progress
from .form import Form
from .moving import Moves, moves
from .powerless import GROUP, powerless
from .signals import Interrupt, listening
from .sweeping import Crew, Task, crew
from .trial import Ground, Verdict, span
from .turning import Answer, Asked, answered, guess, looked, priced
from .ways import entering, kept_in, leaving, unfundable
from .whatif import Base, base_of

BASE, BOTH = 0.15, 0.3  # parts of the time for the base's tree, and for both sides of the base
SHORTEST = 2.0  # seconds that a way is given at least
RULING = 0.4  # part of the time left for ruling limits out
OWN = 0.5  # part of the time that is kept for limits while its own value, cost and dates are looked at
BETTER = "no change is needed: a better plan than the run's was found"


@dataclass
class Why:
    """What is known of an initiative; `signal` ended it early.

    `loss` (least, most) is what forcing it in (or out) costs, in the goal's units; (∞, ∞): there is no such plan, which
    `barred` explains where its own rows do. `forced` is what the best plan found then changes (None: none was found),
    `steps` which of its milestones that does.
    """

    run: Run
    base: Base
    initiative: str
    funded: bool
    loss: tuple[float, float] = (0.0, math.inf)
    forced: Moves | None = None
    steps: tuple[str, ...] = ()
    barred: str = ""
    note: str = ""
    answers: list[Answer] = field(default_factory=list)
    signal: int | None = None
    seconds: float = 0.0

    @property
    def case(self) -> Case:
        """Return the case."""
        return self.run.case


def why(
    run: Run,
    initiative: str,
    time_limit: float = 90.0,
    seed: int = 1,
    progress: Listener | None = None,
    jobs: int = 1,
) -> Why:
    """Return why an initiative of a run is funded or not, and what would change that, in about `time_limit` seconds.

    `jobs` processes look at changes (0: as many as cores); from a script any but 1 asks for the usual
    `if __name__ == "__main__"`.

    Raises UsageError for a run without a plan or an initiative that the case does not have. A signal ends it with what
    is known by then. Amounts are in the case's `unit`.
    """
    known(run.case, initiative)
    if run.plan is None:
        raise UsageError(f"the run of {run.case.settings.name} has no plan to ask about")
    jobs = jobs or os.cpu_count() or 1
    with listening() as interrupt:
        study = _Study(run, initiative, time_limit, progress or (lambda _: None), interrupt, jobs)
        return study.ask(seed)


def known(case: Case, initiative: str) -> None:
    """Raise UsageError where a case does not have an initiative."""
    if initiative not in case.initiatives:
        names = list(case.initiatives)
        near = did_you_mean(initiative, names, f"there are: {', '.join(names)}")
        raise UsageError(f"no initiative '{initiative}' in {case.settings.name} ({near})")


class _Study:
    """One question in progress."""

    def __init__(
        self, run: Run, initiative: str, seconds: float, listener: Listener, interrupt: Interrupt, jobs: int
    ) -> None:
        self.run, self.case, self.initiative = run, run.case, initiative
        self.limit, self.listener, self.interrupt, self.jobs = seconds, listener, interrupt, jobs
        self.began = time.monotonic()

    @property
    def left(self) -> float:
        """Return the seconds left; none after a signal."""
        return 0.0 if self.interrupt else self.limit - (time.monotonic() - self.began)

    def tell(self, phase: str) -> None:
        """Report progress."""
        self.listener(Progress(phase, time.monotonic() - self.began, limit=self.limit))

    def ask(self, seed: int) -> Why:
        """Force it, then try every way."""
        self.tell("reading the run")
        base = base_of(self.run, BASE * self.limit, seed, self.interrupt)
        ground = Ground(base, self.initiative, self.interrupt)
        found = Why(self.run, base, self.initiative, ground.funded)
        self.tell(f"forcing {self.initiative} {'out' if ground.funded else 'in'}")
        ground.search(BOTH * self.limit)
        self._forced(ground, found)
        if ground.verdict in (Verdict.PROVED, Verdict.SEEN):
            found.note = BETTER
        else:
            found.answers += self._answers(ground)
        found.signal, found.seconds = self.interrupt.number, time.monotonic() - self.began
        return found

    def _forced(self, ground: Ground, found: Why) -> None:
        """Say what forcing it costs and displaces."""
        question, base = ground.now[ground.wanted], ground.base
        forced, scale = span(question), abs(base.form.scale)
        if forced.high == -math.inf:
            found.loss = math.inf, math.inf
        else:
            least = max(0.0, scale * (base.incumbent - forced.high))
            found.loss = least, max(least, scale * (base.bound - forced.low))
        found.barred = kept_in(self.case, self.initiative) if ground.funded else unfundable(self.case, self.initiative)
        if question is not None and question.tree.x is not None:
            found.forced = moves(base, question.form, question.tree.x)
            found.steps = _steps(question.form, question.tree.x, self.initiative)

    def _answers(self, ground: Ground) -> list[Answer]:
        """Return the answer to every way: its own and the likeliest limits first, again while there is time."""
        case = self.case
        ways = leaving(case, self.run, self.initiative) if ground.funded else entering(case, self.initiative)
        asked = [Asked(way, Bracket(way.most, guess(ground, way), way.steady)) for way in ways]
        order = sorted(range(len(asked)), key=lambda k: (not ways[k].own, -priced(ground, ways[k])))
        with crew(ground, self.jobs, self.interrupt) as workers:
            if not ground.funded:
                self._rule_out(workers, asked, order[::-1])
            once = True
            while self.left > 0.0 and (waiting := [k for k in order if not asked[k].done]):
                waiting.sort(key=lambda k: (not ways[k].own, asked[k].bracket.high is None))
                for own in (True, False):
                    self._look(workers, asked, [k for k in waiting if ways[k].own is own], once and not own, own)
                once = False
        return [answered(ground, each) for each in asked]

    def _rule_out(self, workers: Crew[Ground], asked: list[Asked], order: Sequence[int]) -> None:
        """Note which limits are proved not to matter by the prices that are known."""
        limits = [k for k in order if not (way := asked[k].way).own and way.op != "set"]
        groups = [limits[k : k + GROUP] for k in range(0, len(limits), GROUP)]
        tasks: list[Task] = [(powerless, ([asked[k].way for k in group],)) for group in groups]
        self.tell(f"limits that do not matter: 0 of {len(limits)}")
        for done, (number, answer) in enumerate(workers.answers(tasks, RULING * self.left), start=1):
            for k, never in zip(groups[number], answer, strict=True):
                if never:
                    asked[k].way = replace(asked[k].way, steady=True)
                    asked[k].bracket.steady = True
                    asked[k].bracket.note(asked[k].way.most, Verdict.NEVER, False)
            self.tell(f"limits that do not matter: {min(done * GROUP, len(limits))} of {len(limits)}")

    def _look(self, workers: Crew[Ground], asked: list[Asked], places: list[int], once: bool, own: bool) -> None:
        """Look at some ways, each for its part of the time that is left when its turn comes."""

        def tasks() -> Iterator[Task]:
            end = OWN * self.left if own else 0.0  # what is to be left for limits
            for n, k in enumerate(places):
                left = self.left - end
                if left > 0.0:
                    share = workers.jobs * left / (len(places) - n)
                    yield looked, (asked[k], min(left, max(SHORTEST, share)), once)

        for done, (number, answer) in enumerate(workers.answers(tasks()), start=1):
            asked[places[number]] = answer
            self.tell(f"{answer.way.words} ({done} of {len(places)})")


def _steps(form: Form, x: Floats, initiative: str) -> tuple[str, ...]:
    """Return the milestones of an initiative that a plan does."""
    return tuple(milestone for name, milestone in form.begun(x) if name == initiative)

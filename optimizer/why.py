"""Why an initiative is funded or not: what forcing it costs, and the smallest single change of each kind that turns it.

An initiative that is not funded is forced in (one that is, out): the value lost lies in [incumbent₀ − bound₁,
bound₀ − incumbent₁]. Then every single change (`ways`) is made in steps, and both sides of the changed case are
searched (`trial`): it *turns* where the best plan with the initiative beats the best one without it, proved or only
seen. Steps are bracketed from a guess (loss over its own present value) or from the far end, then halved; an answer
says what is known of its own step and of the largest smaller one that was looked at and does not turn. Its own value,
cost and dates leave plans without it as they are.
Source: results.md, "break-even".
"""

import math
import time
from dataclasses import dataclass, field, replace

from ..inputs.case import Case
from ..inputs.faults import InputError, UsageError, did_you_mean
from ..results.plan import Run
from .bracket import Bracket
from .compile import Floats
from .engine import Listener, Progress
from .form import Form
from .moving import Moves, moves
from .signals import Interrupt, listening
from .trial import Ground, Trial, Verdict, hopeless, span
from .turning import Answer, Asked, answered, guess, priced
from .ways import entering, kept_in, leaving, unfundable
from .whatif import Base, base_of

BASE, BOTH = 0.15, 0.3  # parts of the time for the base's tree, and for both sides of the base
SHORTEST, LEAST = 2.0, 0.5  # seconds that a way, and a changed case, is given at least
TRIALS = 6  # searches that the time of a way is shared among
RULING = 0.3  # part of the time left for ruling limits out many at a time
OWN = 0.5  # part of the time for its own value, cost and dates
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


def why(run: Run, initiative: str, time_limit: float = 60.0, seed: int = 1, progress: Listener | None = None) -> Why:
    """Return why an initiative of a run is funded or not, and what would change that, in about `time_limit` seconds.

    Raises UsageError for a run without a plan or an initiative that the case does not have. A signal ends it with what
    is known by then. Amounts are in the case's `unit`.
    """
    known(run.case, initiative)
    if run.plan is None:
        raise UsageError(f"the run of {run.case.settings.name} has no plan to ask about")
    with listening() as interrupt:
        study = _Study(run, initiative, time_limit, progress or (lambda _: None), interrupt)
        return study.ask(seed)


def known(case: Case, initiative: str) -> None:
    """Raise UsageError where a case does not have an initiative."""
    if initiative not in case.initiatives:
        names = list(case.initiatives)
        near = did_you_mean(initiative, names, f"there are: {', '.join(names)}")
        raise UsageError(f"no initiative '{initiative}' in {case.settings.name} ({near})")


class _Study:
    """One question in progress."""

    def __init__(self, run: Run, initiative: str, seconds: float, listener: Listener, interrupt: Interrupt) -> None:
        self.run, self.case, self.initiative = run, run.case, initiative
        self.limit, self.listener, self.interrupt = seconds, listener, interrupt
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
        order = list(asked)
        asked.sort(key=lambda each: (not each.way.own, -priced(ground, each.way)))
        if not ground.funded:
            self._rule_out(ground, [each for each in asked if not each.way.own and each.way.op != "set"])
        waiting, turn = [each for each in asked if not each.done], 0
        while waiting and self.left > 0.0:
            own = sum(each.way.own for each in waiting)
            for n, each in enumerate(waiting):
                if self.left <= 0.0:
                    break
                self.tell(each.way.words)
                share = OWN * self.left / (own - n) if n < own < len(waiting) else self.left / (len(waiting) - n)
                self._look(ground, each, min(self.left, max(SHORTEST, share)), once=not turn and not each.way.own)
            waiting, turn = [each for each in waiting if not each.done], turn + 1
            waiting.sort(key=lambda each: (not each.way.own, each.bracket.high is None))
        return [answered(ground, each) for each in order]

    def _rule_out(self, ground: Ground, asked: list[Asked]) -> None:
        """Prove of many limits at a time that none of them brings it in, those that matter least first."""
        rest, end = asked[::-1], time.monotonic() + RULING * self.left
        count = -(-len(rest) // 2)
        while rest and count and not self.interrupt and (seconds := end - time.monotonic()) > 0.0:
            part = rest[:count]
            self.tell(f"limits that do not matter: {len(asked) - len(rest)} of {len(asked)}")
            if not hopeless(ground, [each.way for each in part], min(seconds, max(SHORTEST, seconds / 4))):
                count //= 2
                continue
            for each in part:
                each.way = replace(each.way, steady=True)
                each.bracket.steady = True
                each.bracket.note(each.way.most, Verdict.NEVER, False)
            rest = rest[count:]
            count = min(count, -(-len(rest) // 2))

    def _look(self, ground: Ground, each: Asked, seconds: float, once: bool) -> None:
        """Look at a way for some seconds, or at one number of steps only."""
        end = time.monotonic() + seconds
        while (steps := each.bracket.next()) is not None and not self.interrupt and time.monotonic() < end:
            try:
                trial = Trial(ground, each.way, steps)
            except InputError as error:
                each.refused = "; ".join(fault.expected for fault in error.faults)
                return
            trial.decide(max(LEAST, seconds / (TRIALS if each.bracket.known else 2)))
            each.bracket.note(steps, trial.verdict, trial.turned)
            if trial.turned or each.way.op == "set":
                each.best = trial
            if once:
                return


def _steps(form: Form, x: Floats, initiative: str) -> tuple[str, ...]:
    """Return the milestones of an initiative that a plan does."""
    return tuple(milestone for name, milestone in form.begun(x) if name == initiative)

"""One kind of change that may turn an initiative: looking at it, what is known of it, and which kinds matter most."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from pyomo.common.gc_manager import PauseGC

from ..inputs.faults import InputError
from .bracket import Bracket
from .compile import Floats
from .form import Form, form_of
from .moving import Moves, moves
from .trial import Ground, Trial, Verdict, span
from .ways import STEP, Way

LEAST = 0.5  # seconds that a changed case is given at least
TRIALS = 6  # searches that the time of a way is shared among
LATE = "not looked at: the time was up"


@dataclass(frozen=True)
class Answer:
    """The smallest change of one kind that turns an initiative; `steps` None: none was found.

    `entered` is what is known there; `below` is the largest smaller step that was looked at and does not turn (0: the
    base), `smaller` what is known of that. `looked` holds every step that was looked at. The change moves the goal by
    `least` to `most`. `moves`: the plan's differences from the run's; `note` says why nothing is known.
    """

    way: Way
    steps: int | None = None
    entered: Verdict | None = None
    below: int = 0
    smaller: Verdict | None = None
    least: float = -math.inf
    most: float = math.inf
    moves: Moves | None = None
    looked: tuple[tuple[int, Verdict], ...] = ()
    note: str = ""

    @property
    def words(self) -> str:
        """Return the change as `--set` takes it, one after the other."""
        return "" if self.steps is None else "; ".join(str(change) for change in self.way.changes(self.steps))


@dataclass(frozen=True, eq=False)
class Turn:
    """A changed case in which the initiative has turned: its plan, what is known, between what the goal moves."""

    steps: int
    verdict: Verdict
    x: Floats | None
    least: float
    most: float


@dataclass
class Asked:
    """A way, how far it is known, and the changed case of the fewest steps that turn it."""

    way: Way
    bracket: Bracket
    best: Turn | None = None
    refused: str = ""

    @property
    def done(self) -> bool:
        """Tell whether nothing is left to look at."""
        return bool(self.refused) or self.bracket.done


def looked(ground: Ground, each: Asked, seconds: float, once: bool) -> Asked:
    """Look at a way for some seconds, or at one number of steps only, and return what is known of it then."""
    end = time.monotonic() + seconds
    while (steps := each.bracket.next()) is not None and not ground.interrupt and time.monotonic() < end:
        try:
            with PauseGC():
                trial = Trial(ground, each.way, steps)
        except InputError as error:
            each.refused = "; ".join(fault.expected for fault in error.faults)
            return each
        trial.decide(max(LEAST, seconds / (TRIALS if each.bracket.known else 2)))
        first = each.bracket.high is None
        each.bracket.note(steps, trial.verdict, trial.turned)
        if trial.turned or each.way.op == "set":
            each.best = turn(ground, trial)
            if first and not each.way.own:
                _bracketed(ground, trial, each, end)
        if once:
            break
    return each


def _bracketed(ground: Ground, trial: Trial, each: Asked, end: float) -> None:
    """Narrow the steps of a limit that has turned by plans that are known, as far as there is time.

    To enter, the fewest steps with which the plan of the turned case is paid and still better are looked at next. To
    leave takes more than the steps with which the base's plan is still paid, where no plan without it is as good.
    """
    base, question, other = ground.base, trial.wanted, span(trial.other)
    if ground.wanted and question is not None and question.tree.x is not None:
        paid = _paid(ground, trial, each, question.tree.x, other.low + other.near, end)
        each.bracket.suggest(_turns(each.bracket.low, trial.steps, paid))
    elif not ground.wanted and span(ground.now[False]).high < base.incumbent:
        kept = _paid(ground, trial, each, base.x, base.incumbent - other.near, end)
        low = _turns(each.bracket.low, trial.steps, lambda steps: not kept(steps)) - 1
        if low > each.bracket.low:
            each.bracket.note(low, Verdict.NEVER, False)


def _turns(low: int, high: int, turned: Callable[[int], bool]) -> int:
    """Return the fewest steps above `low` that turn, where `high` does and more never do less."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if turned(middle) else (middle, high)
    return high


def _paid(ground: Ground, trial: Trial, each: Asked, x: Floats, least: float, end: float) -> Callable[[int], bool]:
    """Return what tells whether the schedule of a point can be paid after some steps, and is worth more than `least`.

    Where that is not known, for want of time or because the case is not fit, it says what leaves the bracket wide.
    """

    def told(steps: int) -> bool:
        if ground.interrupt or time.monotonic() >= end:
            return False
        try:
            form = form_of(ground.base.case.apply(each.way.changes(steps)), ground.base.case)
        except InputError:
            return False
        found = form.settled(x) if trial.form is not None and form.columns == trial.form.columns else None
        return found is not None and found[1] > least

    return told


def turn(ground: Ground, trial: Trial) -> Turn:
    """Return what is to be remembered of a changed case."""
    question = trial.wanted
    plan = None if question is None or trial.verdict is Verdict.NO_PLAN else question.tree.x
    return Turn(trial.steps, trial.verdict, plan, *effect(ground, trial))


def answered(ground: Ground, asked: Asked) -> Answer:
    """Return what is known of a way."""
    way, bracket, best = asked.way, asked.bracket, asked.best
    known, low = bracket.known, bracket.low
    if asked.refused:
        return Answer(way, note=f"no case has it: {asked.refused}")
    if not known:
        return Answer(way, note=LATE)
    looked = tuple(sorted(known.items()))
    if best is None:
        return Answer(way, below=low, smaller=known[low], looked=looked)
    least, most = best.least, best.most
    if bracket.high is None:
        return Answer(way, below=low, smaller=known[low], least=least, most=most, looked=looked)
    changed = None
    if best.x is not None:
        case = ground.base.case
        changed = moves(ground.base, form_of(case.apply(way.changes(best.steps)), case), best.x)
    smaller = known.get(low, ground.verdict)
    return Answer(way, best.steps, best.verdict, low, smaller, least, most, changed, looked)


def effect(ground: Ground, trial: Trial) -> tuple[float, float]:
    """Return between what a change moves the goal, in its units."""
    wanted, other, base = span(trial.wanted), span(trial.other), ground.base
    least = max(wanted.low, other.low) - base.bound
    if trial.way.op == "set":
        least = max(least, 0.0)  # a candidate may still be what it was
    most = max(wanted.high, other.high) - base.incumbent
    ends = sorted((base.form.scale * least, base.form.scale * most))
    return ends[0], ends[1]


def guess(ground: Ground, way: Way) -> int | None:
    """Return the steps of its own value that make good the loss, by the plans that are known; None for other ways."""
    inside, outside = ground.now[True], ground.now[False]
    if way.kind != "value" or inside is None or outside is None or inside.tree.x is None:
        return None
    if ground.base.case.settings.objective.goal != "value":
        return None
    own = own_value(inside.form, inside.tree.x, ground.initiative)
    far = abs(span(inside).low - span(outside).low)
    if own <= 0.0 or not math.isfinite(far):
        return None
    return math.floor(far / own / float(STEP)) + 1


def own_value(form: Form, x: Floats, initiative: str) -> float:
    """Return the expected present value of an initiative itself in a plan."""
    program = form.program
    return math.fsum(
        float(program.cost[k] * x[k])
        for k, (family, index) in enumerate(form.columns)
        if family in ("started", "level") and index[0] == initiative
    )


def priced(ground: Ground, way: Way) -> float:
    """Return how much the relaxation of the wanted side would give for a limit: a sign of which ones matter."""
    question = ground.now[ground.wanted]
    if question is None or way.own:
        return 0.0
    priced = [leaf for leaf in question.tree.leaves if leaf.prices is not None]
    if not priced:
        return 0.0
    prices = max(priced, key=lambda leaf: leaf.value).prices
    assert prices is not None
    program, words = question.form.program, way.words.split(" for ")[0].split(":")[0]
    total = 0.0
    for row, told in question.form.limits.items():
        if told.startswith(words):
            side = program.row_upper[row] if math.isfinite(program.row_upper[row]) else program.row_lower[row]
            total += abs(prices[row]) * max(abs(side), 1.0)
    return total

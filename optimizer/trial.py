"""Both sides of a changed case, the best plan with an initiative and the best without it: which is better, how sure.

With [low, high] what is certain of the best plan of each side (its incumbent and its bound), and `wanted` the side that
the change is to lead to:

    proved      wanted.low > other.high     the initiative is in (or out of) every best plan
    seen        wanted.low > other.low      it is in (out of) the best plan found
    never       wanted.high ≤ other.low     it is proved that it is not
    open        else                        it is not seen

and "no plan" where neither side has any. Values within a millionth are the same. Source: results.md.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ..inputs.case import Case
from ..models.windows import windows
from .extract import fixed
from .form import Form, form_of
from .membership import forced, gate
from .moving import EQUAL, Schedule
from .signals import Interrupt
from .ways import Way
from .whatif import Base, Question, basis_of

EXACT = 1e-9  # relative gap of a side that is searched to its end
POOL = 4  # schedules of either side that are tried in every changed case
AT_ONCE = 0.05  # part of the time in which small programs are searched to their end
SLICE = 1.0  # seconds between two looks at whether it is decided
NOBODY: Schedule = {("", ""): 0}  # stands for no plan


class Verdict(StrEnum):
    """What is known of a changed case."""

    PROVED = "proved"
    SEEN = "seen"
    OPEN = "not seen"
    NEVER = "proved not"
    NO_PLAN = "no plan"


@dataclass
class Side:
    """The plans with the initiative (`inside`), or without it: the base they are asked from, and good schedules."""

    inside: bool
    base: Base
    pool: list[tuple[float, Schedule]] = field(default_factory=list)

    def keep(self, question: Question) -> None:
        """Remember the plan of a question of this side, and what it is worth there."""
        x, reached = question.tree.x, question.tree.objective
        if x is not None and reached is not None:
            schedule = question.form.begun(x)
            self.pool = [(reached, schedule), *(each for each in self.pool if each[1] != schedule)][:POOL]

    def offer(self, question: Question, thorough: bool) -> None:
        """Try the schedules that are remembered: all where their worth differs, else the best that can be paid."""
        for reached, schedule in sorted(self.pool, key=lambda each: -each[0]):
            known = question.tree.objective
            if not thorough and known is not None and known >= reached:
                return
            if schedule != self.base.schedule:
                question.offer([schedule])


@dataclass(frozen=True)
class Span:
    """What is certain of the best plan of a side, as the program counts it (maximised); −∞: none is known, or is."""

    low: float
    high: float

    @property
    def near(self) -> float:
        """Return by how much values of this size may differ and be the same."""
        return EQUAL * max(1.0, abs(self.low)) if math.isfinite(self.low) else EQUAL


NOTHING = Span(-math.inf, -math.inf)


def span(question: Question | None) -> Span:
    """Return what is certain of a side; nothing can be on one that no column leaves open."""
    if question is None:
        return NOTHING
    low, high = question.tree.objective, question.tree.bound
    return Span(-math.inf if low is None else low, high)


def verdict(wanted: Span, other: Span) -> Verdict:
    """Return what is known."""
    if wanted.high == other.high == -math.inf:
        return Verdict.NO_PLAN
    if wanted.low > other.high + wanted.near:
        return Verdict.PROVED
    if wanted.low > other.low + wanted.near:
        return Verdict.SEEN
    never = math.isfinite(other.low) and wanted.high <= other.low + other.near
    return Verdict.NEVER if never else Verdict.OPEN


class Ground:
    """An initiative in a solved case: both sides as they are in the base, from which changed cases are asked.

    It can be sent to another process, which asks from the same leaves and plans.
    """

    def __init__(self, base: Base, initiative: str, interrupt: Interrupt) -> None:
        """Start from the base, whose plan is on one of the sides."""
        self.base, self.initiative, self.interrupt = base, initiative, interrupt
        self.funded = any(i == initiative for i, _ in base.schedule)
        without = replace(base, schedule=NOBODY)
        self.sides = {inside: Side(inside, base if inside == self.funded else without) for inside in (True, False)}
        self._extend()
        self.now = {inside: self.asked(base.form, inside) for inside in (True, False)}

    @property
    def wanted(self) -> bool:
        """Return the side that a change is to lead to."""
        return not self.funded

    @property
    def verdict(self) -> Verdict:
        """Return what is known of the base itself."""
        return verdict(span(self.now[self.wanted]), span(self.now[self.funded]))

    def _extend(self) -> None:
        """Know one more plan with the initiative: the base's, with all of its milestones as early as they can be."""
        case, at, t = self.base.case, windows(self.base.case), 1
        schedule = dict(self.base.schedule)
        for step in case.milestones[self.initiative] if not self.funded else ():
            window = at.get((self.initiative, step.milestone))
            if window is None:
                break
            t = max(t, window[0])
            schedule[self.initiative, step.milestone] = t
            t += step.duration
        if schedule != self.base.schedule:
            self.sides[True].pool.append((-math.inf, schedule))

    def asked(self, form: Form, inside: bool, thorough: bool = True) -> Question | None:
        """Return one side of a program as a question; None where there is no plan on it.

        `thorough`: what its plans are worth may differ from what they were worth before.
        """
        never = gate(form, self.initiative) is None
        held = form if never and not inside else forced(form, self.initiative, inside)
        if held is None:
            return None
        side = self.sides[inside]
        question = Question(side.base, held, self.interrupt)
        side.offer(question, thorough)
        return question

    def search(self, seconds: float) -> None:
        """Search the wanted side to its end, then both, and ask changed cases from what is found."""
        wanted, end = self.now[self.wanted], time.monotonic() + seconds
        if wanted is not None and not closed(span(wanted)) and not wanted.search(AT_ONCE * seconds, EXACT):
            wanted.afresh(end - time.monotonic())
        settle((wanted, self.now[self.funded]), end - time.monotonic(), self.interrupt)
        self._rest()

    def _rest(self) -> None:
        """Ask changed cases from what has been found of both sides by now."""
        for inside, question in self.now.items():
            side, base = self.sides[inside], self.base
            if question is None:
                continue
            side.keep(question)
            form, leaves, x = question.form, tuple(question.tree.leaves), question.tree.x
            side.base = (
                replace(base, form=form, leaves=leaves, schedule=NOBODY)
                if x is None
                else replace(
                    base,
                    form=form,
                    leaves=leaves,
                    x=x,
                    schedule=form.begun(x),
                    paying=basis_of(fixed(form.program, x)),
                )
            )


class Trial:
    """A changed case with both sides."""

    def __init__(self, ground: Ground, way: Way, steps: int) -> None:
        """Make the change; ``InputError`` where no case is like that."""
        self.ground, self.way, self.steps = ground, way, steps
        self.case: Case = ground.base.case.apply(way.changes(steps))
        self.form: Form | None = None
        self.questions: dict[bool, Question | None] = {True: None, False: None}
        if not self.case.contradictions:
            self.form = form_of(self.case, ground.base.case)
            for inside in (True, False):
                same = way.own and inside is False
                self.questions[inside] = ground.now[False] if same else ground.asked(self.form, inside, way.own)

    @property
    def wanted(self) -> Question | None:
        """Return the side that the change is to lead to."""
        return self.questions[self.ground.wanted]

    @property
    def other(self) -> Question | None:
        """Return the side that the plan of the base is on."""
        return self.questions[self.ground.funded]

    @property
    def verdict(self) -> Verdict:
        """Return what is known by now."""
        return verdict(span(self.wanted), span(self.other))

    @property
    def turned(self) -> bool:
        """Tell whether the initiative has changed sides, as far as is known."""
        return self.verdict in (Verdict.PROVED, Verdict.SEEN, Verdict.NO_PLAN)

    def decide(self, seconds: float) -> None:
        """Search the two sides until it is decided, or the time is up."""
        settle((self.wanted, self.other), seconds, self.ground.interrupt)
        for inside, question in self.questions.items():
            if question is not None:
                self.ground.sides[inside].keep(question)


def settle(sides: Sequence[Question | None], seconds: float, interrupt: Interrupt) -> None:
    """Search the wanted side and the other one until what is known of them is proved, or the time is up."""
    end = time.monotonic() + seconds
    wanted, other = sides
    while not interrupt and (left := end - time.monotonic()) > 0:
        known = verdict(span(wanted), span(other))
        if known in (Verdict.PROVED, Verdict.NEVER, Verdict.NO_PLAN):
            return
        behind = [other, wanted] if known is Verdict.SEEN else [wanted, other]
        asked = next((each for each in behind if each is not None and not closed(span(each))), None)
        if asked is None:
            return
        asked.search(min(left, max(SLICE, left / 2)), EXACT)


def closed(found: Span) -> bool:
    """Tell whether the best plan of a side is known."""
    return found.high - found.low <= found.near if math.isfinite(found.high) else found.high == -math.inf

"""Repairs made sure of: rounded to what a ministry would write, applied to the tables, and solved.

Amounts are rounded up to four significant digits of the change. The changed case is built as any other, and a plan of
it is found; with a hundredth less there is proved to be none, or the repair is made smaller until that is so. Where
time allows the plan is also rounded to minor units and verified.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

import numpy as np

from ..inputs.case import Case
from ..inputs.change import REMOVE, Change, matching_rows
from ..inputs.faults import InputError
from ..inputs.rows import Row
from ..inputs.tables import EligibilityRow
from ..inputs.texts import to_text
from ..results.explanation import Repair, Step, changes_of, listed
from .compile import Program, compile_model
from .conflict import any_plan
from .ease import eased
from .engine import Ending
from .guarded import Guarded, Restrict, liftable
from .repair import Give
from .rules_of import Given
from .signals import Interrupt

DIGITS = 4  # significant digits of a change
MORE = (1.0, 1.001, 1.01, 1.1)  # by how much a repair is enlarged until it suffices
LESS = 0.99  # part of a repair that must not suffice
HALVINGS = 8  # how often a repair is made smaller
CENTS = 2000  # columns of a program up to which a plan is also rounded to minor units


@dataclass(frozen=True)
class Prover:
    """Makes sure of repairs of one case within a deadline."""

    guarded: Guarded
    deadline: float
    interrupt: Interrupt
    restrict: Restrict | None = None
    patience: float = float("inf")  # seconds in which a repair may be made smaller

    @property
    def case(self) -> Case:
        """Return the case."""
        return self.guarded.case

    def left(self) -> float:
        """Return the seconds left."""
        return 0.0 if self.interrupt else max(0.0, self.deadline - time.monotonic())

    def repair(self, give: Give) -> Repair | None:
        """Return a repair that suffices, as small as can be proved; None where none was proved to suffice in time."""
        for more in MORE:
            steps = self.steps(give, more, True)
            if self.suffices(steps, started=give.started):
                break
        else:
            return None
        large, least = more, True
        if any(self._continuous(rule) for rule in give.amounts):
            large, least = self._shrunk(give, more)
        for more in MORE:  # a plan that leaves nothing over may need a cent more
            steps = self.steps(give, more * large, True)
            cents = self._to_the_cent(steps)
            if cents is not False:
                least = least and (more == 1.0 or self.suffices(self.steps(give, LESS * more * large, False)) is False)
                return Repair(tuple(steps), give.total * more * large, bool(cents), least)
        return None

    def _shrunk(self, give: Give, large: float) -> tuple[float, bool]:
        """Return a part of a repair that suffices, and whether a hundredth less is proved not to."""
        small, until = 0.0, time.monotonic() + self.patience
        told = self.suffices(self.steps(give, LESS * large, False), until)
        if told is False:
            return large, True
        if told is None:
            return large, False
        large = LESS * large
        for _ in range(HALVINGS):
            middle = (small + large) / 2.0
            told = self.suffices(self.steps(give, middle, False), until)
            if told is None:
                return large, False
            large, small = (middle, small) if told else (large, middle)
            if small >= LESS * large:
                break
        for more in MORE:  # rounded it is a little more
            if self.suffices(self.steps(give, more * large, True)):
                large *= more
                break
        return large, self.suffices(self.steps(give, LESS * large, False), until) is False

    def _continuous(self, rule: int) -> bool:
        given = self.guarded.given[rule]
        return given.base is not None and not given.whole

    def steps(self, give: Give, part: float, rounded: bool) -> list[Step]:
        """Return the steps of a part of a repair; counts, periods and rules given up stay whole."""
        g, found = self.guarded, []
        for rule, amount in give.amounts.items():
            share = amount * part if self._continuous(rule) else amount
            found.append(step_of(self.case, g.keys[rule], g.given[rule], share, rounded))
        return found

    def suffices(
        self, steps: list[Step], until: float = float("inf"), started: frozenset[Any] = frozenset()
    ) -> bool | None:
        """Tell whether a plan exists after some steps, by the ordinary program of the changed case; None in doubt.

        `until` is when an answer is needed, `started` the schedules of a plan that is tried first.
        """
        case = applied(self.case, steps)
        if case is None or case.contradictions:
            return False
        seconds = min(self.left(), until - time.monotonic())
        if seconds <= 0.0:
            return None
        program, starts = with_starts(case, self.restrict)
        known = np.array([column for index, column in starts.items() if index in started], dtype=np.int64)
        ending, x = any_plan(program, seconds, self.interrupt, known)
        if x is not None:
            return True
        return False if ending is Ending.INFEASIBLE else None

    def _to_the_cent(self, steps: list[Step]) -> bool | None:
        """Tell whether the changed case has a plan in minor units; None where there is no time to see."""
        case = applied(self.case, steps)
        if case is None or self.guarded.first > CENTS or self.restrict is not None or self.left() <= 0.0:
            return None
        from .cents import rounds  # loads tables, which a large case does without

        return rounds(case, self.left(), self.interrupt)


def ordinary(case: Case, restrict: Restrict | None = None) -> Program:
    """Return the exact program of a case."""
    return with_starts(case, restrict)[0]


def with_starts(case: Case, restrict: Restrict | None = None) -> tuple[Program, dict[Any, int]]:
    """Return the exact program of a case, and the column of every schedule."""
    model = liftable(case, "")
    if restrict is not None:
        restrict(model)
    program = eased(model, compile_model(model))
    return replace(program, variables=(), constraints=()), program.starts


def applied(case: Case, steps: list[Step]) -> Case | None:
    """Return the case after some steps; None where the tables do not allow it."""
    try:
        return case.apply(changes_of(steps))
    except InputError:
        return None


def step_of(case: Case, key: tuple[object, ...], given: Given, amount: float, rounded: bool) -> Step:
    """Return a rule that gives by an amount (see `Give`) as a step, in the rule's own unit."""
    rule = given.rule
    if given.base is not None:
        return _number(given, Decimal(amount if given.whole else amount * given.size), rounded)
    if given.kind == "dates":
        periods = -round(amount) if rule.column == "earliest_start" else round(amount)
        after = case.label(case.period(rule.value) + periods)
        told = "bring forward" if periods < 0 else "delay"
        many = f"{abs(periods)} period{'s' if abs(periods) != 1 else ''}"
        words = f"{told} {rule.words} by {many}, from {rule.value} to {after} ({rule.place})"
        change = Change(rule.table, rule.column, "add", Decimal(periods), given.where)
        return Step(rule, words, (change,), amount=f"{periods:+d}", share=abs(periods) / case.T)
    made = SETS.get((rule.table, rule.column))
    if made is None:
        rows = f"row{'s' if len(rule.rows) > 1 else ''} {listed(rule.rows)}"
        too = "".join(f", and with it what {f} is confined to" for f in also_confined(case, key, given))
        return Step(rule, f"give up {rule.words}: remove {rows} of {rule.file}{too}", removed(case, given))
    changes, words = made(case, given)
    return Step(rule, f"{words} ({rule.place})", tuple(changes))


def removed(case: Case, given: Given) -> tuple[Change, ...]:
    """Return the changes that take the rows of a rule out: as its `where` says, or each by the key of its table."""
    table = given.rule.table
    wheres = [given.where] if given.where else []
    if not wheres:
        gone = frozenset(given.rule.rows)
        places = zip(case.numbered(table), case.tables[table], strict=True)
        wheres = [_shortest(case, table, row) for n, row in places if n in gone]
    return tuple(Change(table, "", REMOVE, True, where) for where in wheres)


def _shortest(case: Case, table: str, row: Row) -> dict[str, object]:
    """Return the key of a row, without its empty cells where it is this row's alone without them."""
    whole = {name: getattr(row, name) for name in type(row).KEY}
    short = {name: value for name, value in whole.items() if value not in (None, "")}
    alone = len(matching_rows(case, Change(table, "", REMOVE, True, short))) == 1
    return short if alone else {name: "" if value is None else value for name, value in whole.items()}


def also_confined(case: Case, key: tuple[object, ...], given: Given) -> list[str]:
    """Return the other funders of the rows that say what a funder is confined to."""
    if key[:2] != ("eligibility", "allow"):
        return []
    places = zip(case.numbered("eligibility"), case.rows(EligibilityRow), strict=True)
    named = {f for n, row in places if n in given.rule.rows for f in case.select_funders(row.funders)}
    return [f for f in case.funders if f in named and f != key[2]]


def _number(given: Given, amount: Decimal, rounded: bool) -> Step:
    """Return the step that moves a number by an amount."""
    rule, base = given.rule, given.base or Decimal(0)
    if given.whole:
        amount = amount.to_integral_value()
    elif rounded:
        amount = rounded_up(amount)
    else:
        amount = Decimal(f"{amount:.12g}")
    if not given.up and base > 0:
        amount = min(amount, base)
    amount = amount if given.up else -amount
    after = base + amount
    told = f"{'raise' if given.up else 'lower'} {rule.words} from {to_text(base)} to {to_text(_plain(after))}"
    share = float(abs(amount)) / given.size
    percent = f" ({float(amount) / float(base):+.2%})" if base else ""
    unit = f" {rule.unit}" if rule.unit else ""
    change = Change(rule.table, rule.column, "add", _plain(amount), given.where)
    words = f"{told}{unit}{percent} ({rule.place})"
    return Step(rule, words, (change,), amount=to_text(_plain(amount)), share=share)


def _plain(number: Decimal) -> Decimal:
    """Return a number without trailing zeros or exponent."""
    found = number.normalize()
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found


def rounded_up(amount: Decimal) -> Decimal:
    """Return a positive amount rounded up to four significant digits."""
    if amount <= 0:
        return Decimal(0)
    amount = Decimal(f"{amount:.9g}")  # what a solver leaves of a round number
    return amount.quantize(Decimal(1).scaleb(amount.adjusted() - DIGITS + 1), ROUND_CEILING)


def _status(case: Case, given: Given) -> tuple[list[Change], str]:
    name, where = given.rule.owner, given.where
    changes = [Change("initiatives", "status", "set", "candidate", where)]
    ranked = case.initiatives[name].rank is not None
    if ranked:  # it was outside the ranking
        changes.append(Change("initiatives", "rank", "set", "", where))
    return changes, f"make {name} a candidate{' outside the ranking' * ranked} instead of {given.rule.value}"


def _unranked(_: Case, given: Given) -> tuple[list[Change], str]:
    return [Change("initiatives", "rank", "set", "", given.where)], f"give up the {given.rule.words}: empty its ranks"


def _unpaused(_: Case, given: Given) -> tuple[list[Change], str]:
    change = Change("initiatives", "max_pause", "set", "", given.where)
    return [change], f"allow any pause of {given.rule.owner}"


def _incomplete(_: Case, given: Given) -> tuple[list[Change], str]:
    change = Change("initiatives", "complete", "set", "false", given.where)
    return [change], f"let {given.rule.owner} be funded in part of its milestones"


SETS: dict[tuple[str, str], Callable[[Case, Given], tuple[list[Change], str]]] = {
    ("initiatives", "status"): _status,
    ("initiatives", "rank"): _unranked,
    ("initiatives", "max_pause"): _unpaused,
    ("initiatives", "complete"): _incomplete,
}

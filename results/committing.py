"""Whole-unit commitments: what every funder commits in the periods in which milestones begin.

Per line, with whole dues and whole payments,

    Σ_f commit[f,t] = whole due of the milestones that begin in t
    Σ_{s≤t} commit[f,s] ≥ Σ_{s≤t} pay[f,s],  equal over the horizon

where a funder with a ceiling in any cycle commits only in periods of its cycles. What a re-plan knows to have been
committed before its first free period stays as it was. On another line on which everything begins
in one period, each funder commits there what it pays. On the others the rows are a flow through a network, so that
whole commitments exist where any do. They stay next to the continuous ones, and within the ceilings where that can be
had (a small integer program). Source: model.md, rule 8, "Money is exact".
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf

from ..inputs.case import Case
from .accounts import Books
from .decisions import Decisions, LineKey, PayKey
from .ledger import begun, floor
from .mending import CycleKey
from .small import Steps

FAR, OVER = 10.0, 1e4  # what a unit away from the continuous commitments, or over a ceiling, weighs

NONE = {("", ""): 1}  # an overshoot of no ceiling: the payments will not do

Payer = tuple[str, LineKey]


@dataclass(frozen=True)
class Kept:
    """What a re-plan knows to have been committed before its first free period `frozen`, and on which lines."""

    amounts: Mapping[PayKey, int]
    lines: frozenset[LineKey]
    frozen: int

    @classmethod
    def of(cls, case: Case) -> "Kept":
        """Return what was committed before; nothing where the case has no approved plan."""
        approved = case.approved
        if approved is None:
            return cls({}, frozenset(), 1)
        return cls(approved.committed_before, approved.lines_signed, approved.frozen)

    def fixes(self, line: LineKey, t: int) -> bool:
        """Tell whether what is committed on a line in a period is known."""
        return t < self.frozen and line in self.lines


@dataclass(frozen=True)
class Committed:
    """Whole commitments in minor units of the lines' currencies; how far ceilings are passed, in the funders'."""

    amounts: dict[PayKey, int] = field(default_factory=dict)
    overshoot: dict[CycleKey, int] = field(default_factory=dict)


class Ceilings:
    """The commitment ceilings of a case, in minor units of each funder's currency."""

    def __init__(self, case: Case, books: Books) -> None:
        """Find which funders have a ceiling in any of their cycles."""
        self.books = books
        self.own = {name: row.currency for name, row in case.funders.items()}
        self.most = {
            (f, cycle.name): floor(Fraction(cycle.commitments) * case.unit * books.units(self.own[f]))
            for f, cycles in case.cycles.items()
            for cycle in cycles
            if cycle.commitments is not None
        }
        self.bound = {funder for funder, _ in self.most}

    def may(self, funder: str, t: int) -> bool:
        """Tell whether a funder may commit in a period: one with a ceiling only in its cycles."""
        return funder not in self.bound or (funder, t) in self.books.cycle_at

    def limit_at(self, funder: str, t: int) -> CycleKey | None:
        """Return the cycle with a ceiling on what the funder commits in a period."""
        cycle = self.books.cycle_at.get((funder, t))
        key = None if cycle is None else (funder, cycle.name)
        return key if key in self.most else None

    def overshoot(self, amounts: Mapping[PayKey, int], currency: Mapping[LineKey, str]) -> dict[CycleKey, int]:
        """Return by how many minor units each ceiling is passed."""
        sums = committed(self.books, amounts, currency)
        return {key: sums[key] - most for key, most in self.most.items() if sums.get(key, 0) > most}


def committed(books: Books, amounts: Mapping[PayKey, int], currency: Mapping[LineKey, str]) -> dict[CycleKey, int]:
    """Return what each funder commits per cycle, in its minor units: the sum of rounded amounts."""
    found: dict[CycleKey, int] = defaultdict(int)
    for (funder, line, t), amount in amounts.items():
        cycle = books.cycle_at.get((funder, t))
        if cycle is not None:
            found[funder, cycle.name] += books.in_funder_currency(funder, currency[line], t, amount)
    return dict(found)


def whole_commitments(
    case: Case,
    books: Books,
    decisions: Decisions,
    payments: Mapping[PayKey, int],
    currency: Mapping[LineKey, str],
) -> Committed:
    """Return the whole commitments that go with whole payments, on all lines under commitment."""
    ceilings, kept = Ceilings(case, books), Kept.of(case)
    lines = {line for _, line, _ in decisions.commitments} | {line for f, line, _ in payments if f in ceilings.bound}
    lines |= kept.lines
    if not lines:
        return Committed()
    due = begun(case, books.factors, decisions.starts, decisions.levels, sorted(lines))
    paid: dict[Payer, dict[int, int]] = defaultdict(dict)
    for (funder, line, t), amount in payments.items():
        if line in due:
            paid[funder, line][t] = amount
    found = dict(kept.amounts)
    several: dict[Payer, dict[int, int]] = {(funder, line): {} for funder, line, _ in kept.amounts}
    for (funder, line), amounts in paid.items():
        if len(due[line]) == 1 and line not in kept.lines:
            found[funder, line, next(iter(due[line]))] = sum(amounts.values())
        else:
            several[funder, line] = amounts
    if several:
        scale = {line: case.unit * books.units(currency[line]) for _, line in several}
        aims = {key: a * scale[key[1]] for key, a in decisions.commitments.items() if key[1] in scale}
        split = Split(ceilings, due, several, aims, currency, kept).settle(found)
        if split is None:  # no whole commitments for these payments: other payments are needed
            funders = {funder for funder, _ in several}
            return Committed(found, dict.fromkeys((key for key in ceilings.most if key[0] in funders), 1) or NONE)
        found |= split
    return Committed(found, ceilings.overshoot(found, currency))


@dataclass(frozen=True)
class Split:
    """Lines on which milestones begin in several periods: what begins, what is paid, what is aimed at.

    What is `kept` is fixed.
    """

    ceilings: Ceilings
    due: Mapping[LineKey, Mapping[int, int]]
    paid: Mapping[Payer, Mapping[int, int]]
    aims: Mapping[PayKey, float]
    currency: Mapping[LineKey, str]
    kept: Kept

    def settle(self, fixed: Mapping[PayKey, int]) -> dict[PayKey, int] | None:
        """Return the whole commitments next to those that are `fixed`; None where there are none."""
        steps, base, at = Steps(), dict[PayKey, int](), defaultdict[tuple[LineKey, int], list[PayKey]](list)
        for (funder, line), amounts in self.paid.items():
            for t in self.due[line]:
                if self.ceilings.may(funder, t) and not self.kept.fixes(line, t):
                    key = funder, line, t
                    aim = min(max(0.0, self.aims.get(key, 0.0)), float(sum(amounts.values())))
                    base[key] = int(aim + 1e-6)
                    steps.number(key, base[key], max(0.0, aim - base[key]), FAR)
                    at[line, t].append(key)
        for (line, t), keys in at.items():
            left = self.due[line][t] - sum(base[key] for key in keys)
            steps.row(dict.fromkeys(keys, 1.0), left, left)
        for owner in self.paid:
            self._follow(steps, base, owner)
        self._limit(steps, base, fixed)
        found = steps.solve()
        return None if found is None else {k: a + found[k] for k, a in base.items() if a + found[k]}

    def _follow(self, steps: Steps, base: Mapping[PayKey, int], owner: Payer) -> None:
        """Add rows: what is paid has been committed before, and at the end no more than that."""
        before: list[PayKey] = []
        begins, known = sorted(self.due[owner[1]]), 0
        for place, start in enumerate(begins, start=1):
            key = (*owner, start)
            before += [key] if key in base else []
            known += self.kept.amounts.get(key, 0)
            last = place == len(begins)
            paid = sum(a for t, a in self.paid[owner].items() if last or t < begins[place])
            left = paid - known - sum(base[one] for one in before)
            steps.row(dict.fromkeys(before, 1.0), left, left if last else inf)

    def _limit(self, steps: Steps, base: Mapping[PayKey, int], fixed: Mapping[PayKey, int]) -> None:
        """Add a row for each ceiling, which is passed where nothing else helps; half a unit for each conversion."""
        terms: dict[CycleKey, dict[PayKey, float]] = defaultdict(dict)
        used: dict[CycleKey, Fraction] = defaultdict(Fraction)
        for key, amount in [*base.items(), *fixed.items()]:
            funder, line, t = key
            limit = self.ceilings.limit_at(funder, t)
            if limit is not None:
                rate = self.ceilings.books.rate(self.currency[line], self.ceilings.own[funder], t)
                used[limit] += rate * amount + (0 if rate == 1 else Fraction(1, 2))
                if key in base:
                    terms[limit][key] = -float(rate)
        for limit, parts in terms.items():
            steps.row(parts, float(used[limit] - self.ceilings.most[limit]), slack=OVER)

"""Recomputes the value of what is done.

    value = Σ value(m)·S(m)·discount(finish(m))·level(m) + synergies
    S(m) = product of success over m and its distinct finish-start ancestors

Source: model.md, objective.
"""

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

from .verify_cells import Row
from .verify_facts import Facts, Milestone
from .verify_rows import ZERO, plain

_RELATIVE = Fraction(1, 10**9)


class Values:
    """The value of each done milestone, nominal and present (expected and discounted), and of each synergy."""

    def __init__(self, facts: Facts, synergies: list[Fraction]) -> None:
        """Evaluate every done milestone; `synergies` are the bonuses."""
        case = facts.case
        self.synergies = synergies
        self.nominal: defaultdict[str, list[Fraction]] = defaultdict(list)
        self.present: defaultdict[str, list[Fraction]] = defaultdict(list)
        chances = Chances(facts)
        for initiative, name in facts.start:
            value = Fraction(case.value(initiative, name)) * facts.done_level((initiative, name))
            chance = chances.of((initiative, name)) if case.settings.expected_value else 1
            discount = facts.factors.discount(facts.finish((initiative, name)))
            self.nominal[initiative].append(value)
            self.present[initiative].append(value * chance * discount)

    @property
    def terms(self) -> list[Fraction]:
        """Return the present value of every done milestone."""
        return [term for terms in self.present.values() for term in terms]

    @property
    def all_terms(self) -> list[Fraction]:
        """Return the present values of milestones and synergies."""
        return [*self.terms, *self.synergies]

    def compare(self, row: Row, initiative: str) -> None:
        """Check value and present_value of a row of portfolio.csv."""
        for column, found in (("value", self.nominal), ("present_value", self.present)):
            stated, terms = row.number_in(column), found[initiative]
            if stated is not None and not close(stated, terms):
                row.fault(f"{column} is {plain(stated)}, should be {plain(sum(terms, ZERO))}")


def close(stated: Fraction, terms: list[Fraction]) -> bool:
    """Tell whether a stated sum of values is the exact one, to within 1e-9 of their absolute sum."""
    return abs(stated - sum(terms, ZERO)) <= _RELATIVE * sum(map(abs, terms), ZERO)


class Chances:
    """S(m): the probability that a milestone and everything before it succeeds."""

    def __init__(self, facts: Facts) -> None:
        """Find what each milestone directly waits for."""
        self._success = {key: Fraction(step.success) for key, step in facts.steps.items()}
        self._before: defaultdict[Milestone, set[Milestone]] = defaultdict(set)
        for name, steps in facts.case.milestones.items():
            for one, two in pairwise(steps):
                self._before[name, two.milestone].add((name, one.milestone))
        for link in facts.case.predecessors():
            if link.type == "finish-start":
                self._before[link.succ_i, link.succ_m].add((link.pred_i, link.pred_m))

    def of(self, milestone: Milestone) -> Fraction:
        """Return the product of success over a milestone and its distinct ancestors."""
        chance, open_, seen = Fraction(1), [milestone], {milestone}
        while open_:
            current = open_.pop()
            chance *= self._success[current]
            fresh = self._before[current] - seen
            seen |= fresh
            open_ += fresh
        return chance

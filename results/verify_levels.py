"""Recomputes levels and synergies: how much of a partial milestone is done, and what doing all of a group is worth.

    min_level ≤ level ≤ 1     level[m+1] ≤ level[m] in an initiative's own sequence
    bonus = value · least level of all milestones of all members   (value > 0; 0 when one is not done)
    bonus = value when all are done, else 0                        (value < 0)

Source: model.md, rules 1 and 3.
"""

from fractions import Fraction
from itertools import pairwise

from ..inputs.tables import SynergyRow
from .verify_facts import Facts
from .verify_rows import ZERO, RuleRow

_FULL = Fraction(1)


def check_levels(facts: Facts) -> None:
    """Check the level of every partial milestone that is done, and that none is above that of the one before."""
    for name, steps in facts.case.milestones.items():
        for step in steps:
            if (name, step.milestone) in facts.level:
                level, owner = facts.level[name, step.milestone], f"{name}/{step.milestone}"
                facts.findings.rule(
                    RuleRow("milestones", "level", owner, (), level, at_least=Fraction(step.min_level), at_most=_FULL)
                )
        for one, two in pairwise(steps):
            before, after = (name, one.milestone), (name, two.milestone)
            if before in facts.start and after in facts.start and not facts.level.keys().isdisjoint((before, after)):
                facts.findings.rule(
                    RuleRow(
                        *("milestones", "level sequence", f"{name}/{two.milestone}"),
                        (f"after {name}/{one.milestone}",),
                        facts.done_level(after),
                        at_most=facts.done_level(before),
                    )
                )


def check_synergies(facts: Facts) -> list[Fraction]:
    """Add a row for each synergy: the bonus beside what it is at most or, where negative, at least; return them."""
    bonuses = []
    for rule in facts.case.rows(SynergyRow):
        value = Fraction(rule.value)
        members = facts.case.select_initiatives(rule.initiatives)
        levels = [facts.done_level((i, step.milestone)) for i in members for step in facts.case.milestones[i]]
        least = min(levels, default=ZERO)
        bonus = value * least if value > 0 else value * (least > 0)
        low, high = (ZERO, value) if value > 0 else (value, ZERO)
        facts.findings.rule(RuleRow("synergies", rule.synergy, "", (rule.initiatives,), bonus, low, high))
        bonuses.append(bonus)
    return bonuses

"""How probable it is that a stage of an initiative fails: its gates and all those before them.

    P[i,g] = P of the last milestone, by order, of stage g of initiative i

Exact fractions, so that equal probabilities are equal numbers. Source: model.md, rule 12.
"""

from fractions import Fraction

from ..inputs.case import Case
from ..inputs.gates import passing_probability


def failure_probability(case: Case) -> dict[tuple[str, str], Fraction]:
    """Return 1 − P[i,g], the probability that a stage of an initiative fails, by (initiative, stage)."""
    passing = passing_probability(case)
    return {
        (name, step.stage): 1 - passing[name, step.milestone]
        for name, steps in case.milestones.items()
        for step in steps  # the last of a stage wins
    }

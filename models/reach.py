"""How probable it is that a milestone is reached: gates passed on the way to its end.

    P(m) = Π success over m and all its distinct finish-start ancestors, earlier milestones of its initiative included
    P[i,g] = P of the last milestone, by order, of stage g of initiative i

Exact fractions, so that equal probabilities are equal numbers. Source: model.md, "Objective" and rule 12.
"""

from collections import defaultdict
from fractions import Fraction

from ..inputs.case import Case
from .windows import Milestone, links


def passing_probability(case: Case) -> dict[Milestone, Fraction]:
    """Return the probability that every milestone and all that it waits for are passed."""
    success = {(i, m.milestone): Fraction(m.success) for i, steps in case.milestones.items() for m in steps}
    before: dict[Milestone, list[Milestone]] = defaultdict(list)
    for link in links(case):
        if link.gate:
            before[link.later].append(link.earlier)
    found = {}
    for milestone in success:
        reached, stack = {milestone}, [milestone]
        while stack:
            for earlier in before[stack.pop()]:
                if earlier not in reached:
                    reached.add(earlier)
                    stack.append(earlier)
        product = Fraction(1)
        for one in reached:
            product *= success[one]
        found[milestone] = product
    return found


def failure_probability(case: Case) -> dict[tuple[str, str], Fraction]:
    """Return 1 − P[i,g], the probability that a stage of an initiative fails, by (initiative, stage)."""
    passing = passing_probability(case)
    return {
        (name, step.stage): 1 - passing[name, step.milestone]
        for name, steps in case.milestones.items()
        for step in steps  # the last of a stage wins
    }

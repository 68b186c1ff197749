"""How probable it is that a milestone is reached: gates passed on the way to its end.

    P(m) = Π success over m and all its distinct finish-start ancestors, earlier milestones of its initiative included

Exact fractions, so that equal probabilities are equal numbers. Source: model.md, "Objective" and rule 12.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from .accessors import Facts
from .windows import Node, precedence, sequence


def passing_probability(facts: Facts) -> dict[Node, Fraction]:
    """Return the probability that every milestone and all that it waits for are passed."""
    success = {key: Fraction(row.success) for key, row in facts.milestone.items()}
    before: dict[Node, list[Node]] = defaultdict(list)
    for edge in (*sequence(facts), *precedence(facts)):
        if edge.after_finish:
            before[edge.successor].append(edge.predecessor)
    return {milestone: _product(milestone, success, before) for milestone in success}


def _product(milestone: Node, success: dict[Node, Fraction], before: dict[Node, list[Node]]) -> Fraction:
    """Return the product of success over a milestone and all that comes before it, each once."""
    reached, stack, product = {milestone}, [milestone], success[milestone]
    while stack:
        for earlier in before.get(stack.pop(), ()):
            if earlier not in reached:
                reached.add(earlier)
                stack.append(earlier)
                product *= success[earlier]
    return product

"""Other portfolios nearly as good: the best plan that differs from all those found so far, again and again.

With y_i = 1 where initiative i is funded, a further plan keeps for every portfolio S that is known

    Σ_{i in S} (1 − y_i) + Σ_{i not in S} y_i ≥ d,

and is worth at least (1 − tolerance) of the best. The bound of the search says whether there is any further one.
Source: results.md; Tsai, Lin and Hwang (2008) for the cut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from .form import Form
from .membership import gate
from .whatif import Base, Effect, Question


@dataclass(frozen=True)
class Alternative:
    """A further portfolio: what it does beside the base's plan, and which initiatives it funds."""

    number: int
    effect: Effect
    funded: frozenset[str]


@dataclass(frozen=True)
class Further:
    """The end of the list: the bound on any plan that differs from those listed, and whether none is as good."""

    bound: float
    none: bool


def alternatives(
    base: Base, count: int, tolerance: float, distance: int, seconds: float
) -> Iterator[Alternative | Further]:
    """Yield at most `count` portfolios, best first as far as is known, then what is known of any further one."""
    gates = {i: column for i in base.case.initiatives if (column := gate(base.form, i)) is not None}
    known = [frozenset(i for i, _ in base.schedule)]
    least = base.incumbent - tolerance * abs(base.incumbent)
    for number in range(1, count + 2):
        form = different(base.form, gates, known, distance)
        question = Question(base, form)
        question.search(seconds)
        bound, reached = question.tree.bound, question.tree.objective
        if number > count or reached is None or reached < least:
            yield Further(base.form.scale * bound, bool(bound < least))
            return
        effect = question.effect()
        funded = frozenset(i for i, _ in effect.schedule)
        known.append(funded)
        yield Alternative(number, effect, funded)


def different(form: Form, gates: dict[str, int], known: Sequence[frozenset[str]], distance: int) -> Form:
    """Return the form in which the funded set differs from each known one by at least `distance` initiatives."""
    program, rows = form.program, np.zeros((len(known), len(form.program.cost)))
    least = np.zeros(len(known))
    for k, funded in enumerate(known):
        for initiative, column in gates.items():
            rows[k, column] = -1.0 if initiative in funded else 1.0
        least[k] = distance - len(funded & gates.keys())
    wider = replace(
        program,
        matrix=csr_array(vstack([program.matrix, csr_array(rows)])),
        row_lower=np.append(program.row_lower, least),
        row_upper=np.append(program.row_upper, np.full(len(known), np.inf)),
        row_scale=np.append(program.row_scale, np.ones(len(known))),
    )
    names = tuple(("different", k, 0) for k in range(len(known)))
    return replace(form, program=wider, rows=(*form.rows, *names))

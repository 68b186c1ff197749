"""Ranking: within a joint call none is funded while a strictly better ranked one is not.

    funded[i] ≥ funded[j]    for i strictly better ranked than j in j's call

as a chain over tie groups: from each tie group to the next, pair by pair, or through one `gate` in [0, 1] where that
needs fewer rows. Mandatory and excluded initiatives and those without a rank are outside the ranking. Source: model.md,
rule 3.
"""

from collections import defaultdict
from itertools import pairwise

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .decisions import funded

Gate = tuple[str, int]


def tie_groups(case: Case) -> dict[str, list[tuple[int, list[str]]]]:
    """Return {call: [(rank, initiatives)] from best to worst}."""
    calls: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, initiative in case.initiatives.items():
        if initiative.call and initiative.rank is not None and initiative.status == "candidate":
            calls[initiative.call][initiative.rank].append(name)
    return {call: sorted(ranks.items()) for call, ranks in calls.items()}


def ranking_indices(case: Case) -> tuple[list[tuple[str, str]], dict[Gate, tuple[list[str], list[str]]]]:
    """Return the (better, worse) pairs, and the groups on each side of every gate."""
    pairs: list[tuple[str, str]] = []
    gates: dict[Gate, tuple[list[str], list[str]]] = {}
    for call, groups in tie_groups(case).items():
        for (_, better), (rank, worse) in pairwise(groups):
            if len(better) * len(worse) > len(better) + len(worse):
                gates[call, rank] = better, worse
            else:
                pairs += [(i, j) for i in better for j in worse]
    return pairs, gates


def add_ranking(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the rows of the family."""
    pairs, gates = ranking_indices(case)
    model.gate = pyo.Var(list(gates), bounds=(0, 1))

    def ranked(m: pyo.ConcreteModel, better: str, worse: str) -> object:
        return row(m, 0.0, Linear().add(funded(m, better), 1.0).add(funded(m, worse), -1.0), None)

    def above(m: pyo.ConcreteModel, call: str, rank: int, better: str) -> object:
        return row(m, 0.0, Linear().add(funded(m, better), 1.0).add(m.gate[call, rank], -1.0), None)

    def below(m: pyo.ConcreteModel, call: str, rank: int, worse: str) -> object:
        return row(m, 0.0, Linear().add(m.gate[call, rank], 1.0).add(funded(m, worse), -1.0), None)

    model.ranking = pyo.Constraint(pairs, rule=ranked)
    model.ranking_above = pyo.Constraint([(*g, i) for g, (better, _) in gates.items() for i in better], rule=above)
    model.ranking_below = pyo.Constraint([(*g, j) for g, (_, worse) in gates.items() for j in worse], rule=below)

"""Random cases with one planted conflict: what is returned is irreducible, and every repair does what it says."""

from __future__ import annotations

import os
from decimal import Decimal

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.change import Change
from fundalign.optimizer.explain import explain
from fundalign.results.explanation import Conflict, Repair

from .lifting import feasible, lifted, of, places
from .planted import RECIPES, planted

CASES = int(os.environ.get("PLANTED_CASES", str(len(RECIPES))))  # `make oracle` looks at 500
RELAXED = ("dates", "status", "eligibility", "precedence", "ranking", "pauses", "completion")


def check_conflict(case: Case, conflict: Conflict) -> None:
    """No plan keeps the rules, all others lifted; without any one of them there is one."""
    assert conflict.proved
    mine = [of(rule) for rule in conflict.rules]
    others = places(case) - set().union(*mine)
    assert not feasible(lifted(case, others)), "the rules are no conflict"
    for rule, cells in zip(conflict.rules, mine, strict=True):
        assert feasible(lifted(case, others | cells)), f"the conflict does not need {rule}"


def scaled(change: Change, part: Decimal) -> Change:
    assert change.op == "add"
    return Change(change.table, change.column, "add", Decimal(str(change.value)) * part, change.where)


def check_repair(case: Case, repair: Repair) -> None:
    """Applied, a plan exists; with a hundredth less of its money limits and floors there is none."""
    assert feasible(case.apply(repair.changes)), [step.words for step in repair.steps]
    whole = [c.op != "add" or Decimal(str(c.value)) == int(Decimal(str(c.value))) for c in repair.changes]
    if not all(whole):
        pairs = zip(repair.changes, whole, strict=True)
        less = [change if fixed else scaled(change, Decimal("0.99")) for change, fixed in pairs]
        assert not feasible(case.apply(less)), [step.words for step in repair.steps]


@pytest.mark.parametrize("seed", range(CASES))
def test_a_planted_conflict(seed: int) -> None:
    case, cells = planted(seed)
    found = explain(case, relax=RELAXED if seed % 3 == 0 else ())
    assert found.status == "infeasible"
    assert found.complete
    assert found.conflicts
    told = [sorted((rule.table, rule.column) for rule in conflict.rules) for conflict in found.conflicts]
    if sorted(cells) not in told:  # another one, which is checked like it
        assert all(2 <= len(each) <= 6 for each in told), told
    for conflict in found.conflicts:
        check_conflict(case, conflict)
    for repair in found.repairs:
        check_repair(case, repair)
    assert found.repairs or found.relaxable

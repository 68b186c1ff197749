"""The tree that is kept: it proves optima, and its old leaves bound changed programs without ever saying too little."""

from __future__ import annotations

import numpy as np
import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.scenarios import parse_set
from fundalign.optimizer.engine import Limits
from fundalign.optimizer.form import Form, form_of
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.optimizer.tree import Tree, bounds_of, carried

from ..models.small import small

PROGRAMME = """
funders
funder,kind,currency
F,public,EUR
G,public,EUR

budgets
funder,cycle,first_period,last_period,payments,carry_over
F,c1,2027,2028,10,0.5
F,c2,2029,2030,7,0
G,c1,2027,2030,9,0

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR
D,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a1,1,1,6,10
B,b1,1,2,5,9
C,c1,1,1,7,11
C,c2,2,1,4,5
D,d1,1,1,8,12
"""
CHANGES = (
    "budgets.payments[funder=F,cycle=c1]*=0.6",
    "budgets.payments[funder=G]*=1.7",
    "milestones.cost[initiative=C,milestone=c1]*=1.5",
    "milestones.value[initiative=B]*=3",
    "milestones.duration[initiative=A]+=1",
    "milestones.duration[initiative=B]=1",
    "case.discount_rate=0.1",
)


@pytest.fixture(scope="module")
def programme() -> Case:
    return small(PROGRAMME, periods=4)


def grown(form: Form) -> Tree:
    """The tree of a form, grown to the end."""
    tree = Tree(form.program, Limits(threads=1), form.settled)
    assert tree.grow(0.0, 60.0, sharp=True)
    return tree


def test_it_proves_what_the_solver_proves(programme: Case) -> None:
    tree = grown(form_of(programme))
    assert tree.objective == pytest.approx(solve(programme, SolveOptions(gap=0)).report.objective, abs=1e-7)
    assert tree.bound == pytest.approx(tree.objective, abs=1e-6)
    assert len(tree.leaves) > 1, "a tree of one leaf tests nothing"


def test_the_prices_of_a_leaf_bound_its_own_program_as_its_relaxation_does(programme: Case) -> None:
    form = form_of(programme)
    tree = grown(form)
    solved = [leaf for leaf in tree.leaves if leaf.x is not None]
    assert solved
    assert bounds_of(form.program, solved) == pytest.approx([leaf.value for leaf in solved], abs=1e-6)


@pytest.mark.parametrize("change", CHANGES)
def test_old_leaves_bound_a_changed_program_and_lead_to_its_optimum(programme: Case, change: str) -> None:
    form = form_of(programme)
    tree = grown(form)
    changed = programme.apply((parse_set(change),))
    best = solve(changed, SolveOptions(gap=0)).report.objective
    assert best is not None
    other = form_of(changed)
    leaves = carried(tree.leaves, form, other)
    assert max(leaf.value for leaf in leaves) >= best - 1e-7
    again = Tree(other.program, Limits(threads=1), other.settled, leaves=leaves)
    assert again.grow(0.0, 60.0)
    assert again.objective == pytest.approx(best, abs=1e-6)
    assert again.bound == pytest.approx(best, abs=1e-6)


def test_a_program_without_a_plan_is_proved_to_have_none(programme: Case) -> None:
    form = form_of(programme)
    poor = programme.change("budgets", "payments", multiply=0.3).change("initiatives", "status", set="mandatory")
    other = form_of(poor)
    tree = Tree(other.program, Limits(threads=1), other.settled, leaves=carried(grown(form).leaves, form, other))
    tree.grow(0.0, 60.0)
    assert tree.objective is None
    assert tree.bound == -np.inf


def test_nodes_and_time_end_it_with_a_bound_that_holds(programme: Case) -> None:
    form = form_of(programme)
    best = solve(programme, SolveOptions(gap=0)).report.objective
    for nodes in range(4):
        tree = Tree(form.program, Limits(threads=1), form.settled)
        tree.grow(0.0, 60.0, nodes=nodes)
        assert tree.bound >= best - 1e-7
        assert tree.nodes <= nodes
    late = Tree(form.program, Limits(threads=1), form.settled)
    late.grow(0.0, 0.0)
    assert late.bound == np.inf

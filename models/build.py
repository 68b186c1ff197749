"""The recipe: one call per rule family, in the order of model.md."""

import pyomo.environ as pyo

from ..inputs.case import Case
from .budgets import add_budgets
from .choices import add_choices
from .cofunding import add_cofunding
from .cover import add_cover
from .decisions import add_decisions
from .earmarks import add_earmarks
from .equity import add_equity
from .matching import add_matching
from .milestones import add_milestones
from .objective import add_objective
from .precedence import add_precedence
from .projection import add_projection
from .ranking import add_ranking


def build(case: Case, compact: bool = False) -> pyo.ConcreteModel:
    """Return the mixed-integer program of a case; money in the case's `unit`, objective maximised.

    `compact` gives the smaller relaxation that the search runs on (see `pools`); the exact form settles what it
    proposes.
    """
    model = pyo.ConcreteModel(name=case.settings.name)
    add_decisions(model, case, compact)
    add_milestones(model, case)
    add_precedence(model, case)
    add_choices(model, case)
    add_ranking(model, case)
    add_cover(model, case)
    add_cofunding(model, case)
    add_matching(model, case)
    add_projection(model, case)
    add_budgets(model, case)
    add_equity(model, case)
    add_earmarks(model, case)
    add_objective(model, case)
    return model

"""The recipe: one call per rule family, in the order of model.md."""

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from ..inputs.case import Case
from .budgets import add_budgets
from .choices import add_choices
from .cofunding import add_cofunding
from .commitments import add_commitments
from .cover import add_cover
from .decisions import Layout, add_decisions
from .earmarks import add_earmarks
from .equity import add_equity
from .guarantees import add_guarantees
from .matching import add_matching
from .merging import merged
from .milestones import add_milestones
from .objective import add_objective
from .precedence import add_precedence
from .projection import add_projection
from .ranking import add_ranking
from .replanning import add_replanning
from .risk import add_risk
from .stability import add_stability
from .synergies import add_synergies
from .tickets import add_tickets
from .windows import Lift


def build(case: Case, compact: bool = False, pooled: bool = True, lift: Lift = "") -> pyo.ConcreteModel:
    """Return the mixed-integer program of a case; money in the case's `unit`, the objective in its natural sense.

    `compact` gives the smaller relaxation that the search runs on (see `pools` and `merging`); the exact form settles
    what it proposes. Without `pooled` every funding line is paid by itself: the same program written out, for
    comparison; so is a re-plan, which is never compact. With `lift` it is
    the exact one, with no limit in a bound, so that an explanation can lift rules row by row; with `all` it also lacks
    the rules that others keep by leaving decisions out: dates, sunset, exclusion and eligibility.
    """
    compact, pooled = compact and case.approved is None, pooled and case.approved is None
    case = merged(case) if compact else case
    model = pyo.ConcreteModel(name=case.settings.name)
    with PauseGC():  # nothing becomes garbage while a model grows, and looking for it takes a third of the time
        _add_families(model, case, Layout(case, compact, pooled, lift))
    return model


def _add_families(model: pyo.ConcreteModel, case: Case, layout: Layout) -> None:
    add_decisions(model, layout)
    add_milestones(model, case)
    add_precedence(model, case)
    add_choices(model, case)
    add_ranking(model, case)
    add_synergies(model, case)
    add_cover(model, case)
    add_cofunding(model, case)
    add_matching(model, case)
    add_projection(model, case)
    add_guarantees(model, case)
    add_commitments(model, case)
    add_budgets(model, case)
    add_equity(model, case)
    add_earmarks(model, case)
    add_stability(model, case)
    add_risk(model, case)
    add_tickets(model, case)
    add_replanning(model, case)
    add_objective(model, case)

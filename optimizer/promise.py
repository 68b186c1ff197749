"""The approved plan itself as a plan of its re-plan: what the search finds is never worse than that.

The model knows no rounding. Where the approved amounts hold every rule only to the precision of verification, the
search may end a fraction of a cent below them, or find no rounding of its own; the approved plan then stands as it is.
"""

import math
from dataclasses import dataclass, replace

from ..inputs.case import Case
from ..inputs.faults import SolverFailure
from ..results.approval import records
from ..results.plan import Run
from ..results.rule_tables import RULE_COLUMNS
from ..results.verify import audit
from .compile import Program
from .engine import Ending
from .extract import Factors
from .goals import scale
from .report import Terms
from .search import Found
from .settle import Settled, Settler
from .steady import moved
from .work import Tabled, Work

TELLING = 1e-6  # a gain smaller than that, relative to what was approved, is no reason to change anything


@dataclass(frozen=True)
class Promise:
    """The tables of the approved plan, without those of rules, and what it reaches of the goal term by term."""

    tables: Tabled
    terms: Terms


def as_approved(case: Case, start: Run | None, factors: Factors) -> Promise | None:
    """Return the approved plan where `start` is its run and it keeps every rule of the re-plan `case` as it is."""
    approved = case.approved
    if approved is None or start is None or start.plan is None or dict(start.plan.factors) != factors:
        return None
    tables = {n: t for n, t in start.plan.tables.items() if n not in RULE_COLUMNS and n != "differences"}
    same = [("schedule", approved.schedule), ("funding", approved.funding)]
    if any(name not in tables or records(tables[name]) != list(rows) for name, rows in same):
        return None
    unpriced = replace(case, approved=replace(approved, price=None))
    terms = {n: v for n, v in start.report.terms.items() if n != "money_moved"}
    stated = {**start.summary, "terms": terms, "objective": math.fsum(terms.values())}
    faults = audit(unpriced, tables, stated, factors).faults
    if any(
        not fault.startswith("summary.json: gap") and not fault.startswith("summary.json: bound") for fault in faults
    ):
        return None
    return Promise(tables, terms | ({"money_moved": 0.0} if approved.price else {}))


def hunt(
    work: Work, exact: Program, program: Program, settler: Settler, promise: Promise | None
) -> tuple[Found, Settled | None]:
    """Return what the search finds; nothing, where it fails and there is a plan to stand on."""
    try:
        return work.hunt(exact, program, settler)
    except SolverFailure:
        if promise is None:
            raise
        return Found(Ending.ROUNDING, None, None, None, "start"), None


def prefer(
    case: Case, promise: Promise | None, found: Found, tables: Tabled | None, terms: Terms
) -> tuple[Found, Tabled | None, Terms]:
    """Return the approved plan where what was found is worse, or no better and moves money; else what was found."""
    if promise is None:
        return found, tables, terms
    if tables is not None:
        sense, least = (1.0 if scale(case) > 0 else -1.0), math.fsum(promise.terms.values())
        better = sense * (math.fsum(terms.values()) - least)
        if better > TELLING * max(1.0, abs(least)) or (better >= 0.0 and not moved(case, tables)):
            return found, tables, terms
    ending = Ending.ROUNDING if found.ending is Ending.INFEASIBLE else found.ending
    return replace(found, ending=ending, phase="start"), dict(promise.tables), promise.terms

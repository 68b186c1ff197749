"""Whether a plan of a case can be rounded to minor units and verified, as `solve` does with the best plan it finds."""

from ..inputs.case import Case
from ..inputs.faults import SolverFailure
from ..results.summary import summarise
from ..results.verify import audit
from .engine import Ending, Limits, Progress
from .extract import factor_table
from .report import make_report
from .settle import Settler
from .signals import Interrupt
from .work import Work, tabled


def _silent(_: Progress) -> None:
    """Listen to nothing."""


def rounds(case: Case, seconds: float, interrupt: Interrupt) -> bool | None:
    """Tell whether a plan of a case can be rounded to minor units and verified; None where the time did not tell."""
    work = Work(case, Limits(gap=1e9, time_limit=seconds, threads=1), interrupt, _silent)
    model, exact, program = work.prepare()
    factors = factor_table(case)
    try:
        found, settled = work.hunt(exact, program, Settler(model, exact, factors))
    except SolverFailure:
        return False
    tables, terms = tabled(case, factors, settled)
    if tables is None:
        return False if found.ending is Ending.INFEASIBLE else None
    summary = summarise(case, make_report(work, program, found, terms), tables)
    return not audit(case, tables, summary, factors).faults

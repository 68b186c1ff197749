"""Re-planning: a new plan for a changed case that keeps what has happened of an approved one.

Before a period nothing changes: what has begun goes on, what was paid stays paid, and what was hedged, committed and
guaranteed stays signed. From then on the plan is free, as far
as the money that may move, or the price of moving it, lets it be. The search starts from the approved plan. Source:
model.md, rule 14.
"""

from dataclasses import replace
from decimal import Decimal

from ..inputs.approved import SIGNED, approve
from ..inputs.case import Case
from ..inputs.faults import InputError, NotVerified, UsageError
from ..results.approval import records
from ..results.plan import Run
from ..results.verify import verify
from .engine import Listener
from .solve import SolveOptions, solve

SHOWN = 5


def replan(
    case: Case,
    run: Run,
    frozen_until: str,
    max_change: Decimal | float | None = None,
    price: Decimal | float | None = None,
    options: SolveOptions | None = None,
    progress: Listener | None = None,
) -> Run:
    """Return the best plan of `case` that keeps the plan of `run` before the period `frozen_until`.

    `max_change` is the largest share of the money approved from then on that may move (0 to 1; None: all of it),
    `price` what moving one `unit` of base currency costs in value (goal `value` only). The run's tables gain
    `differences`: what is kept, moved, resized, dropped and added, and why. Raises UsageError for a run without a plan
    or a period outside the horizon, NotVerified for a run that does not hold, InputError where the case no longer has
    what was approved or changes what has begun, and what `solve` raises.
    """
    options = options or SolveOptions()
    started = options if options.start is not None else replace(options, start=run)
    return solve(approved_case(case, run, frozen_until, max_change, price), started, progress)


def approved_case(
    case: Case,
    run: Run,
    frozen_until: str,
    max_change: Decimal | float | None = None,
    price: Decimal | float | None = None,
) -> Case:
    """Return the case as a re-plan of a run, which is verified unless it comes with an audit that holds."""
    if run.plan is None:
        raise UsageError(f"the run of {run.case.settings.name} has no plan to start from")
    found = run.audit if run.audit is not None and run.audit.holds else verify(run)
    if not found.holds:
        raise NotVerified("the approved run does not hold: " + "; ".join(found.faults[:SHOWN]))
    _check_period(case, frozen_until)
    change, worth = (None if limit is None else Decimal(str(limit)) for limit in (max_change, price))
    if change is not None and not 0 <= change <= 1:
        raise UsageError(f"max_change is {change}, should be a share from 0 to 1")
    if worth is not None and not (worth.is_finite() and worth >= 0):
        raise UsageError(f"price is {worth}, should be an amount of value, 0 or more")
    if worth and case.settings.objective.goal != "value":
        raise UsageError(f"money that moves has a price in value, but the goal is {case.settings.objective.goal}")
    schedule, funding = (records(run.plan.tables[name]) for name in ("schedule", "funding"))
    signed = {name: records(run.plan.tables[name]) for name in SIGNED if name in run.plan.tables}
    terms = frozen_until, change, worth
    try:
        approved = approve(case, schedule, funding, *terms, signed=signed, before=run.case)
    except InputError as error:
        raise InputError(case.told(error.faults)) from None
    return replace(case, approved=approved)


def _check_period(case: Case, label: str) -> None:
    """Refuse what is no period of the case."""
    try:
        t = case.period(label)
    except ValueError:
        t = 0
    if not 1 <= t <= case.T:
        raise UsageError(f"'{label}' is no period of the case, {case.label(1)} to {case.label(case.T)}")

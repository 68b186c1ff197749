"""What a solve returns: a frozen Plan, the report on how good it is, and the Run that holds both with its case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.case import Case
from .folder import write_folder

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from .explanation import Explanation
    from .verify import Audit

Text = Mapping[str, "pd.DataFrame"]

NUMBERS = {
    "portfolio": ("cost", "value", "present_value", "public", "private", "matching"),
    "schedule": ("level", "cost", "success"),
    "funding": ("amount", "amount_funder", "amount_base"),
    "budgets": (
        "payments",
        "reserved",
        "carried_in",
        "spent",
        "hedge_cost",
        "provision",
        "buffer",
        "carried_out",
        "lapsed",
        "execution_rate",
        "commitments",
        "committed",
    ),
    "currency": ("exposure", "hedged", "unhedged", "worst_case_loss"),
    "flows": ("amount_base",),
    "commitments": ("amount", "amount_funder"),
    "guarantees": ("guaranteed", "mobilised", "achieved", "leverage", "provision", "cap"),
    "equity": ("value", "at_least", "at_most"),
    "matching": ("matched", "base", "achieved", "ratio", "matched_reference", "cap", "base_reference", "min_base"),
    "cofunding": ("value", "at_least", "at_most"),
    "rules": ("value", "at_least", "at_most", "slack"),
    "differences": ("approved_cost", "cost", "money_moved"),
}
COUNTS = {"portfolio": ("milestones_done", "milestones")}
FLAGS = {"portfolio": ("funded", "complete"), "schedule": ("done",), "rules": ("binding",)}
TABLES = tuple(NUMBERS)


class Status(StrEnum):
    """How a solve ended; each value is what summary.json says."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"
    UNBOUNDED = "unbounded"
    NUMERICAL = "numerical"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class SolveReport:
    """How good the plan is and what it took.

    `objective` and `bound` are in the objective's own unit (values, for goal `value`); `bound` is an upper one when
    maximising. `gap` = |bound − objective| / max(|objective|, 1e-9), 0 when both are 0. `terms` are the named parts of
    the objective. `limit` names what ended the search early (`time_limit`), `signal` the signal that did; `phase` found
    the plan. `model` counts the columns, integer columns, rows and nonzeros of the program. `cut_short` names what came
    after the search and could not be finished in time: `settling` (another plan stands in for the best one found, whose
    amounts could not be settled), `tie-break`, `keeping` (of approved money) or `second goal`.
    """

    status: Status
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    terms: Mapping[str, float] = field(default_factory=dict)
    limit: str | None = None
    signal: int | None = None
    phase: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    model: Mapping[str, int] = field(default_factory=dict)
    cut_short: tuple[str, ...] = ()


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """Return |bound − objective| / max(|objective|, 1e-9); None where either is unknown."""
    if objective is None or bound is None:
        return None
    return abs(bound - objective) / max(abs(objective), 1e-9) if bound != objective else 0.0


@dataclass(frozen=True)
class Plan:
    """A plan as tables.

    `tables` holds the exact text that a run folder holds (see the reference of outputs); `factors` the loss, discount
    and escalation factors behind it. Attributes such as `plan.funding` give typed frames with amounts as floats in
    whole currency units.
    """

    tables: Text
    factors: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the size of the plan in one line."""
        funded = self.tables["portfolio"]["funded"]
        return f"Plan({(funded == 'true').sum()} of {len(funded)} initiatives, {len(self.tables['funding'])} payments)"

    def frame(self, name: str) -> "pd.DataFrame":
        """Return one table with numbers as floats, flags as booleans and empty numbers as NaN."""
        import pandas as pd

        found = self.tables[name].copy()
        for column in NUMBERS[name]:
            if column in found:
                found[column] = pd.to_numeric(found[column].replace("", None)).astype(float)
        for column in COUNTS.get(name, ()):
            found[column] = found[column].astype(int)
        for column in FLAGS.get(name, ()):
            found[column] = found[column] == "true"
        return found

    @cached_property
    def portfolio(self) -> "pd.DataFrame":
        """One row per initiative."""
        return self.frame("portfolio")

    @cached_property
    def schedule(self) -> "pd.DataFrame":
        """One row per milestone."""
        return self.frame("schedule")

    @cached_property
    def funding(self) -> "pd.DataFrame":
        """One row per payment: funder, initiative, stage, party, period."""
        return self.frame("funding")

    @cached_property
    def budgets(self) -> "pd.DataFrame":
        """One row per funder and budget cycle."""
        return self.frame("budgets")

    @cached_property
    def currency(self) -> "pd.DataFrame":
        """One row per funder, foreign currency and period with an exposure."""
        return self.frame("currency")

    @cached_property
    def flows(self) -> "pd.DataFrame":
        """Who pays for whom, in base currency."""
        return self.frame("flows")

    @cached_property
    def commitments(self) -> "pd.DataFrame":
        """What funders commit on lines under commitment: funder, line, period."""
        return self.frame("commitments")

    @cached_property
    def guarantees(self) -> "pd.DataFrame":
        """What each guarantee mobilises for an initiative beside its leverage, and what is set aside for it."""
        return self.frame("guarantees")

    @cached_property
    def equity(self) -> "pd.DataFrame":
        """Each equity rule's achieved value beside its bounds."""
        return self.frame("equity")

    @cached_property
    def matching(self) -> "pd.DataFrame":
        """Each matching rule's achieved value beside its ratio."""
        return self.frame("matching")

    @cached_property
    def cofunding(self) -> "pd.DataFrame":
        """Each co-funding rule's achieved share beside its bounds."""
        return self.frame("cofunding")

    @cached_property
    def rules(self) -> "pd.DataFrame":
        """Every rule row with value, bounds and slack."""
        return self.frame("rules")


@dataclass(frozen=True)
class Run:
    """A solved case: the case as solved, the plan (None when there is none), the report and the summary.

    `memory` is what what-ifs that start from a run in this process can use beyond its plan. `genuine` tells of a run
    that was read whether its case is still as it was written, by this version of the program. `explanation` says why
    there is no plan.
    """

    case: Case
    plan: Plan | None
    report: SolveReport
    summary: Mapping[str, Any]
    audit: "Audit | None" = None
    options: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    memory: object = field(default=None, repr=False, compare=False)
    genuine: bool = field(default=True, repr=False, compare=False)
    explanation: "Explanation | None" = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        """Return name, status, objective, gap and size in one line."""
        report = self.report
        parts = [repr(self.case.name), report.status.value]
        if report.objective is not None:
            parts.append(f"objective {report.objective + 0.0:,.6g}")
        if report.gap is not None and report.objective:
            parts.append(f"gap {report.gap:.2%}")
        return f"Run({', '.join([*parts, repr(self.plan)])})"

    @cached_property
    def charts(self) -> "dict[str, go.Figure]":
        """The charts of the plan by name, as Plotly figures; none without a plan, or where nothing is funded."""
        from .charts import charts

        return charts(self)

    def write(self, path: str | Path, force: bool = False) -> Path:
        """Write the run folder atomically; refuses an existing one unless `force` (UsageError)."""
        documents: dict[str, Mapping[str, Any]] = {"summary": self.summary, "manifest": self.manifest}
        if self.explanation is not None:
            documents["explanation"] = self.explanation.as_dict()
        if self.plan is None:
            return write_folder(Path(path), self.case, documents, {}, force)
        documents["factors"] = self.plan.factors
        return write_folder(Path(path), self.case, documents, self.plan.tables, force)

"""How a search ended, in words: what was asked, how good the plan is, and how far from the best it can be at most."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from rich.text import Text

from .goal import minimised, reached

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..results.plan import Run

MOST_TELLING = 10.0  # a relative gap beyond this says nothing: the distance in value does
RECOMPUTED = "limits and totals hold exactly, ratios and tickets to one minor unit per amount"
SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


def title(run: Run) -> str:
    """Return what was solved: the name of the case, its scenario and the changes made to it."""
    return ", ".join([run.case.settings.name, *what_if(run.options)])


def what_if(options: Mapping[str, object]) -> list[str]:
    """Return the scenario and the changes among the options of a run, in the order in which they were made."""
    scenario, changes = options.get("scenario"), options.get("set")
    told = [f"scenario '{scenario}'"] if scenario is not None else []
    return told + [str(change) for change in changes] if isinstance(changes, list | tuple) else told


def telling(gap: float | None, objective: float | None) -> bool:
    """Tell whether a relative gap says anything: it does not where the objective is nothing, or next to it."""
    return gap is not None and bool(objective) and gap <= MOST_TELLING


def is_empty(run: Run) -> bool:
    """Tell whether the plan funds nothing."""
    return not run.summary["counts"].get("funded")


def empty_words(run: Run) -> str:
    """Return what an empty plan means."""
    if run.report.status.value == "optimal" and minimised(run.case):
        return "nothing needs to be funded: the empty plan reaches the value required"
    if run.report.status.value == "optimal":
        return "nothing can be funded: no plan is worth more than the empty one"
    return "only the empty plan was found; give it more time"


def stopper(run: Run) -> str:
    """Return what ended the search early."""
    report, steps = run.report, run.options.get("steps")
    if report.limit == "other_limit" and steps is not None:
        return f"the limit of {steps} steps"
    if report.status.value == "interrupted":
        return SIGNALS[signal.Signals(report.signal)] if report.signal in SIGNALS else "a signal"
    return f"the {limit_name(report.limit)}"


CUT = {
    "settling": "the amounts of the best plan found could not be settled in time, so a lesser one stands in for it",
    "tie-break": "the tie-break was cut short, so a plan as good may take less public money",
    "keeping": "a plan as good may move less of the approved money, as the search for it was cut short",
    "second goal": "the search for a second goal was cut short",
}
"""What it means that something after the search was cut short."""


def cut_words(run: Run) -> str:
    """Return what was cut short, and what that means for the plan; empty where nothing was."""
    return "; ".join(CUT[part] for part in run.report.cut_short)


def limit_line(run: Run) -> Text | None:
    """Return which limit ended the search and how much better the best plan can be at most, if one did.

    Also what came after the search and was cut short.
    """
    report, cut = run.report, cut_words(run)
    if report.status.value == "optimal":
        return Text(cut, style="bold yellow") if cut else None
    if report.bound is None or report.objective is None or report.gap is None:
        far = "how much better the best plan is, is not known"
    else:
        distance = reached(run.case, abs(report.bound - report.objective))
        much = f"{report.gap:.2%} ({distance})" if telling(report.gap, report.objective) else distance
        side = "above" if report.bound >= report.objective else "below"
        far = f"the best plan can be at most {much} {side} this one"
    words = f"stopped by {stopper(run)}: {far}{f'; {cut}' if cut else ''}"
    return Text(words, style="bold yellow", no_wrap=True)


def limit_name(limit: str | None) -> str:
    """Return a limit of the search as words: "time limit"."""
    words = {"rounding": "rounding of amounts to minor units", "other_limit": "solver's own limits"}
    return words.get(limit or "", (limit or "limit").replace("_", " "))

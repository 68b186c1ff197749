"""What a case still knows of an earlier run: the schedule it can start from, and how much of it that is.

The schedule table names initiatives, milestones and periods by their labels; what the case does not know is left out.
"""

from collections.abc import Hashable
from typing import Any, NamedTuple

from ..inputs.case import Case
from ..results.plan import Run

SCHEDULE = {"initiative", "milestone", "done", "start"}  # columns of schedule.csv that a start needs


class Known(NamedTuple):
    """Of how many initiatives funded by an earlier run a case knows something, and how many there are."""

    initiatives: int
    funded: int

    @property
    def nothing(self) -> bool:
        """Whether the run funds something, and none of it is known."""
        return self.initiatives == 0 < self.funded


def startable(run: Run) -> bool:
    """Tell whether a run has a schedule to start from."""
    return run.plan is not None and "schedule" in run.plan.tables and set(run.plan.tables["schedule"]) >= SCHEDULE


def known(run: Run, case: Case) -> Known:
    """Return how much of a `startable` run's plan a case knows."""
    found = {initiative for (initiative, _), start in begun(run, case).items() if start <= case.T}
    return Known(len(found), len({row["initiative"] for row in _done(run)}))


def usable(run: Run | None, case: Case) -> bool:
    """Tell whether a run is a start for a case: it has a plan, of which something is known where it funds something."""
    return run is not None and startable(run) and not known(run, case).nothing


def begun(run: Run, case: Case) -> dict[tuple[str, str], int]:
    """Return the start period in `case` of every milestone that was done; what it does not know is left out."""
    milestones = {(m.initiative, m.milestone) for steps in case.milestones.values() for m in steps}
    found = {}
    for row in _done(run):
        key = str(row["initiative"]), str(row["milestone"])
        if key in milestones:
            try:
                found[key] = case.period(str(row["start"]))
            except ValueError:  # the periods of the two cases have different names
                continue
    return found


def _done(run: Run) -> list[dict[Hashable, Any]]:
    assert run.plan is not None
    return [row for row in run.plan.tables["schedule"].to_dict("records") if row["done"] == "true"]

"""Conflicts that `check` finds without a solver, in the words of an explanation: dates that exclude each other.

They are contradictions of the input whether or not the milestone must be done, so that a plan without it is none. What
else `check` calls a contradiction is found again, as a conflict of the rules behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..inputs.case import Case
from ..inputs.tables import MilestoneRow
from ..results.explanation import Conflict
from .guarded import Guarded
from .repair import Give
from .rules_of import Key, rules_of


@dataclass(frozen=True)
class Told:
    """Dates that exclude each other: the conflict, the later date, and by how many periods it is too early."""

    conflict: Conflict
    late: Key
    periods: int


def told_by_check(case: Case) -> list[Told]:
    """Return the contradictions of dates of a case."""
    rows = dict(zip(case.numbered("milestones"), case.rows(MilestoneRow), strict=True))
    given = rules_of(case) if case.contradictions else {}
    found = []
    for fault in case.contradictions:
        if (
            "milestones" not in (fault.sheet, fault.file.removesuffix(".csv"))
            or fault.row is None
            or fault.column not in ("latest_start", "deadline")
        ):
            continue
        row = rows[fault.row]
        place = row.initiative, row.milestone
        early, late = ("milestones", "earliest_start", place), ("milestones", fault.column, place)
        first = max(1, case.period(row.earliest_start)) if row.earliest_start else 1
        needed = first + (row.duration - 1 if fault.column == "deadline" else 0)
        rules = tuple(given[key].rule for key in (early, late) if key in given)
        found.append(Told(Conflict(rules), late, needed - case.period(str(fault.value))))
    return found


def with_dates(guarded: Guarded, give: Give, late: Mapping[Key, int]) -> Give:
    """Return what gives with dates delayed at least as far as `check` asks for; each period counts 1/T."""
    amounts, total = dict(give.amounts), give.total
    for rule, key in enumerate(guarded.keys):
        more = late.get(key, 0) - amounts.get(rule, 0.0)
        if more > 0 and not _moved_earlier(guarded, amounts, key):
            amounts[rule] = float(late[key])
            total += more / guarded.case.T
    return replace(give, amounts=amounts, total=total)


def _moved_earlier(guarded: Guarded, amounts: Mapping[int, float], key: Key) -> bool:
    """Tell whether the earliest start of the same milestone gives instead."""
    early = ("milestones", "earliest_start", key[2])
    return early in guarded.keys and guarded.keys.index(early) in amounts

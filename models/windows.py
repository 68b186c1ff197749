"""Start windows: the periods in which a milestone can start at all, tightened before anything is built.

    t + d − 1 ≤ min(T, deadline)          it is finished in time
    t + last cost offset ≤ min(T, sunset) nothing is paid outside the horizon or after sunset
    earliest_start ≤ t ≤ latest_start
    es[m+1] ≥ es[m] + d[m],  es[b] ≥ es[a] + d[a] + lag (finish-start),  es[b] ≥ es[a] + lag (start-start)
    ls[m+1] ≤ ls[m] + d[m] + max_pause
    where m+1 (b) must be done once m (a) is: ls[m] ≤ ls[m+1] − d[m] and es[m] ≥ es[m+1] − d[m] − max_pause

A milestone without a window can never start; neither can what follows it. A milestone with success 0 is a gate that
is never passed: what waits for its end cannot start. In a re-plan, what has begun keeps its start, whatever the case
says now, and nothing else starts before the first free period. Source: model.md, rules 1, 2 and 14.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ..inputs.case import Case
from ..inputs.tables import InitiativeRow, MilestoneRow

Milestone = tuple[str, str]
Windows = Mapping[Milestone, range]
Lift = Literal["", "rows", "all"]  # which rules of a model can be lifted, see `build`


@dataclass(frozen=True)
class Link:
    """`later` starts at least `gap` periods after `earlier` starts, and at most `widest` after (None: any time)."""

    earlier: Milestone
    later: Milestone
    gap: int
    widest: int | None = None
    required: bool = False  # once `earlier` is done, `later` must be done
    gate: bool = False  # `later` waits for the end of `earlier`


def links(case: Case, bare: bool = False) -> list[Link]:
    """Return every start-to-start link: the sequence inside each initiative and the precedences between them.

    The `bare` ones are those that are no rule which could be lifted: the sequence.
    """
    found = []
    for name, initiative in case.initiatives.items():
        whole = initiative.complete or initiative.status == "mandatory"
        steps = case.milestones[name]
        for one, two in pairwise(steps):
            pause = None if initiative.max_pause is None else one.duration + initiative.max_pause
            ends = (name, one.milestone), (name, two.milestone)
            found.append(Link(*ends, one.duration, None if bare else pause, whole and not bare, True))
    if bare:
        return found
    duration = {(m.initiative, m.milestone): m.duration for rows in case.milestones.values() for m in rows}
    for rule in case.predecessors():
        first, second = (rule.pred_i, rule.pred_m), (rule.succ_i, rule.succ_m)
        waits = rule.type == "finish-start"
        found.append(Link(first, second, rule.lag + (duration[first] if waits else 0), gate=waits))
    return found


def _own_window(case: Case, initiative: InitiativeRow, step: MilestoneRow, dated: bool) -> tuple[int, int]:
    """Return the (first, last) start that the milestone's own row and its initiative's sunset allow."""
    offset = len(case.profile(step.initiative, step.milestone)) - 1
    if not dated:
        return 1, min(case.T - step.duration + 1, case.T - offset)
    first = 1 if step.earliest_start is None else max(1, case.period(step.earliest_start))
    finish = case.T if step.deadline is None else min(case.T, case.period(step.deadline))
    paid = case.T if initiative.sunset is None else min(case.T, case.period(initiative.sunset))
    last = min(finish - step.duration + 1, paid - offset)
    if step.latest_start is not None:
        last = min(last, case.period(step.latest_start))
    return first, last


def windows(case: Case, lift: Lift = "") -> dict[Milestone, range]:
    """Return the tightened start window of every milestone that can start; the others are absent.

    What a model can `lift` row by row tightens none: pauses, completion, precedence; where that is `all`, nor do
    dates, sunset and exclusion.
    """
    first: dict[Milestone, int] = {}
    last: dict[Milestone, int] = {}
    failed: set[Milestone] = set()
    begun = {} if case.approved is None else case.approved.begun
    dated = lift != "all"
    for name, initiative in case.initiatives.items():
        for step in case.milestones[name]:
            key = (name, step.milestone)
            first[key], last[key] = _own_window(case, initiative, step, dated)
            if initiative.status == "excluded" and dated:
                last[key] = 0
            if step.success == 0:
                failed.add(key)
            if case.approved is not None:
                first[key] = max(first[key], case.approved.frozen)
    for key, start in begun.items():
        first[key] = last[key] = start
    chains = links(case, bare=bool(lift))
    whole = {name for name, initiative in case.initiatives.items() if initiative.status == "mandatory"}
    mandatory = set() if lift else whole
    while _tighten(chains, first, last, failed, mandatory, begun):
        pass
    return {key: range(first[key], last[key] + 1) for key in first if last[key] >= first[key]}


def _tighten(
    chains: list[Link],
    first: dict[Milestone, int],
    last: dict[Milestone, int],
    failed: set[Milestone],
    mandatory: set[str],
    begun: Collection[Milestone],
) -> bool:
    """Pass once over all links; tell whether a window became smaller. What has `begun` stays where it is."""
    changed = False

    def narrow(key: Milestone, low: int, high: int) -> None:
        nonlocal changed
        if first[key] > last[key] or key in begun:
            return
        low, high = max(low, first[key]), min(high, last[key])
        if (low, high) != (first[key], last[key]):
            first[key], last[key], changed = low, high, True

    for link in chains:
        one, two = link.earlier, link.later
        if first[one] > last[one] or (link.gate and one in failed):
            narrow(two, first[two], first[two] - 1)
            continue
        high = last[two] if link.widest is None else last[one] + link.widest
        narrow(two, first[one] + link.gap, high)
        if link.required or two[0] in mandatory:
            if first[two] > last[two]:
                narrow(one, first[one], first[one] - 1)
            else:
                low = first[one] if link.widest is None else first[two] - link.widest
                narrow(one, low, last[two] - link.gap)
    return changed

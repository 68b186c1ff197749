"""When each milestone can start at all: a forward pass over sequence and precedence.

The windows of the model are tightened further; these only find milestones that can never be done, and why.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from .accessors import Facts
from .tables import InitiativeRow, MilestoneRow

Node = tuple[str, str]


class Edge(NamedTuple):
    """``successor`` starts at least ``gap`` periods after the start of ``predecessor``."""

    predecessor: Node
    successor: Node
    gap: int
    after_finish: bool
    """Whether the predecessor's gate must be passed first."""


@dataclass(frozen=True)
class Window:
    """Earliest and latest start (period numbers) of a milestone, and what sets them, in words."""

    earliest: int
    latest: int
    earliest_by: str
    latest_by: str

    @property
    def empty(self) -> bool:
        """Whether it can never start."""
        return self.earliest > self.latest


def sequence(facts: Facts) -> list[Edge]:
    """Return the edges inside the initiatives: every milestone after the end of the one before."""
    return [
        Edge((i, before.milestone), (i, after.milestone), before.duration, True)
        for i, steps in facts.milestones.items()
        for before, after in pairwise(steps)
    ]


def precedence(facts: Facts) -> list[Edge]:
    """Return the edges of precedence.csv."""
    edges = []
    for row in facts.predecessors():
        before = (row.pred_i, row.pred_m)
        finish = row.type == "finish-start"
        gap = row.lag + (facts.milestone[before].duration if finish else 0)
        edges.append(Edge(before, (row.succ_i, row.succ_m), gap, finish))
    return edges


def circle(edges: list[Edge]) -> list[list[Node]]:
    """Return circles of milestones, one per edge that closes one; the first milestone is repeated last."""
    after: dict[Node, list[Node]] = {}
    for edge in edges:
        after.setdefault(edge.predecessor, []).append(edge.successor)
    state: dict[Node, int] = {}
    circles: list[list[Node]] = []
    for root in after:
        if root in state:
            continue
        path: list[Node] = [root]
        waiting = [iter(after[root])]
        state[root] = 1
        while waiting:
            node = next(waiting[-1], None)
            if node is None:
                state[path.pop()] = 2
                waiting.pop()
            elif state.get(node) == 1:
                circles.append([*path[path.index(node) :], node])
            elif node not in state:
                state[node] = 1
                path.append(node)
                waiting.append(iter(after.get(node, ())))
    return circles


def _latest(facts: Facts, owner: InitiativeRow, row: MilestoneRow) -> tuple[int, str]:
    paid = facts.paid_periods(row.initiative, row.milestone)
    bounds = [
        (facts.T - row.duration + 1, f"the horizon ends with {facts.label(facts.T)}"),
        (
            facts.T - paid + 1,
            f"the horizon ends with {facts.label(facts.T)} and its cost falls due for {paid} periods",
        ),
    ]
    if row.latest_start:
        bounds.append((facts.period(row.latest_start), f"its latest start is {row.latest_start}"))
    if row.deadline:
        bounds.append((facts.period(row.deadline) - row.duration + 1, f"its deadline is {row.deadline}"))
    if owner.sunset:
        bounds.append((facts.period(owner.sunset) - paid + 1, f"the sunset of {owner.initiative} is {owner.sunset}"))
    return min(bounds)


def windows(facts: Facts) -> dict[Node, Window]:
    """Return the window of every milestone, as if it alone were to be done with all that must come before it.

    ``max_pause`` counts only for initiatives that must be done to the end. Precedence must be free of
    circles.
    """
    starts: dict[Node, tuple[int, str]] = {}
    latest: dict[Node, tuple[int, str]] = {}
    for i, steps in facts.milestones.items():
        for row in steps if i in facts.initiatives else ():
            first = facts.period(row.earliest_start) if row.earliest_start else 1
            why = f"its earliest start is {row.earliest_start}" if first > 1 else "the plan starts then"
            starts[i, row.milestone] = (max(first, 1), why)
            latest[i, row.milestone] = _latest(facts, facts.initiatives[i], row)
    edges = [e for e in (*sequence(facts), *precedence(facts)) if e.predecessor in starts and e.successor in starts]
    _pass(facts, starts, edges + _pauses(facts, starts))
    found = {}
    for node, (earliest, why) in starts.items():
        found[node] = Window(earliest, latest[node][0], why, latest[node][1])
    return found


def _pauses(facts: Facts, starts: dict[Node, tuple[int, str]]) -> list[Edge]:
    edges = []
    for i, steps in facts.milestones.items():
        row = facts.initiatives.get(i)
        if row is None or row.max_pause is None or not (row.complete or row.status == "mandatory"):
            continue
        for before, after in pairwise(steps):
            gap = -(before.duration + row.max_pause)
            edges.append(Edge((i, after.milestone), (i, before.milestone), gap, False))
    return [edge for edge in edges if edge.predecessor in starts]


def _pass(facts: Facts, starts: dict[Node, tuple[int, str]], edges: list[Edge]) -> None:
    after: dict[Node, list[Edge]] = {}
    for edge in edges:
        after.setdefault(edge.predecessor, []).append(edge)
    beyond = facts.T + 1
    queue = deque(starts)
    waiting = set(starts)
    while queue:
        node = queue.popleft()
        waiting.discard(node)
        start = starts[node][0]
        for edge in after.get(node, ()):
            earliest = min(start + edge.gap, beyond)
            if earliest > starts[edge.successor][0]:
                why = f"it comes {'after' if edge.gap >= 0 else 'at most a pause before'} {'/'.join(node)}"
                starts[edge.successor] = (earliest, why)
                if edge.successor not in waiting:
                    waiting.add(edge.successor)
                    queue.append(edge.successor)


def never_done(facts: Facts) -> dict[Node, str]:
    """Return the milestones that can never be done, each with the reason in words.

    Reasons: an empty window, an excluded initiative, a predecessor that can never be done, or one whose gate
    has no chance of being passed (``success`` 0, which no finish-start successor survives).
    """
    found: dict[Node, str] = {}
    for node, window in windows(facts).items():
        if facts.initiatives[node[0]].status == "excluded":
            found[node] = f"{node[0]} is excluded"
        elif window.empty:
            earliest = "after the horizon" if window.earliest > facts.T else facts.label(window.earliest)
            found[node] = f"it can start {earliest} at the earliest ({window.earliest_by}), but {window.latest_by}"
    after: dict[Node, list[Edge]] = {}
    for edge in (*sequence(facts), *precedence(facts)):
        after.setdefault(edge.predecessor, []).append(edge)
    failed = [key for key, row in facts.milestone.items() if row.success == 0]
    for node in failed:
        for edge in after.get(node, ()):
            if edge.after_finish and edge.successor not in found:
                found[edge.successor] = f"{'/'.join(node)} comes before it and has success 0"
    queue = deque(found)
    while queue:
        node = queue.popleft()
        for edge in after.get(node, ()):
            if edge.successor not in found:
                found[edge.successor] = f"{'/'.join(node)} comes before it and can never be done: {found[node]}"
                queue.append(edge.successor)
    return found

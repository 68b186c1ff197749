"""All schedules of a tiny case, and the rules that look at schedules only.

A schedule gives each milestone a start period or none. `drop` names rules to leave out ("choices",
"milestones:windows"; a family name drops all its parts), which is how the oracle finds what is binding.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .book import Row, flag, number, text
from .data import Data, Step
from .work import Work

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Starts = tuple[int | None, ...]


def left_out(tag: str, drop: frozenset[str]) -> bool:
    """Whether a rule's tag, or its family, is dropped."""
    return tag in drop or tag.partition(":")[0] in drop


@dataclass(frozen=True)
class Schedules:
    """`pick[n, i]` = option of initiative i in schedule n; `begun` the 0-1 vector over slots of each option."""

    names: tuple[str, ...]
    options: tuple[list[Starts], ...]
    begun: tuple[Floats, ...]
    pick: Ints

    def linear(self, weights: Floats) -> Floats:
        """Σ weights·begin of every schedule; weights over the slots."""
        parts = [begun @ weights for begun in self.begun]
        return sum((part[self.pick[:, i]] for i, part in enumerate(parts)), np.zeros(len(self.pick)))

    def begin(self, n: int) -> Floats:
        """The slots of schedule n."""
        return np.asarray(sum(begun[self.pick[n, i]] for i, begun in enumerate(self.begun)))

    def starts(self, n: int) -> dict[str, Starts]:
        return {i: self.options[k][self.pick[n, k]] for k, i in enumerate(self.names)}

    def find(self, starts: dict[str, Starts]) -> int:
        """The number of the schedule with these starts."""
        wanted = [options.index(starts[i]) for i, options in zip(self.names, self.options, strict=True)]
        return int(np.flatnonzero((self.pick == wanted).all(axis=1))[0])


def windows(data: Data, initiative: str, m: Row, drop: frozenset[str]) -> list[int]:
    """Periods in which a milestone may start, looked at alone; what has begun keeps its start."""
    row, T, d = data.initiatives[initiative], data.T, int(m["duration"])
    if data.past is not None and (initiative, m["milestone"]) in data.past.begun:
        return [data.past.begun[initiative, m["milestone"]]]
    last_cost = max(o for o, share in data.profile(initiative, m).items() if share)
    earliest, latest, finish, paid = 1, T, T, T
    if not left_out("milestones:windows", drop):
        earliest = data.period(m.get("earliest_start"), 1) or 1
        latest = min(T, data.period(m.get("latest_start"), T) or 0)
        finish = min(T, data.period(m.get("deadline"), T) or 0)
    if not left_out("milestones:sunset", drop):
        paid = min(T, data.period(row.get("sunset"), T) or 0)
    starts = range(max(earliest, 1 if data.past is None else data.past.frozen), latest + 1)
    return [t for t in starts if t + d - 1 <= finish and t + last_cost <= paid]


def chains(data: Data, initiative: str, drop: frozenset[str]) -> Iterator[Starts]:
    """Every allowed combination of starts of one initiative's milestones, its own rules only."""
    row, milestones = data.initiatives[initiative], data.milestones[initiative]
    status = "" if left_out("milestones:status", drop) else text(row.get("status"))
    pause = row.get("max_pause") if not left_out("milestones:max_pause", drop) else None
    longest = data.T if pause in (None, "") else int(str(pause))
    gates = not left_out("precedence:gate", drop)

    def extend(done: list[int]) -> Iterator[list[int]]:
        yield done
        k = len(done)
        if k == len(milestones) or (k and gates and number(milestones[k - 1].get("success"), 1.0) == 0):
            return
        for t in windows(data, initiative, milestones[k], drop):
            if k:
                end = done[-1] + int(milestones[k - 1]["duration"])
                if not end <= t <= end + longest:
                    continue
            yield from extend([*done, t])

    history = {} if data.past is None else data.past.begun
    kept = sum((initiative, m["milestone"]) in history for m in milestones)
    all_or_nothing = flag(row.get("complete")) and not left_out("milestones:complete", drop)
    for done in extend([]):
        finished, none = len(done) == len(milestones), not done
        if len(done) < kept or (status == "mandatory" and not finished) or (status == "excluded" and len(done) > kept):
            continue
        if all_or_nothing and not (finished or none):
            continue
        yield (*done, *[None] * (len(milestones) - len(done)))


def begun(work: Work, initiative: str, starts: Starts) -> Floats:
    """The slots that starts of one initiative take."""
    found = np.zeros(work.size)
    for k, t in enumerate(starts):
        if t is not None:
            found[work.slots[initiative, k, t]] = 1.0
    return found


def enumerate_schedules(work: Work, drop: frozenset[str]) -> Schedules:
    """All schedules that the rules on schedules allow."""
    data, names = work.data, tuple(work.data.initiatives)
    options = tuple(list(chains(data, i, drop)) for i in names)
    slots = tuple(
        np.array([begun(work, i, s) for s in o]).reshape(len(o), work.size) for i, o in zip(names, options, strict=True)
    )
    pick = np.indices([len(o) for o in options]).reshape(len(names), -1).T
    return Schedules(names, options, slots, pick[allowed(data, names, options, pick, drop)])


def allowed(
    data: Data, names: tuple[str, ...], options: tuple[list[Starts], ...], pick: Ints, drop: frozenset[str]
) -> Bools:
    """Which combinations satisfy precedence, choices, ranking and counts of initiatives."""
    start = {
        (i, str(m["milestone"])): np.array([s[j] or 0 for s in options[k]])[pick[:, k]]
        for k, i in enumerate(names)
        for j, m in enumerate(data.milestones[i])
    }
    first = {i: start[i, str(data.milestones[i][0]["milestone"])] for i in names}
    good = np.ones(len(pick), dtype=bool)
    if "precedence" not in drop:
        for a, b, finish, lag in data.precedence:
            good &= follows(data, start, a, b, lag, finish, gate=not left_out("precedence:gate", drop))
    if "choices" not in drop:
        for rows in data.rules("choices"):
            members = set().union(*(data.pick_initiatives(r["initiatives"]) for r in rows))
            count = sum(first[i] > 0 for i in members)
            good &= (count >= number(rows[0].get("at_least"))) & (count <= number(rows[0].get("at_most"), np.inf))
    if "ranking" not in drop:
        for better, worse in itertools.permutations(names, 2):
            if outranks(data, better, worse):
                good &= (first[better] > 0) | (first[worse] == 0)
    if not left_out("equity:initiatives", drop):
        for r in data.rows("equity"):
            if r["measure"] == "initiatives":
                good &= counted(data, r, first)
    return good


def follows(
    data: Data,
    start: dict[Step, Ints],
    a: Step,
    b: Step,
    lag: int,
    finish: bool,
    gate: bool,
) -> Bools:
    """Whether b starts no earlier than a's end (finish-start) or start (start-start) plus the lag."""
    row = next(m for m in data.milestones[a[0]] if m["milestone"] == a[1])
    wait = lag + (int(row["duration"]) if finish else 0)
    fine: Bools = (start[a] > 0) & (start[b] >= start[a] + wait)
    if finish and gate and number(row.get("success"), 1.0) == 0:
        fine = np.zeros(len(fine), dtype=bool)
    return np.asarray((start[b] == 0) | fine)


def outranks(data: Data, better: str, worse: str) -> bool:
    """Whether both stand in one call's ranking and the first is strictly better placed."""
    a, b = data.initiatives[better], data.initiatives[worse]
    if any(r.get("rank") in (None, "") or text(r.get("status")) not in ("", "candidate") for r in (a, b)):
        return False
    return text(a.get("call")) == text(b.get("call")) and int(a["rank"]) < int(b["rank"])


def party_sets(data: Data, rule: Row) -> list[set[str]]:
    """Whom an equity row speaks of: each party by itself, a selection, or all with a key or a share."""
    everyone = set(data.keys) if rule["measure"] == "key" else {p for s in data.shares.values() for p in s}
    if text(rule.get("parties")) == "each":
        return [{p} for p in sorted(everyone)]
    return [data.pick_parties(rule.get("parties"))] if text(rule.get("parties")) else [everyone]


def counted(data: Data, rule: Row, first: dict[str, Ints]) -> Bools:
    """Number of initiatives of the parties that are funded up to the review period, between its limits."""
    by = data.review(rule)
    size = len(next(iter(first.values())))
    good = np.ones(size, dtype=bool)
    for parties in party_sets(data, rule):
        mine = [i for i in first if parties & set(data.shares.get(i, ()))]
        count = sum(((first[i] > 0) & (first[i] <= by) for i in mine), np.zeros(size, dtype=np.int64))
        good &= (count >= number(rule.get("at_least"))) & (count <= number(rule.get("at_most"), np.inf))
    return good

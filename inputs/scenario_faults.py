"""What is wrong with the scenarios on the case they belong to: nothing matches, or a value that is not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .accessors import Facts
from .change import REMOVE, Change, changed_rows, changed_settings
from .faults import Fault, InputError
from .scenarios import FILE, Scenario

LABELS = ("frequency", "first_period")  # settings by which the labels of periods are read


def scenario_faults(facts: Facts, scenarios: Iterable[Scenario], judged: set[str]) -> list[Fault]:
    """Return the faults of each change, made after those that the scenario made to the same table before it.

    Only changes of the ``judged`` tables are tried, for where rows are missing anyway nothing can be said. Combinations
    of a grid that differ only in earlier values are tried once, and a ``where`` that matches nothing is told once.
    """
    faults: dict[object, Fault] = {}
    seen: set[tuple[str, ...]] = set()
    for scenario in scenarios:
        earlier: dict[str, list[Change]] = {}
        for change in scenario.changes:
            if change.table not in judged or _relabels(earlier.get("case", ())):
                continue
            before = earlier.setdefault(change.table, [])
            trial = (*(_whatever(each) for each in before), str(change))
            if trial not in seen:
                seen.add(trial)
                for fault in _trial(facts, before, change):
                    place = f"scenario '{scenario.name}', {change}"
                    key = _whatever(change) if fault.column == "where" else (place, fault)
                    told = Fault(FILE, None, place, fault.value, fault.expected, fault.hint)
                    faults.setdefault(key, told)
            before.append(change)
    return list(faults.values())


def _whatever(change: Change) -> str:
    """Return a change in words, whatever its value is; but rows that are gone make a difference to what follows."""
    return str(change if change.op == REMOVE else replace(change, value=""))


def _relabels(changes: Sequence[Change]) -> bool:
    return any(change.column in LABELS for change in changes)


def _trial(facts: Facts, before: Sequence[Change], change: Change) -> Sequence[Fault]:
    """Return what is wrong with a change after others of its table; nothing where those are wrong already."""
    try:
        for each in before:
            facts = _changed(facts, each)
    except InputError:
        return ()
    try:
        _changed(facts, change)
    except InputError as error:
        return error.faults
    return ()


def _changed(facts: Facts, change: Change) -> Facts:
    if change.table == "case":
        return Facts(changed_settings(facts.settings, change), facts.tables)
    return Facts(facts.settings, {**facts.tables, change.table: tuple(changed_rows(facts, change).rows)})

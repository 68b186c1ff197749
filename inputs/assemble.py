"""From what a case's carrier says, as raw text, to a checked case: every fault of it told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .accessors import Facts
from .case import Case
from .check import run_checks
from .draft import Draft
from .faults import Fault, InputError
from .parsing import ParsedTable, RawTable, parse_table
from .places import Places
from .scenario_faults import scenario_faults
from .scenarios import parse_scenarios
from .settings import FILE as CASE
from .tables import TABLES
from .toml import parse_settings

UNREADABLE: Final[dict[str, Any]] = {}
"""Stands for a part of a case (compare with ``is``) whose faults are told already."""


@dataclass
class RawCase:
    """A case as its folder or workbook has it: settings and scenarios as in TOML, tables as text, and faults so far.

    ``settings`` is ``None`` where there are none. ``places`` tells where in a workbook all this stands, and
    ``warnings`` what is strange about it.
    """

    name: str
    settings: Mapping[str, Any] | None
    scenarios: Mapping[str, Any]
    tables: Mapping[str, RawTable]
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    places: Places | None = None


def assemble(raw: RawCase) -> Case:
    """Check a raw case as a whole and return it; ``InputError`` lists all faults, contradictions included."""
    faults = list(raw.faults)
    unreadable = raw.settings is UNREADABLE
    settings, wrong, doubtful = parse_settings({} if raw.settings is None or unreadable else raw.settings)
    if raw.settings is None:
        wrong = [Fault(CASE, None, None, None, "this file", "it is required")]
    faults += [] if unreadable else wrong
    frequency = None if "frequency" in doubtful or raw.settings is None or unreadable else settings.frequency
    if frequency is None:
        doubtful |= {"frequency"}
    parsed: dict[str, ParsedTable] = {}
    for table, model in TABLES.items():
        if table in raw.tables:
            parsed[table] = parse_table(raw.tables[table], frequency)
            faults += parsed[table].faults
            continue
        parsed[table] = ParsedTable(sound=not model.NEEDED)
        if model.NEEDED:
            faults.append(Fault(f"{table}.csv", None, None, None, "this file", "it is required"))
    facts = Facts(settings, {table: tuple(each.rows) for table, each in parsed.items()})
    draft = Draft(facts, parsed, doubtful, faults)
    run_checks(draft)
    scenarios, badly = ((), []) if raw.scenarios is UNREADABLE else parse_scenarios(raw.scenarios)
    faults += badly
    judged = {table for table in TABLES if draft.whole(table)} | (set() if doubtful else {"case"})
    faults += scenario_faults(facts, scenarios, judged)
    places = raw.places
    if faults or draft.contradictions:
        told = [*_ordered(faults), *_ordered(draft.contradictions)]
        raise InputError(told if places is None else places.read(told))
    warnings = [*raw.warnings, *(draft.warnings if places is None else places.read(draft.warnings))]
    numbers = {
        table: tuple(each.numbers) for table, each in parsed.items() if each.numbers[-1:] > [len(each.numbers) + 1]
    }
    return Case(settings, facts.tables, scenarios, raw.name, tuple(warnings), numbers=numbers, places=places)


def _ordered(faults: Sequence[Fault]) -> list[Fault]:
    """Order faults by file as a case is read, then by row."""
    order = {file: place for place, file in enumerate([CASE, *(f"{name}.csv" for name in TABLES)])}
    unique = dict.fromkeys(faults)
    return sorted(unique, key=lambda fault: (order.get(fault.file, len(order)), fault.file, fault.row or 0))

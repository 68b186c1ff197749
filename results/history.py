"""Whether what fell due, and was committed, before the first free period of a re-plan is still what was approved.

Cost, cost profile, escalation, shares and reference rates of what has begun are history: a change of them would ask
for other payments, or other commitments, in periods that are over. Source: model.md, rules 4, 8 and 14.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..inputs.approved import Approved
from ..inputs.case import Case
from ..inputs.faults import Fault, InputError
from .blame import Blame, blamed
from .decisions import LineKey
from .ledger import begun, dues, line_currency, minor_text

Cell = tuple[LineKey, int]
Cells = dict[Cell, tuple[int, int]]  # what was approved and what would be now, in minor units


def check_history(case: Case, factors: Callable[[Case], Mapping[str, Any]]) -> None:
    """Raise InputError naming what makes past dues and commitments others than approved; `factors` as in factors.json.

    Does nothing for a case without an approved plan.
    """
    approved = case.approved
    if approved is None:
        return
    known = factors(case)
    faults: list[Fault] = []
    seen: set[str] = set()
    for words, cells in (
        (("approved and paid", "would fall due now"), _paid(case, approved, known)),
        (("approved and committed", "would be to commit now"), _committed(case, approved, known)),
    ):
        for name, wrong in _by_initiative(cells).items():
            if name not in seen:
                seen.add(name)
                faults += _faults(case, approved, blamed(case, approved, known, name, wrong), wrong, words)
    if faults:
        raise InputError(case.told(_merged(faults)))


def _paid(case: Case, approved: Approved, factors: Mapping[str, Any]) -> Cells:
    """Return what was paid, and what falls due, by line and period before the first free one."""
    levels = {key: approved.levels[key] for key in approved.begun}
    now = {
        (due.line, due.period): due.amount
        for due in dues(case, factors, approved.begun, levels)
        if due.period < approved.frozen
    }
    return _beside(_sums(approved.history), now)


def _committed(case: Case, approved: Approved, factors: Mapping[str, Any]) -> Cells:
    """Return what was committed, and what is to be, by line and period, on lines on which something was."""
    levels = {key: approved.levels[key] for key in approved.begun}
    lines = sorted(approved.lines_signed)
    due = begun(case, factors, approved.begun, levels, lines) if lines else {}
    now = {(line, t): amount for line, starts in due.items() for t, amount in starts.items()}
    return _beside(_sums(approved.committed_before), now)


def _sums(amounts: Mapping[tuple[str, LineKey, int], int]) -> dict[Cell, int]:
    found: dict[Cell, int] = defaultdict(int)
    for (_, line, t), amount in amounts.items():
        found[line, t] += amount
    return found


def _beside(was: Mapping[Cell, int], now: Mapping[Cell, int]) -> Cells:
    """Return where the two differ, the earliest first."""
    cells = sorted(was.keys() | now.keys(), key=lambda each: (each[1], each[0]))
    return {cell: (was.get(cell, 0), now.get(cell, 0)) for cell in cells if was.get(cell, 0) != now.get(cell, 0)}


def _by_initiative(cells: Cells) -> dict[str, Cells]:
    found: dict[str, Cells] = defaultdict(dict)
    for cell, amounts in cells.items():
        found[cell[0][0]][cell] = amounts
    return found


def _faults(case: Case, approved: Approved, causes: list[Blame], wrong: Cells, words: tuple[str, str]) -> list[Fault]:
    """Return a fault for each cell of the case that is to blame; `wrong` are the cells of one initiative."""
    (line, t), both = next(iter(wrong.items()))
    currency = line_currency(case, line[0], line[2])
    texts = [f"{minor_text(amount, case.minor_digits(currency))} {currency}" for amount in both]
    place = " / ".join(part for part in line if part)
    told = f"{place}, {case.label(t)}: {texts[0]} {words[0]}, {texts[1]} {words[1]}"
    found = []
    for cause in causes:
        before = f"{cause.was}, as approved" if cause.was else f"what fell due before {approved.frozen_until} unchanged"
        hint = f"{told}; {cause.remedy}"
        found.append(Fault(cause.file, cause.row, cause.column, cause.value, before, hint))
    return found


def _merged(faults: list[Fault]) -> list[Fault]:
    """Return the faults with those of the same cell told once."""
    found: dict[tuple[object, ...], list[Fault]] = defaultdict(list)
    for fault in faults:
        found[fault.file, fault.row, fault.column, fault.value].append(fault)
    return [
        same[0] if len(same) == 1 else replace(same[0], hint=f"{same[0].hint}; and {len(same) - 1} more alike")
        for same in found.values()
    ]

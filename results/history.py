"""Whether what fell due before the first free period of a re-plan is still what was approved and paid.

Cost, cost profile, escalation, shares and reference rates of what has begun are history: a change of them would ask
for other payments in periods that are over. Source: model.md, rules 4 and 14.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from ..inputs.case import Case
from ..inputs.faults import Fault, InputError
from .decisions import LineKey
from .ledger import dues, line_currency, minor_text

Cells = dict[tuple[LineKey, int], int]
REMEDY = "leave what has begun as it was, and add what changes as a new milestone"


def check_history(case: Case, factors: Callable[[Case], Mapping[str, Any]]) -> None:
    """Raise InputError naming the initiatives whose past dues are not the approved ones; `factors` as in factors.json.

    Does nothing for a case without an approved plan.
    """
    approved = case.approved
    if approved is None:
        return
    levels = {key: approved.levels[key] for key in approved.begun}
    now: Cells = {
        (due.line, due.period): due.amount
        for due in dues(case, factors(case), approved.begun, levels)
        if due.period < approved.frozen
    }
    was: Cells = defaultdict(int)
    for (_, line, t), amount in approved.history.items():
        was[line, t] += amount
    wrong: dict[str, tuple[LineKey, int]] = {}
    for cell in sorted(was.keys() | now.keys(), key=lambda each: (each[1], each[0])):
        if was.get(cell, 0) != now.get(cell, 0):
            wrong.setdefault(cell[0][0], cell)
    if wrong:
        raise InputError(
            [_fault(case, name, *cell, was.get(cell, 0), now.get(cell, 0)) for name, cell in wrong.items()]
        )


def _fault(case: Case, name: str, line: LineKey, t: int, was: int, now: int) -> Fault:
    """Return the fault of one initiative; amounts in minor units of the line's currency."""
    currency = line_currency(case, name, line[2])
    amounts = [f"{minor_text(amount, case.minor_digits(currency))} {currency}" for amount in (was, now)]
    place = " / ".join(part for part in line if part)
    hint = f"{place}, {case.label(t)}: {amounts[0]} approved and paid, {amounts[1]} would fall due now; {REMEDY}"
    until = case.label(case.approved.frozen) if case.approved is not None else ""
    return Fault("milestones.csv", None, "cost", name, f"what fell due before {until} as it was approved", hint)

"""Why a re-plan has no plan: the limits that would have to give, and by how much.

Every limit of money or number (budgets, floors, ceilings, ratios, choices) becomes elastic; the program that
minimises the total relative shortfall names limits which, relaxed by those amounts together, leave a plan. Status,
windows, sequence, precedence, ranking, cover and red lines stay hard, and so does what a re-plan freezes. It names one
such set, not the only one; in a re-plan the limit on money moved alone, where that is enough.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

import numpy as np
import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.money import counted_in
from ..models.replanning import approved_money
from .compile import Program
from .elastic import with_columns
from .engine import Limits, Search
from .signals import Interrupt

SECONDS = 20.0
WORDS = {
    "budget": "budget of {0}, cycle {1}",
    "choice": "choice {0}",
    "cofunding_at_least": "co-funding floor {1} on {2}",
    "cofunding_at_most": "co-funding ceiling {1} on {2}",
    "matching": "matching ratio {1} on {2}",
    "equity_at_least": "equity floor {1} for {2}",
    "equity_at_most": "equity ceiling {1} for {2}",
    "earmark_at_least": "earmark floor {0}",
    "earmark_at_most": "earmark ceiling {0}",
    "commitment": "commitment ceiling of {0}, cycle {1}",
    "guarantee_leverage": "leverage of guarantee {1} on {2}",
    "guarantee_cap": "cap of guarantee {1}",
    "matching_cap": "cap of matching rule {1} on {2}",
    "stability_more": "stability of {0}, cycle {1}: no more than the cycle before allows",
    "stability_less": "stability of {0}, cycle {1}: no less than the cycle before asks for",
    "risk": "risk tolerance of {0}",
    "required_value": "required value",
    "moved": "most money that may be moved, max_change {max_change}",
}
BASE = ("earmark", "guarantee_cap", "matching_cap", "moved")  # families whose amounts are in the base currency,
OWN = ("budget", "commitment", "stability")  # and in the funder's


@dataclass(frozen=True)
class Gap:
    """One limit that would have to give: in words, by how much, and in which unit (empty: no amount is meant)."""

    limit: str
    amount: float
    unit: str

    def __str__(self) -> str:
        """Return it as a line of text."""
        return f"{self.limit}: short by {self.words}" if self.unit else self.limit

    @property
    def words(self) -> str:
        """Return the amount with its unit."""
        return f"{Decimal(f'{self.amount:.3e}').normalize():,f} {self.unit}"


def _limit(case: Case, family: str, index: tuple[object, ...]) -> str:
    """Return the limit of a row in words."""
    return WORDS[family].format(*index, max_change=_asked(case))


def _asked(case: Case) -> str:
    """Return the largest part of the money that a re-plan may move, as it was asked; empty where it was not."""
    most = None if case.approved is None else case.approved.max_change
    return "" if most is None else f"{most.normalize():f}"


def _unit(case: Case, family: str, index: tuple[object, ...]) -> str:
    """Return the currency (with the case's unit) in which a row of the family is short."""
    if family.startswith(BASE):
        currency = case.base
    elif family.startswith(OWN):
        currency = case.funders[str(index[0])].currency
    elif family.startswith(("matching", "cofunding", "guarantee_leverage")):
        currency = case.initiatives[str(index[-1])].currency
    else:
        return ""
    return counted_in(currency, case.unit)


def gaps(
    case: Case,
    model: pyo.ConcreteModel,
    program: Program,
    interrupt: Interrupt,
    among: Collection[str] = tuple(WORDS),
    gap: float = 0.01,
) -> list[Gap]:
    """Return limits that, relaxed together, leave a plan; empty where the time did not suffice or nothing may give.

    Only limits `among` those families give; what they are short by is the least, to within `gap`.
    """
    rows, families, indices = [], [], []
    for family in among:
        block = getattr(model, family, None)
        for index, constraint in block.items() if block is not None else ():
            row = program.row_of.get(constraint.name)
            if row is not None:
                rows.append(row)
                families.append(family)
                indices.append(index if isinstance(index, tuple) else (index,))
    if not rows:
        return []
    at = np.array(rows, dtype=np.int64)
    free = replace(program, cost=np.zeros_like(program.cost), offset=0.0)
    short = with_columns(free, at, np.ones(len(at)), np.full(len(at), np.inf))
    over = with_columns(short, at, -np.ones(len(at)), np.full(len(at), np.inf))
    size = np.where(np.isfinite(program.row_upper[at]), np.abs(program.row_upper[at]), 0.0)
    cost = over.cost.copy()
    cost[len(program.cost) :] = np.tile(-1.0 / np.maximum(size, 1.0), 2)
    over = replace(over, cost=cost)
    outcome = Search(over, Limits(gap=gap, time_limit=SECONDS)).run(interrupt)
    if outcome.x is None:
        return []
    slack = outcome.x[len(program.cost) :].reshape(2, -1).sum(axis=0) / program.row_scale[at]
    return [
        Gap(_limit(case, family, index), float(amount), _unit(case, family, index))
        for family, index, amount in zip(families, indices, slack, strict=True)
        if amount > 1e-9
    ]


def kept_before(case: Case, model: pyo.ConcreteModel, program: Program, interrupt: Interrupt) -> str:
    """Return what a re-plan keeps that leaves no plan, as text: what cannot be paid, what must move, or limits.

    Empty where the case is no re-plan.
    """
    if case.approved is None:
        return ""
    if model.unpayable or model.unsigned:
        return _impossible(case, model)
    too_little = _most_moved(case, model, program, interrupt)
    if too_little:
        return f"No plan keeps every rule {too_little}"
    found = gaps(case, model, program, interrupt)
    if not found:
        return f"What is kept from before {case.approved.frozen_until} rules it out, with the rules that follow."
    lines = "\n".join(f"  - {gap}" for gap in found)
    return f"One smallest set of limits that would have to give together:\n{lines}"


def _impossible(case: Case, model: pyo.ConcreteModel) -> str:
    """Name the payments and commitments of before that the case no longer has room for at all."""
    found = []
    for rows, words in ((model.unpayable, "paid"), (model.unsigned, "committed")):
        lines = dict.fromkeys(f"  - {f} for {i} in {case.label(t)}" for f, i, _, _, t in rows)
        if lines:
            why = f"what is {words} already cannot be, as its payer may not pay there or has no budget then"
            found.append("\n".join([f"{why}:", *lines]))
    return "No plan: " + "\nand ".join(found)


def _most_moved(case: Case, model: pyo.ConcreteModel, program: Program, interrupt: Interrupt) -> str:
    """Say how much money must move where only `max_change` leaves no plan; empty where it is not that alone."""
    approved = case.approved
    if approved is None or approved.max_change is None:
        return ""
    found = gaps(case, model, program, interrupt, among=("moved",), gap=1e-6)
    if not found:
        return ""
    total = sum(approved_money(case, approved).values())
    most = float(approved.max_change) * total
    share = Decimal((most + found[0].amount) / total - 1e-9).quantize(Decimal("0.0001"), ROUND_CEILING).normalize()
    amounts = [replace(found[0], amount=amount).words for amount in (total, most, most + found[0].amount)]
    return (
        f"with max_change {_asked(case)}: of the {amounts[0]} approved from {approved.frozen_until} on, "
        f"{amounts[1]} may be moved, but at least {amounts[2]} must (max_change {max(share, Decimal(0)):f}). "
        f"It has to give, or other limits instead:\n  - {found[0]}"
    )

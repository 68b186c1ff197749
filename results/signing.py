"""Whole payments on the lines of a re-plan on which something was committed before: they use up just that.

What is committed before the first free period F is fixed, and so are the payments before F. On such a line ℓ, with
whole dues,

    Σ_f pay[f,t] = due[t]                                     t ≥ F
    Σ_f commit[f,t] = whole due of what begins in t           t ≥ F
    Σ_{s≤t} pay[f,s] ≤ Σ_{s≤t} commit[f,s]                    equal over the horizon

which is a flow through a network, so that whole amounts exist where any do; a small integer program takes those next to
the continuous ones. Minor units. Source: model.md, rules 8 and 14, "Money is exact".
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from ..inputs.case import Case
from .accounts import Books
from .committing import Ceilings
from .decisions import Decisions, LineKey
from .ledger import begun
from .mending import Cell, CycleKey
from .small import Steps

FAR = 10.0  # what a unit away from the continuous amounts weighs
Payer = tuple[str, LineKey]


class Running(Protocol):
    """What is asked of a plan that is being rounded: its cells, and by how much funders were rounded up so far."""

    cells: list[Cell]
    error: dict[CycleKey, float]

    def cycle(self, funder: str, cell: Cell) -> CycleKey:
        """Return the cycle from which a funder pays a cell."""

    def rate(self, funder: str, cell: Cell) -> float:
        """Return what a minor unit of the cell costs the funder, in its minor units."""


def settle_signed(case: Case, books: Books, decisions: Decisions, rounding: Running) -> None:
    """Set what is paid from the first free period on in the cells of lines on which something was committed before.

    Earlier cells are settled already. Lines for which there is no solution stay as they are.
    """
    approved = case.approved
    if approved is None or not approved.lines_signed:
        return
    lines: dict[LineKey, list[Cell]] = defaultdict(list)
    for cell in rounding.cells:
        if cell.due.line in approved.lines_signed:
            lines[cell.due.line].append(cell)
    for cell in (cell for mine in lines.values() for cell in mine if cell.due.period >= approved.frozen):
        _count(rounding, cell, -1.0)
    due = begun(case, books.factors, decisions.starts, decisions.levels, sorted(lines))
    ceilings = Ceilings(case, books)
    for line, mine in lines.items():
        scale = case.unit * books.units(mine[0].due.currency)
        aims = {(f, t): a * scale for (f, key, t), a in decisions.commitments.items() if key == line}
        free = [cell for cell in mine if cell.due.period >= approved.frozen]
        kept = {(f, cell.due.period): a for cell in mine if cell not in free for f, a in cell.paid.items()}
        signed = {(f, t): a for (f, key, t), a in approved.committed_before.items() if key == line}
        later = {t: amount for t, amount in due[line].items() if t >= approved.frozen}
        ahead = {
            (f, cell.due.period): rounding.error[rounding.cycle(f, cell)] / max(1.0, rounding.rate(f, cell))
            for cell in free
            for f in cell.wanted
        }
        found = _Line(free, later, kept, signed, aims, ceilings, ahead).solve()
        for cell in free:
            if found is not None:
                cell.paid = {f: found[f, cell.due.period] for f in cell.wanted}
            _count(rounding, cell, 1.0)


def _count(rounding: Running, cell: Cell, sign: float) -> None:
    """Add to the running errors, or take away, by how much the payers of a cell are rounded up."""
    for funder, amount in cell.wanted.items():
        more = (cell.paid[funder] - amount) * min(1.0, rounding.rate(funder, cell))
        rounding.error[rounding.cycle(funder, cell)] += sign * more


@dataclass
class _Line:
    """One line: its free cells, what begins later, and by funder and period what is paid, signed and aimed at.

    `ahead` is by how much a funder was rounded up so far, in units of the cell.
    """

    free: Sequence[Cell]
    later: Mapping[int, int]
    kept: Mapping[tuple[str, int], int]
    signed: Mapping[tuple[str, int], int]
    aims: Mapping[tuple[str, int], float]
    ceilings: Ceilings
    ahead: Mapping[tuple[str, int], float]
    steps: Steps = field(default_factory=Steps)
    base: dict[tuple[str, str, int], int] = field(default_factory=dict)  # ("pay" or "commit", funder, t)

    def solve(self) -> dict[tuple[str, int], int] | None:
        """Return what is paid by funder and free period; None where there is no way."""
        if not self.free:
            return None
        for cell in self.free:
            keys = [self._number("pay", f, cell.due.period, amount) for f, amount in cell.wanted.items()]
            self._sum(keys, cell.due.amount)
        payers = dict.fromkeys(f for cell in self.free for f in cell.wanted)
        for t, due in self.later.items():
            able = [f for f in payers if self.ceilings.may(f, t)]
            self._sum([self._number("commit", f, t, self.aims.get((f, t), 0.0)) for f in able], due)
        for funder in payers:
            self._follow(funder)
        found = self.steps.solve()
        return None if found is None else {key[1:]: a + found[key] for key, a in self.base.items() if key[0] == "pay"}

    def _number(self, kind: str, funder: str, t: int, aim: float) -> tuple[str, str, int]:
        key = kind, funder, t
        self.base[key] = int(max(0.0, aim) + 1e-6)
        up = min(1.0, max(-1.0, self.ahead.get((funder, t), 0.0))) if kind == "pay" else 0.0
        self.steps.number(key, self.base[key], max(0.0, aim - self.base[key]) - up, FAR)
        return key

    def _sum(self, keys: Sequence[tuple[str, str, int]], total: int) -> None:
        left = total - sum(self.base[key] for key in keys)
        self.steps.row(dict.fromkeys(keys, 1.0), left, left)

    def _follow(self, funder: str) -> None:
        """Add rows: what the funder pays it has committed before, and at the end no more than that."""
        mine = [key for key in self.base if key[1] == funder]
        periods = sorted({key[2] for key in mine})
        ahead = self._known(self.signed, funder) - self._known(self.kept, funder)
        for t in periods:
            terms = {key: 1.0 if key[0] == "commit" else -1.0 for key in mine if key[2] <= t}
            left = -ahead - sum(int(sign) * self.base[key] for key, sign in terms.items())
            self.steps.row(terms, left, left if t == periods[-1] else inf)

    def _known(self, amounts: Mapping[tuple[str, int], int], funder: str) -> int:
        return sum(amount for (name, _), amount in amounts.items() if name == funder)

"""Matching rules of the oracle's LP: one column per rule, funder and cell (initiative, stage, period).

Σ matched over a rule's funders and cells in an initiative ≤ ratio·Σ used, over its life or up to every period;
each unit of base money in a cell is used by one rule only; a cap; nothing below the least base money.
"""

from __future__ import annotations

from collections.abc import Iterable

from .book import Row, given, number, text
from .payments import Payments
from .program import Terms

Cell = tuple[str, str, int]


class Matching:
    """The rules with their scopes, written into a program."""

    def __init__(self, program: Payments) -> None:
        data = program.data
        self.program, self.data, self.rules = program, data, data.rows("matching")
        self.funders = {f for f, r in data.funders.items() if r["kind"] == "matching"}
        payers = set(data.funders) - self.funders
        self.bases = {b: {f for f in payers if data.source(f) == b} for b in ("public", "private")}
        self.cells = list(dict.fromkeys((g.initiative, g.stage, t) for g in data.lines for t in program.periods))
        self.whose = [data.pick_funders(r["funders"]) & self.funders for r in self.rules]
        self.where = [data.pick_initiatives(r.get("initiatives")) for r in self.rules]

    def applies(self, k: int, cell: Cell) -> bool:
        return cell[0] in self.where[k] and text(self.rules[k].get("stage")) in ("", cell[1])

    def kinds(self, k: int) -> tuple[str, ...]:
        base = text(self.rules[k]["base"])
        return ("public", "private") if base == "both" else (base,)

    def write(self) -> None:
        for cell in self.cells:
            here = [k for k in range(len(self.rules)) if self.applies(k, cell)]
            self.pays(cell, here)
            self.claims(cell, here)
        for k, rule in enumerate(self.rules):
            for i in sorted(self.where[k]):
                self.rule(k, rule, [c for c in self.cells if c[0] == i and self.applies(k, c)])

    def inside(self, funders: Iterable[str], cell: Cell, factor: float) -> Terms:
        keys = [("x", f, n, cell[2]) for f in funders for n in self.program.at(cell[0], cell[1])]
        return {key: factor for key in keys if key in self.program.x}

    def pays(self, cell: Cell, here: list[int]) -> None:
        """A matching funder pays what its rules match, and nothing else."""
        for f in sorted(self.funders):
            terms = self.inside([f], cell, 1.0)
            if terms:
                matched: Terms = {("matched", k, f, cell): -1.0 for k in here if f in self.whose[k]}
                self.program.row("matching", terms | matched, equal=True)

    def claims(self, cell: Cell, here: list[int]) -> None:
        """Each unit of base unlocks one rule only."""
        for b, payers in self.bases.items():
            used: Terms = {("used", k, b, cell): 1.0 for k in here if b in self.kinds(k)}
            if used:
                self.program.row("matching", used | self.inside(payers, cell, -1.0))

    def rule(self, k: int, rule: Row, cells: list[Cell]) -> None:
        """The ratio over the life or at every time, the cap, and the least base money of one initiative."""
        last = self.data.T
        for t in self.program.periods:
            so_far = [c for c in cells if c[2] <= t]
            used: Terms = {("used", k, b, c): 1.0 for b in self.kinds(k) for c in so_far}
            matched: Terms = {("matched", k, f, c): 1.0 for f in self.whose[k] for c in so_far}
            ratio = {key: -number(rule["ratio"]) for key in used}
            if t == last or text(rule.get("timing")) == "cumulative":
                self.program.row("matching" if t == last else "matching:cumulative", matched | ratio)
        if given(rule, "cap"):
            self.program.row("matching:cap", matched, number(rule["cap"]))
        if number(rule.get("min_base")):
            self.program.either("matching:min_base", matched, used, number(rule["min_base"]))

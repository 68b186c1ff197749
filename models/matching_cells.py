"""What matching rules share and claim: cells of stages, kinds of base, and what each row matches and uses.

A cell is the set of stages of an initiative to which the same rows of matching.csv apply. With one row per cell what it
matches and uses are the payments themselves; where several rows claim the same base, or let the same funder pay, both
are split between them by variables. The rows of the program are in `matching` and `matching_thresholds`. Source:
model.md, rule 6.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import MatchingRow
from .algebra import Linear
from .decisions import paid
from .eligibility import Scope, by_initiative
from .lines import Line

Cell = tuple[int, ...]


@dataclass
class Match:
    """The matching rows of one initiative and the lines of each cell (rows that apply there → lines)."""

    cells: dict[Cell, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def rows(self) -> list[int]:
        """Return the rows that apply anywhere in the initiative."""
        return sorted({n for cell in self.cells for n in cell})


def matching_scopes(case: Case) -> list[Scope]:
    """Return the scope of every row of matching.csv, in file order."""
    return [
        Scope(case.select_funders(rule.funders), case.select_initiatives(rule.initiatives), rule.stage)
        for rule in case.rows(MatchingRow)
    ]


def matches(model: pyo.ConcreteModel, case: Case) -> dict[str, Match]:
    """Return the matching of every initiative in which a rule applies."""
    scopes = matching_scopes(case)
    near = by_initiative(scopes)
    found: dict[str, Match] = defaultdict(Match)
    for line in model.layout.schedule.lines:
        cell = tuple(n for n in near.get(line.initiative, ()) if scopes[n].stage in ("", line.stage))
        if cell and (cell[0], line.initiative) not in model.layout.pools.projected:
            found[line.initiative].cells[cell].append(line)
    return dict(found)


def bases(case: Case) -> dict[str, frozenset[str]]:
    """Return the non-matching funders by the source of their money: public, private, and both."""
    found = {
        source: frozenset(f for f, r in case.funders.items() if r.kind != "matching" and case.source(f) == source)
        for source in ("public", "private")
    }
    return {**found, "both": found["public"] | found["private"]}


def kinds(case: Case, cell: Cell) -> dict[str, tuple[int, ...]]:
    """Return which rows of a cell claim which kind of base; kinds are merged where every row takes both."""
    rules = case.rows(MatchingRow)
    if all(rules[n].base == "both" for n in cell):
        return {"both": cell}
    claims = {b: tuple(n for n in cell if rules[n].base in (b, "both")) for b in ("public", "private")}
    return {b: rows for b, rows in claims.items() if rows}


def stages(found: dict[str, Match], name: str, cell: Cell) -> str:
    """Return the name of a cell: its stages."""
    return "+".join(dict.fromkeys(line.stage for line in found[name].cells[cell]))


Key = tuple[int, str, str, Cell]  # (row, kind of base or funder, initiative, cell)


@dataclass
class Matching:
    """The matching of a model: what each row matches and uses in each initiative.

    `used_at` and `matched_at` hold the variables {t: …} of what is split between rows, under the period None where no
    row of the split has the timing `cumulative`.
    """

    model: pyo.ConcreteModel
    case: Case
    used_at: dict[Key, dict[int | None, Any]] = field(default_factory=dict)
    matched_at: dict[Key, dict[int | None, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Resolve the rows."""
        self.rules, self.scopes, self.base = self.case.rows(MatchingRow), matching_scopes(self.case), bases(self.case)
        self.found = matches(self.model, self.case)
        self.cumulative = frozenset(n for n, rule in enumerate(self.rules) if rule.timing == "cumulative")

    def rows(self) -> list[tuple[int, str, str]]:
        """Return (row, rule, initiative) wherever a rule applies."""
        return [(n, self.rules[n].rule, name) for name, match in self.found.items() for n in match.rows()]

    def label(self, key: Key) -> tuple[str, str, str, str]:
        """Return a key in names."""
        return self.rules[key[0]].rule, key[1], key[2], stages(self.found, key[2], key[3])

    def periods(self, name: str, cell: Cell) -> list[int]:
        """Return the periods in which something can fall due in a cell."""
        due = self.model.layout.schedule.due
        return sorted({t for line in self.found[name].cells[cell] for t in due(line.initiative, line.stage)})

    def used_indices(self) -> list[tuple[Key, bool]]:
        """Return (row, kind, initiative, cell) where several rows claim the same base, and whether by period."""
        return [
            ((n, kind, name, cell), not self.cumulative.isdisjoint(rows))
            for name, match in self.found.items()
            for cell in match.cells
            for kind, rows in kinds(self.case, cell).items()
            if len(rows) > 1
            for n in rows
        ]

    def matched_indices(self) -> list[tuple[Key, bool]]:
        """Return (row, funder, initiative, cell) where several rows let the same funder pay, and whether by period."""
        indices = []
        for name, match in self.found.items():
            for cell in match.cells:
                for funder in self.case.funders:
                    rows = [n for n in cell if funder in self.scopes[n].funders]
                    if len(rows) > 1:
                        by_period = not self.cumulative.isdisjoint(rows)
                        indices += [((n, funder, name, cell), by_period) for n in rows]
        return indices

    def matched(self, n: int, name: str, until: int | None = None) -> Linear:
        """Return what is matched under a row in an initiative, up to and including `until` (None: ever)."""
        body = Linear()
        for cell, lines in self.found[name].cells.items():
            if n in cell:
                funders = self.scopes[n].funders
                inline = frozenset(f for f in funders if (n, f, name, cell) not in self.matched_at)
                body.plus(paid(self.model, lines, inline, until))
                for funder in funders - inline:
                    body.extend(up_to(self.matched_at[n, funder, name, cell], until))
        return body

    def used(self, n: int, name: str, until: int | None = None) -> Linear:
        """Return the base money that a row uses in an initiative, up to and including `until` (None: ever)."""
        body = Linear()
        for cell, lines in self.found[name].cells.items():
            for kind, rows in kinds(self.case, cell).items() if n in cell else ():
                if n in rows and (n, kind, name, cell) in self.used_at:
                    body.extend(up_to(self.used_at[n, kind, name, cell], until))
                elif n in rows:
                    body.plus(paid(self.model, lines, self.base[kind], until))
        return body


def up_to(variables: dict[int | None, Any], until: int | None) -> list[tuple[Any, float]]:
    """Return the terms of the variables of a split up to and including `until`."""
    return [(variable, 1.0) for t, variable in variables.items() if t is None or until is None or t <= until]

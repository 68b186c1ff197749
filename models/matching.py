"""Matching: a matching funder pays so much per unit of public and/or private money, and only where a rule applies.

    Σ_{f in rule} Σ_c matched[r,f,i,c] ≤ ratio·Σ_b Σ_c used[r,b,i,c]     per rule row r and initiative i, over its life
    Σ_r matched[r,f,i,c] = Σ pay of f in cell c                          where several rows let f pay
    Σ_r used[r,b,i,c] ≤ Σ pay of kind b in cell c                        where several rows claim the same base

A cell c is the set of stages of i to which the same rows apply. The base is public and/or private money by its source,
never matching money; each unit of it unlocks one row only. With one row per cell `matched` and `used` are the payments
themselves and no variable is needed; timing `total` needs no period index. Amounts in the initiative's currency at
reference rates. Source: model.md, rule 6.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import MatchingRow
from .algebra import Linear, row
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


UsedKey = tuple[int, str, str, Cell]
MatchedKey = tuple[int, str, str, Cell]


def used_indices(case: Case, found: dict[str, Match]) -> list[UsedKey]:
    """Return (row, kind, initiative, cell) where several rows claim the same base."""
    return [
        (n, kind, name, cell)
        for name, match in found.items()
        for cell in match.cells
        for kind, rows in kinds(case, cell).items()
        if len(rows) > 1
        for n in rows
    ]


def matched_indices(case: Case, found: dict[str, Match]) -> list[MatchedKey]:
    """Return (row, funder, initiative, cell) where several rows let the same funder pay."""
    scopes = matching_scopes(case)
    indices = []
    for name, match in found.items():
        for cell in match.cells:
            for funder in case.funders:
                rows = [n for n in cell if funder in scopes[n].funders]
                if len(rows) > 1:
                    indices += [(n, funder, name, cell) for n in rows]
    return indices


def add_matching(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the variables and rows of the family."""
    found, scopes, base = matches(model, case), matching_scopes(case), bases(case)
    rules = case.rows(MatchingRow)
    used, matched = used_indices(case, found), matched_indices(case, found)
    used_names = {key: (rules[key[0]].rule, *key[1:3], stages(found, *key[2:])) for key in used}
    matched_names = {key: (rules[key[0]].rule, *key[1:3], stages(found, *key[2:])) for key in matched}
    model.used = pyo.Var(list(used_names.values()), bounds=(0, None))
    model.matched = pyo.Var(list(matched_names.values()), bounds=(0, None))
    used_at = {key: model.used[name] for key, name in used_names.items()}
    matched_at = {key: model.matched[name] for key, name in matched_names.items()}
    bases_claimed = {name[1:]: key for key, name in used_names.items()}
    payers_split = {name[1:]: key for key, name in matched_names.items()}

    def ratio(m: pyo.ConcreteModel, n: int, _: str, name: str) -> object:
        body, factor = Linear(), float(rules[n].ratio)
        for cell, lines in found[name].cells.items():
            if n not in cell:
                continue
            inline = frozenset(f for f in scopes[n].funders if (n, f, name, cell) not in matched_at)
            body.plus(paid(m, lines, inline))
            for funder in scopes[n].funders - inline:
                body.add(matched_at[n, funder, name, cell], 1.0)
            for kind, rows in kinds(case, cell).items():
                if n in rows and (n, kind, name, cell) in used_at:
                    body.add(used_at[n, kind, name, cell], -factor)
                elif n in rows:
                    body.plus(paid(m, lines, base[kind]), -factor)
        return row(m, None, body, 0.0)

    def split(m: pyo.ConcreteModel, funder: str, name: str, label: str) -> object:
        _, _, _, cell = payers_split[funder, name, label]
        body = paid(m, found[name].cells[cell], frozenset({funder}))
        for n in cell:
            body.add(matched_at.get((n, funder, name, cell)), -1.0)
        return row(m, 0.0, body, 0.0)

    def unlocked(m: pyo.ConcreteModel, kind: str, name: str, label: str) -> object:
        _, _, _, cell = bases_claimed[kind, name, label]
        body = paid(m, found[name].cells[cell], base[kind])
        for n in cell:
            body.add(used_at.get((n, kind, name, cell)), -1.0)
        return row(m, 0.0, body, None)

    ratios = [(n, rules[n].rule, name) for name, match in found.items() for n in match.rows()]
    model.matching = pyo.Constraint(ratios, rule=ratio)
    model.matching_split = pyo.Constraint(list(payers_split), rule=split)
    model.matching_base = pyo.Constraint(list(bases_claimed), rule=unlocked)

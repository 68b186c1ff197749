"""Co-funding: bounds on the share of an initiative's cost that some funders pay (aid intensity, private floors).

    at_least·Σ_{ℓ,t} due ≤ Σ_{f in scope} Σ_{ℓ,t} pay ≤ at_most·Σ_{ℓ,t} due      per row and initiative, over its life

in the initiative's currency at reference rates; `public` and `private` mean the source of the money. Every row of
cofunding.csv is a rule of its own. Source: model.md, rule 5.
"""

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import CofundingRow
from .algebra import Linear, row
from .decisions import add_due, paid
from .eligibility import Scope
from .lines import Line

Index = tuple[int, str, str]


def cofunding_scopes(case: Case) -> list[Scope]:
    """Return the scope of every row, in file order."""
    return [
        Scope(case.select_source(rule.funders), case.select_initiatives(rule.initiatives), rule.stage)
        for rule in case.rows(CofundingRow)
    ]


def cofunding_indices(model: pyo.ConcreteModel, case: Case, side: str) -> list[Index]:
    """Return (row, rule, initiative) for every bound of `side` (`at_least` or `at_most`) that is set."""
    return [
        (n, rule.rule, name)
        for n, (rule, scope) in enumerate(zip(case.rows(CofundingRow), cofunding_scopes(case), strict=True))
        if getattr(rule, side) is not None
        for name in case.initiatives
        if name in scope.initiatives
        and any(scope.covers(name, line.stage) for line in model.layout.lines_of.get(name, ()))
    ]


def add_cofunding(model: pyo.ConcreteModel, case: Case) -> None:
    """Add a row per rule, initiative and bound."""
    scopes, rules = cofunding_scopes(case), case.rows(CofundingRow)

    def share(m: pyo.ConcreteModel, n: int, name: str, bound: float) -> Linear:
        scope = scopes[n]
        lines: list[Line] = [line for line in m.layout.lines_of[name] if scope.covers(name, line.stage)]
        body = paid(m, lines, scope.funders)
        own = case.reference_rate(case.initiatives[name].currency)
        for line in lines:
            add_due(m, body, line, -bound * float(case.reference_rate(line.currency) / own))
        return body

    def at_least(m: pyo.ConcreteModel, n: int, _: str, name: str) -> object:
        return row(m, 0.0, share(m, n, name, float(rules[n].at_least or 0)), None)

    def at_most(m: pyo.ConcreteModel, n: int, _: str, name: str) -> object:
        return row(m, None, share(m, n, name, float(rules[n].at_most or 0)), 0.0)

    model.cofunding_at_least = pyo.Constraint(cofunding_indices(model, case, "at_least"), rule=at_least)
    model.cofunding_at_most = pyo.Constraint(cofunding_indices(model, case, "at_most"), rule=at_most)

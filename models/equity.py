"""Equity: what parties receive and contribute, cumulatively up to a review period.

    received[p,by]    = Σ_i Σ_{t ≤ by} σ(i,p)·due[i,t]·R̄(κ(i))             either pot; initiatives with shares only
    contributed[p,by] = Σ_{t ≤ by} Σ pay·R̄ of the public funders whose home is p
    received          a·Σ_all received ≤ Σ_{p in P} received ≤ b·Σ_all received
    contributed       a·Σ_all contributed ≤ Σ_{p in P} contributed ≤ b·Σ_all contributed
    geo_return        ρ·Σ_{p in P} contributed ≤ Σ_{p in P} received       (and ≤): juste retour
    key               ρ·(key[P]/Σ key)·Σ_all received ≤ Σ_{p in P} received (and ≤)
    initiatives       a ≤ Σ funded of initiatives in which one of P has a share ≤ b, started by `by`

Amounts in base currency at reference rates, `unit`s. Each row of equity.csv is a rule of its own; `each` is one row per
party. Source: model.md, rule 11.
"""

from collections import defaultdict
from dataclasses import dataclass

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import EquityRow
from .algebra import Linear, row
from .decisions import started


@dataclass(frozen=True)
class EquityIndex:
    """One bound row: the row of equity.csv, the parties taken together, and the last period that counts."""

    number: int
    label: str
    parties: frozenset[str]
    by: int


def with_share(case: Case) -> list[str]:
    """Return the parties that have a share in some initiative."""
    owners = {p for shares in case.shares.values() for p, share in shares.items() if share > 0}
    return [party for party in case.parties if party in owners]


def universe(case: Case, measure: str) -> list[str]:
    """Return the parties that `each` ranges over for a measure."""
    if measure == "key":
        return [party for party, r in case.parties.items() if r.key is not None]
    owners = set(with_share(case))
    if measure in ("contributed", "geo_return"):
        owners |= {r.party for r in case.funders.values() if r.kind == "public" and r.party}
    return [party for party in case.parties if party in owners]


def equity_indices(case: Case) -> list[EquityIndex]:
    """Return one index per row of equity.csv, or per party where its parties are `each`."""
    found = []
    for n, rule in enumerate(case.rows(EquityRow)):
        by = case.T if not rule.by else min(case.T, case.period(rule.by))
        if rule.parties == "each":
            found += [EquityIndex(n, p, frozenset({p}), by) for p in universe(case, rule.measure)]
        elif rule.parties:
            found.append(EquityIndex(n, rule.parties, case.select_parties(rule.parties), by))
        else:
            everyone = universe(case, "key") if rule.measure == "key" else with_share(case)
            found.append(EquityIndex(n, "all", frozenset(everyone), by))
    return found


def received_terms(model: pyo.ConcreteModel, case: Case, by: int) -> dict[str, Linear]:
    """Return what each party receives up to and including period `by`, in base currency."""
    found: dict[str, Linear] = defaultdict(Linear)
    schedule, starts = model.layout.schedule, model.layout.start_of
    stages: dict[str, list[str]] = defaultdict(list)
    for name, stage in schedule.stages:
        stages[name].append(stage)
    for name, shares in case.shares.items():
        rate = float(case.reference_rate(case.initiatives[name].currency))
        terms = [
            (starts[start], value)
            for stage in stages[name]
            for start, value in schedule.accrued(name, stage, by).items()
        ]
        for party, share in shares.items():
            found[party].extend(terms, float(share) * rate)
    return found


def contributed_terms(model: pyo.ConcreteModel, case: Case, by: int) -> dict[str, Linear]:
    """Return what the public funders of each party pay up to and including period `by`, in base currency."""
    found: dict[str, Linear] = defaultdict(Linear)
    home = {f: r.party for f, r in case.funders.items() if r.kind == "public" and r.party}
    pools = model.layout.pools.pools
    rates = {name: float(case.reference_rate(pool.currency)) for name, pool in pools.items()}
    for (funder, pool, t), variable in model.layout.pay_of.items():
        if funder in home and t <= by:
            found[home[funder]].add(variable, rates[pool])
    return found


def _add_accounts(model: pyo.ConcreteModel, case: Case, indices: list[EquityIndex]) -> None:
    """Add the variables `received` and `contributed` and their definitions, for the review periods in use."""
    measures = {rule.measure for rule in case.rows(EquityRow)}
    dates = sorted({index.by for index in indices})
    receives = with_share(case) if measures & {"received", "geo_return", "key"} else []
    pays = universe(case, "contributed") if measures & {"contributed", "geo_return"} else []
    model.received = pyo.Var([(p, by) for p in receives for by in dates], bounds=(0, None))
    model.contributed = pyo.Var([(p, by) for p in pays for by in dates], bounds=(0, None))

    received_by = {by: received_terms(model, case, by) for by in dates if receives}
    contributed_by = {by: contributed_terms(model, case, by) for by in dates if pays}

    def received(m: pyo.ConcreteModel, party: str, by: int) -> object:
        return row(m, 0.0, received_by[by][party].add(m.received[party, by], -1.0), 0.0)

    def contributed(m: pyo.ConcreteModel, party: str, by: int) -> object:
        return row(m, 0.0, contributed_by[by][party].add(m.contributed[party, by], -1.0), 0.0)

    model.received_sum = pyo.Constraint(model.received.index_set(), rule=received)
    model.contributed_sum = pyo.Constraint(model.contributed.index_set(), rule=contributed)


def _total(account: pyo.Var, parties: frozenset[str] | None, by: int) -> Linear:
    """Return the sum of an account over `parties`, or over all of them."""
    found = Linear()
    for (party, date), variable in account.items():
        if date == by and (parties is None or party in parties):
            found.add(variable, 1.0)
    return found


def _funded_with(model: pyo.ConcreteModel, case: Case, index: EquityIndex) -> Linear:
    found = Linear()
    for name, shares in case.shares.items():
        if any(shares.get(party, 0) > 0 for party in index.parties):
            found.add(started(model, name, case.milestones[name][0].milestone, index.by), 1.0)
    return found


def measured(model: pyo.ConcreteModel, case: Case, index: EquityIndex, bound: float) -> Linear:
    """Return `achieved − bound·reference`, which a floor wants ≥ 0 and a ceiling ≤ 0."""
    measure = case.rows(EquityRow)[index.number].measure
    if measure == "initiatives":
        return _funded_with(model, case, index).plus(Linear(-bound))
    if measure == "contributed":
        body = _total(model.contributed, index.parties, index.by)
        return body.plus(_total(model.contributed, None, index.by), -bound)
    body = _total(model.received, index.parties, index.by)
    if measure == "geo_return":
        return body.plus(_total(model.contributed, index.parties, index.by), -bound)
    weight = 1.0
    if measure == "key":
        keys = {p: float(case.parties[p].key or 0) for p in universe(case, "key")}
        total = sum(keys.values())
        weight = sum(keys.get(p, 0.0) for p in index.parties) / total if total else 0.0
    return body.plus(_total(model.received, None, index.by), -bound * weight)


def add_equity(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the accounts and one row per rule, party (or parties) and bound."""
    indices = equity_indices(case)
    _add_accounts(model, case, indices)
    rules = case.rows(EquityRow)

    def keyed(side: str) -> dict[tuple[int, str, str], EquityIndex]:
        return {
            (index.number, rules[index.number].rule, index.label): index
            for index in indices
            if getattr(rules[index.number], side) is not None
        }

    floors, ceilings = keyed("at_least"), keyed("at_most")

    def at_least(m: pyo.ConcreteModel, n: int, rule: str, label: str) -> object:
        return row(m, 0.0, measured(m, case, floors[n, rule, label], float(rules[n].at_least or 0)), None)

    def at_most(m: pyo.ConcreteModel, n: int, rule: str, label: str) -> object:
        return row(m, None, measured(m, case, ceilings[n, rule, label], float(rules[n].at_most or 0)), 0.0)

    model.equity_at_least = pyo.Constraint(list(floors), rule=at_least)
    model.equity_at_most = pyo.Constraint(list(ceilings), rule=at_most)

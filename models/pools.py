"""Pooling: lines that no rule tells apart are paid together, which keeps the program small.

A *pool* is a set of lines of one currency with the same non-matching payers and the same earmark scopes. One variable
per funder, pool and period replaces one per line; splitting a pool's payments in proportion to what its lines need
gives back the lines exactly. What a matching funder pays is kept per initiative (a *match pool*), because its rules
hold per initiative; the rest of the pool then pays

    Σ_f pay[f,pool,t] + Σ_{match pools q of the pool} Σ_f pay[f,q,t] = Σ_{ℓ in pool} due[ℓ,t],
    Σ_f pay[f,q,t] ≤ Σ_{ℓ in q} due[ℓ,t].

A line keeps a pool of its own initiative when a co-funding or matching row needs to know who paid *there*: when its
funders in scope are some, but neither all nor none, of the line's non-matching payers. With all of them the scope's
pay is `due − matching pay`, with none it is nothing, and neither needs the line. So pooling is exact, not a
relaxation.

The *compact* form also pools match pools over initiatives, wherever one matching row with the whole rest of the cost
as its base is all that holds them apart; `projection` then adds what that row implies for the pool. That is a
relaxation: it is searched, and every schedule it proposes is settled in the exact form. Source: solving.md, "Pool the
payments".
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from ..inputs.case import Case
from ..inputs.tables import CofundingRow, EarmarkRow, MatchingRow
from .eligibility import Eligibility, Scope, by_initiative
from .lines import Line, Schedule


@dataclass(frozen=True)
class Pool:
    """Lines paid together. `initiative` is set when all belong to one; `parent` when this is a match pool."""

    name: str
    currency: str
    payers: tuple[str, ...]
    lines: tuple[Line, ...]
    initiative: str | None = None
    parent: str | None = None


@dataclass(frozen=True)
class Pools:
    """All pools of a case, by name, and where each line is paid.

    `projected` holds the (matching row, initiative) pairs that the compact form replaces by their projection,
    `projectable` those that it could.
    """

    pools: dict[str, Pool]
    pool_of: dict[tuple[str, str, str], str]
    match_of: dict[tuple[str, str, str], str]
    projected: frozenset[tuple[int, str]] = frozenset()
    projectable: frozenset[tuple[int, str]] = frozenset()

    def matches(self, name: str) -> list[Pool]:
        """Return the match pools of a pool."""
        return [pool for pool in self.pools.values() if pool.parent == name]


@dataclass(frozen=True)
class Claim:
    """A rule row that holds per initiative and asks what `funders` pay in its scope."""

    row: str
    scope: Scope


def cofunding_claims(case: Case) -> list[Claim]:
    """Return the co-funding rows as claims."""
    return [
        Claim(
            f"cofunding {n}",
            Scope(case.select_source(rule.funders), case.select_initiatives(rule.initiatives), rule.stage),
        )
        for n, rule in enumerate(case.rows(CofundingRow))
    ]


def matching_claims(case: Case) -> list[Claim]:
    """Return one claim per matching row and kind of base, where public and private bases must be told apart."""
    rules = case.rows(MatchingRow)
    found = []
    for n, rule in enumerate(rules):
        initiatives = case.select_initiatives(rule.initiatives)
        if rule.base == "both":
            found.append(Claim(f"matching {n}", Scope(frozenset(), initiatives, rule.stage)))
            continue
        for source in ("public", "private"):
            base = frozenset(f for f, r in case.funders.items() if r.kind != "matching" and case.source(f) == source)
            found.append(Claim(f"matching {n}", Scope(base, initiatives, rule.stage)))
    return found


class PoolKey(NamedTuple):
    """What tells lines apart; `own` is (initiative, claims) for a line that keeps a pool of its initiative's."""

    currency: str
    payers: tuple[str, ...]
    earmarks: tuple[bool, ...]
    own: tuple[str, tuple[str, ...]] | None


class MatchKey(NamedTuple):
    """What tells match pools apart."""

    pool: PoolKey
    initiative: str
    claims: tuple[str, ...]
    payers: tuple[str, ...]


@dataclass(frozen=True)
class Sorted:
    """A line with all that rules tell it apart by."""

    line: Line
    pool: PoolKey
    match: MatchKey

    @cached_property
    def rules(self) -> frozenset[str]:
        """Return the rows that ask what is paid on the line."""
        return frozenset(self.match.claims)


def _sort(case: Case, schedule: Schedule, pooled: bool = True) -> list[Sorted]:
    """Return every line with its pool and match pool (no payers: no match pool); unless `pooled`, each by itself."""
    eligibility = Eligibility(case)
    claims = cofunding_claims(case) + matching_claims(case)
    claims_near = by_initiative([claim.scope for claim in claims])
    earmarks = [
        Scope(frozenset(), case.select_initiatives(rule.initiatives), rule.stage) for rule in case.rows(EarmarkRow)
    ]
    matching = {f for f, row in case.funders.items() if row.kind == "matching"}

    @cache
    def near(initiative: str, stage: str) -> tuple[tuple[bool, ...], tuple[str, ...], tuple[frozenset[str], ...]]:
        own = [claims[n] for n in claims_near.get(initiative, ()) if claims[n].scope.stage in ("", stage)]
        marks = tuple(scope.covers(initiative, stage) for scope in earmarks)
        return marks, tuple(claim.row for claim in own), tuple({claim.scope.funders: None for claim in own})

    @cache
    def split(payers: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(f for f in payers if f not in matching), tuple(f for f in payers if f in matching)

    found = []
    for line in schedule.lines:
        base, match = split(eligibility.payers(*line.key))
        marks, rows, scopes = near(line.initiative, line.stage)
        apart = any(0 < len(funders.intersection(base)) < len(base) for funders in scopes)
        owner = line.initiative if pooled else "/".join(line.key)
        key = PoolKey(line.currency, base, marks, (owner, rows) if apart or not pooled else None)
        found.append(Sorted(line, key, MatchKey(key, line.initiative, rows, match)))
    return found


def projectable(case: Case, lines: list[Sorted]) -> frozenset[tuple[int, str]]:
    """Return the (matching row, initiative) pairs whose rule says no more than `match ≤ ratio/(1+ratio)·due`.

    That is so where no other row asks about any of its lines, every line has the same matching funders, and all its
    non-matching payers are base.
    """
    numbers = {f"matching {n}": n for n in range(len(case.rows(MatchingRow)))}
    groups: dict[tuple[int, str], list[Sorted]] = defaultdict(list)
    for item in lines:
        for rule in item.rules:
            if rule in numbers:
                groups[numbers[rule], item.line.initiative].append(item)
    found = set()
    for (n, name), items in groups.items():
        kind = case.rows(MatchingRow)[n].base
        only = all(len(item.rules) == 1 and item.pool.own is None for item in items)
        if only and len({item.match.payers for item in items}) == 1:
            payers = {f for item in items for f in item.pool.payers} if kind != "both" else ()
            if all(case.source(f) == kind for f in payers):
                found.add((n, name))
    return frozenset(found)


def pools(case: Case, schedule: Schedule, compact: bool = False, pooled: bool = True) -> Pools:
    """Return the pools of a case, in the exact or the compact form; unless `pooled`, one for every line."""
    lines = _sort(case, schedule, pooled)
    projectables = projectable(case, lines)
    projected = projectables if compact else frozenset()
    merged = {(f"matching {n}", name) for n, name in projected}
    common: dict[PoolKey, list[Line]] = defaultdict(list)
    matched: dict[MatchKey, list[Line]] = defaultdict(list)
    for item in lines:
        common[item.pool].append(item.line)
        if item.match.payers:
            key = item.match
            if any((rule, item.line.initiative) in merged for rule in item.rules):
                key = MatchKey(item.pool, "", (), key.payers)
            matched[key].append(item.line)
    found: dict[str, Pool] = {}
    names: dict[PoolKey, str] = {}
    for pool, members in common.items():
        names[pool] = name = _name(members, found)
        owners = {line.initiative for line in members}
        only = owners.pop() if len(owners) == 1 else None
        found[name] = Pool(name, pool.currency, pool.payers, tuple(members), only)
    match_of = {}
    for match, members in matched.items():
        name = _name(members, found, "match ")
        parent = names[match.pool]
        found[name] = Pool(name, match.pool.currency, match.payers, tuple(members), match.initiative or None, parent)
        match_of.update({line.key: name for line in members})
    pool_of = {line.key: names[key] for key, members in common.items() for line in members}
    return Pools(found, pool_of, match_of, projected, projectables)


def _name(lines: list[Line], taken: dict[str, Pool], prefix: str = "") -> str:
    """Return a name that a reader can place: the line itself, or the first line and how many more."""
    first = lines[0]
    name = prefix + "/".join(part for part in first.key if part)
    if len(lines) > 1:
        name += f" and {len(lines) - 1} more"
    while name in taken:
        name += "'"
    return name

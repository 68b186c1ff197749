"""Pooling: lines that no rule tells apart are paid together, which keeps the program small.

A *pool* is a set of lines of one currency with the same non-matching payers, the same earmark scopes and, where a
payer has a risk tolerance, the same probability of failure. One variable
per funder, pool and period replaces one per line; splitting a pool's payments in proportion to what its lines need
gives back the lines exactly. What a matching funder pays is kept per initiative (a *match pool*), because its rules
hold per initiative; the rest of the pool then pays

    Σ_f pay[f,pool,t] + Σ_{match pools q of the pool} Σ_f pay[f,q,t] = Σ_{ℓ in pool} due[ℓ,t],
    Σ_f pay[f,q,t] ≤ Σ_{ℓ in q} due[ℓ,t].

A line keeps a pool of its own initiative when a claim (see `claims`) needs to know who paid *there*: when its funders
are some, but neither all nor none, of the line's non-matching payers. With all of them their pay is `due − matching
pay`, with none it is nothing, and neither needs the line. A line under commitment is a pool by itself: what is paid on
it must have been committed for it. So pooling is exact, not a relaxation.

The *compact* form also pools match pools over initiatives, wherever one matching row with the whole rest of the cost
as its base, without cap, threshold or timing, is all that holds them apart; `projection` then adds what that row
implies for the pool. And it pools lines under commitment like any others: commitments are then made and used up by the
pool. Both are relaxations: they are searched, and every schedule they propose is settled in the exact form. Source:
solving.md, "Pool the payments".
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ..inputs.case import Case
from ..inputs.tables import EarmarkRow, EligibilityRow, MatchingRow
from .claims import Claim, all_claims, under_commitment, with_ceilings
from .eligibility import Eligibility, Scope, by_initiative
from .lines import Line, Schedule
from .reach import failure_probability


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
    `projectable` those that it could; `alone` is the number of lines under commitment that are paid by themselves.
    """

    pools: dict[str, Pool]
    pool_of: dict[tuple[str, str, str], str]
    match_of: dict[tuple[str, str, str], str]
    projected: frozenset[tuple[int, str]] = frozenset()
    projectable: frozenset[tuple[int, str]] = frozenset()
    alone: int = 0

    def matches(self, name: str) -> list[Pool]:
        """Return the match pools of a pool."""
        return [pool for pool in self.pools.values() if pool.parent == name]


class PoolKey(NamedTuple):
    """What tells lines apart; `own` is (initiative or line, claims) for a line that keeps a pool of its own.

    `risk` is the probability of failure, None where no payer has a tolerance; here of the non-matching payers.
    """

    currency: str
    payers: tuple[str, ...]
    earmarks: tuple[bool, ...]
    own: tuple[str, tuple[str, ...]] | None
    risk: Fraction | None


class MatchKey(NamedTuple):
    """What tells match pools apart; `risk` is that of the matching payers."""

    pool: PoolKey
    initiative: str
    claims: tuple[str, ...]
    payers: tuple[str, ...]
    risk: Fraction | None


@dataclass(frozen=True)
class Sorted:
    """A line with all that rules tell it apart by; `alone` where it is a pool by itself."""

    line: Line
    pool: PoolKey
    match: MatchKey
    alone: bool

    @cached_property
    def rules(self) -> frozenset[str]:
        """Return the rows that ask what is paid on the line."""
        return frozenset(self.match.claims)


class Sorter:
    """Sorts lines into pools and match pools; rules are resolved once."""

    def __init__(self, case: Case, wide: bool = False) -> None:
        """Resolve claims, earmarks, ceilings and risk tolerances.

        When `wide`, rows of eligibility.csv bar nobody, but tell lines apart.
        """
        self.eligibility = Eligibility(case, wide)
        self.bars = Eligibility(case) if wide and case.rows(EligibilityRow) else None
        self.barring = range(len(case.rows(EligibilityRow)))
        self.claims = all_claims(case)
        self.near = by_initiative([claim.scope for claim in self.claims])
        self.earmarks = [
            Scope(frozenset(), case.select_initiatives(rule.initiatives), rule.stage) for rule in case.rows(EarmarkRow)
        ]
        self.matching = {f for f, row in case.funders.items() if row.kind == "matching"}
        self.ceilings = with_ceilings(case)
        self.tolerant = {f for f, row in case.funders.items() if row.risk_tolerance is not None}
        self.failure = failure_probability(case) if self.tolerant else {}
        self._said: dict[tuple[str, str], tuple[tuple[bool, ...], tuple[Claim, ...]]] = {}
        self._split: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def sort(self, line: Line, compact: bool, pooled: bool) -> Sorted:
        """Return the line with its pool and match pool; unless `pooled`, the line is a pool by itself."""
        payers = self.eligibility.payers(*line.key)
        base, match = self._split_of(payers)
        marks, claims = self._said_of(line.initiative, line.stage)
        if self.bars is not None:
            met = self.bars.met(*line.key)
            marks += tuple(n in met for n in self.barring)
        claims = tuple(c for c in claims if not c.payers or not c.scope.funders.isdisjoint(payers))
        alone = not pooled or (not compact and under_commitment(self.ceilings, payers))
        apart = alone or any(0 < len(funders.intersection(base)) < len(base) for funders in _funders(claims))
        rows = tuple(claim.row for claim in claims)
        own = ("/".join(line.key) if alone else line.initiative, rows) if apart else None
        key = PoolKey(line.currency, base, marks, own, self._risk(line, base))
        return Sorted(line, key, MatchKey(key, line.initiative, rows, match, self._risk(line, match)), alone)

    def _said_of(self, initiative: str, stage: str) -> tuple[tuple[bool, ...], tuple[Claim, ...]]:
        """Return what earmarks and claims say of an initiative's stage."""
        found = self._said.get((initiative, stage))
        if found is None:
            own = (self.claims[n] for n in self.near.get(initiative, ()))
            marks = tuple(scope.covers(initiative, stage) for scope in self.earmarks)
            found = marks, tuple(claim for claim in own if claim.scope.stage in ("", stage))
            self._said[initiative, stage] = found
        return found

    def _split_of(self, payers: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the non-matching and the matching payers."""
        found = self._split.get(payers)
        if found is None:
            base = tuple(f for f in payers if f not in self.matching)
            found = self._split[payers] = base, tuple(f for f in payers if f in self.matching)
        return found

    def _risk(self, line: Line, payers: tuple[str, ...]) -> Fraction | None:
        """Return the line's probability of failure where one of the payers has a risk tolerance."""
        return None if self.tolerant.isdisjoint(payers) else self.failure[line.initiative, line.stage]


def _funders(claims: tuple[Claim, ...]) -> tuple[frozenset[str], ...]:
    """Return the funders that claims ask about, each set once."""
    return tuple({claim.scope.funders: None for claim in claims})


def projectable(case: Case, lines: list[Sorted]) -> frozenset[tuple[int, str]]:
    """Return the (matching row, initiative) pairs whose rule says no more than `match ≤ ratio/(1+ratio)·due`.

    That is so where the rule has no cap, threshold or timing, no other row asks about any of its lines, every line has
    the same matching funders, and all its non-matching payers are base.
    """
    rules = case.rows(MatchingRow)
    plain = {n for n, rule in enumerate(rules) if rule.cap is None and not rule.min_base and rule.timing == "total"}
    numbers = {f"matching {n}": n for n in plain}
    groups: dict[tuple[int, str], list[Sorted]] = defaultdict(list)
    for item in lines:
        for rule in item.rules:
            if rule in numbers:
                groups[numbers[rule], item.line.initiative].append(item)
    found = set()
    for (n, name), items in groups.items():
        kind = rules[n].base
        only = all(len(item.rules) == 1 and item.pool.own is None for item in items)
        if only and len({item.match.payers for item in items}) == 1:
            payers = {f for item in items for f in item.pool.payers} if kind != "both" else ()
            if all(case.source(f) == kind for f in payers):
                found.add((n, name))
    return frozenset(found)


def pools(case: Case, schedule: Schedule, compact: bool = False, pooled: bool = True, wide: bool = False) -> Pools:
    """Return the pools of a case, in the exact or the compact form; unless `pooled`, one for every line."""
    sorter = Sorter(case, wide)
    lines = [sorter.sort(line, compact, pooled) for line in schedule.lines]
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
                key = MatchKey(item.pool, "", (), key.payers, key.risk)
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
    alone = sum(item.alone for item in lines) if pooled else 0
    return Pools(found, pool_of, match_of, projected, projectables, alone)


def _name(lines: list[Line], taken: dict[str, Pool], prefix: str = "") -> str:
    """Return a name that a reader can place: the line itself, or the first line and how many more."""
    first = lines[0]
    name = prefix + "/".join(part for part in first.key if part)
    if len(lines) > 1:
        name += f" and {len(lines) - 1} more"
    while name in taken:
        name += "'"
    return name

"""Assigns matching money and base money to the matching rules of one initiative, exactly.

    Σ_r matched[r,g] = money[g]      Σ_r used[r,g] ≤ base[g]      each group g counts only for the rules it fits
    Σ matched[r] ≤ ratio[r]·Σ used[r]   over all, or cumulatively to every period
    Σ matched[r] ≤ cap[r]            Σ used[r] ≥ min_base[r] where r matches anything

Where no money fits several rules there is nothing to decide. Else every choice of rules that match anything (those with
a least base) is a linear program, solved in rational numbers; the first that assigns all matching money is taken. The
tolerance of the ratios is used only where that fails without. Source: model.md, rule 6.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from .verify_linear import maximise
from .verify_rows import ZERO

Rules = tuple[int, ...]
Group = tuple[Rules, int]  # the rules that money fits, and its period where one of them is cumulative (else 0)
Split = dict[tuple[int, int], Fraction]  # by rule and period
Taken = dict[tuple[Group, int], Fraction]  # of a group by a rule


@dataclass(frozen=True)
class Terms:
    """What a matching rule allows in one initiative, in its currency."""

    ratio: Fraction
    cumulative: bool = False
    cap: Fraction | None = None
    least: Fraction = ZERO


@dataclass
class Money:
    """The money of one initiative by group, and the minor units of the amounts in each rule's rows, by period.

    `units` are those of all amounts of a ratio, `base_units` those of its base alone.
    """

    money: defaultdict[Group, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    base: defaultdict[Group, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    units: defaultdict[int, list[tuple[int, Fraction]]] = field(default_factory=lambda: defaultdict(list))
    base_units: defaultdict[int, Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    def tolerance(self, rule: int, until: int | None = None) -> Fraction:
        """Return one minor unit per amount of a rule, up to a period."""
        return sum((unit for t, unit in self.units[rule] if until is None or t <= until), ZERO)

    def periods(self, rule: int) -> list[int]:
        """Return the periods in which a rule has matching money or base."""
        return sorted({t for groups in (self.money, self.base) for fits, t in groups if rule in fits})


@dataclass(frozen=True)
class Assigned:
    """What each rule matches and uses."""

    matched: Split
    used: Split

    def total(self, split: Split, rule: int, until: int | None = None) -> Fraction:
        """Return a rule's sum, up to a period."""
        return sum((a for (r, t), a in split.items() if r == rule and (until is None or t <= until)), ZERO)


def assign(rules: Mapping[int, Terms], pool: Money) -> Assigned:
    """Assign all money; what no assignment can match goes to the first rule it fits."""
    claims = [fits for groups in (pool.money, pool.base) for fits, _ in groups]
    if all(len(fits) < 2 for fits in claims):
        return Assigned(_alone(pool.money), _alone(pool.base))
    found: list[tuple[Fraction, Taken, Taken]] = []
    for tolerant in (False, True):
        for unlocked in _choices(rules, pool):
            program = _Program(rules, pool, unlocked, tolerant)
            pays, uses, reached = program.solve()
            found.append((reached - program.wanted, pays, uses))
            if reached == program.wanted:
                return Assigned(_all(pool.money, pays), _all(pool.base, uses))
    _, pays, uses = max(found, key=lambda each: each[0])
    return Assigned(_all(pool.money, pays), _all(pool.base, uses))


def _alone(groups: Mapping[Group, Fraction]) -> Split:
    return {(fits[0], t): amount for (fits, t), amount in groups.items() if fits}


def _all(groups: Mapping[Group, Fraction], taken: Taken) -> Split:
    """Return what each rule takes of the groups, with the rest of each for the first rule it fits."""
    found: defaultdict[tuple[int, int], Fraction] = defaultdict(Fraction)
    for group, amount in groups.items():
        fits, t = group
        parts = {r: taken.get((group, r), ZERO) for r in fits}
        for r, part in parts.items():
            found[r, t] += part
        if fits:
            found[fits[0], t] += amount - sum(parts.values(), ZERO)
    return dict(found)


def _choices(rules: Mapping[int, Terms], pool: Money) -> Iterator[frozenset[int]]:
    """Yield which of the rules with a least base match anything: those that alone fit some money always do."""
    paying = {r for fits, _ in pool.money for r in fits}
    needed = {fits[0] for fits, _ in pool.money if len(fits) == 1}
    gated = {r for r in paying if rules[r].least > 0}
    free = sorted(gated - needed)
    for size in range(len(free), -1, -1):
        for chosen in combinations(free, size):
            yield frozenset(chosen) | (gated & needed)


class _Program:
    """The linear program of one choice of rules: matches as much as it can, with the least base of each of them."""

    def __init__(self, rules: Mapping[int, Terms], pool: Money, unlocked: frozenset[int], tolerant: bool) -> None:
        """Lay out the columns: matching money, base money and each unlocked rule's base up to its least."""
        self.rules, self.pool, self.tolerant = rules, pool, tolerant
        able = {r for r, terms in rules.items() if not terms.least or r in unlocked}
        self.pays = [(group, r) for group in pool.money for r in group[0] if r in able]
        self.uses = [(group, r) for group in pool.base for r in group[0]]
        self.gates = sorted(unlocked)
        self.wanted = sum(pool.money.values(), ZERO) + sum((rules[r].least for r in self.gates), ZERO)

    def solve(self) -> tuple[Taken, Taken, Fraction]:
        """Return what rules match and use by group, and how much of `wanted` is reached."""
        matrix, limits = [], []
        for row, limit in self._rows():
            matrix.append(row)
            limits.append(limit)
        gain = [Fraction(1)] * len(self.pays) + [ZERO] * len(self.uses) + [Fraction(1)] * len(self.gates)
        point = maximise(gain, matrix, limits)
        pays, uses = point[: len(self.pays)], point[len(self.pays) : len(self.pays) + len(self.uses)]
        reached = sum((g * x for g, x in zip(gain, point, strict=True)), ZERO)
        return dict(zip(self.pays, pays, strict=True)), dict(zip(self.uses, uses, strict=True)), reached

    def _line(
        self, pays: Iterable[Fraction | int], uses: Iterable[Fraction | int], gates: Iterable[Fraction | int] = ()
    ) -> list[Fraction]:
        parts = [[Fraction(value) for value in part] for part in (pays, uses, gates)]
        return [*parts[0], *parts[1], *(parts[2] or [ZERO] * len(self.gates))]

    def _rows(self) -> Iterator[tuple[list[Fraction], Fraction]]:
        none = [0] * len(self.pays), [0] * len(self.uses)
        for group, amount in self.pool.money.items():
            yield self._line((one == group for one, _ in self.pays), none[1]), amount
        for group, amount in self.pool.base.items():
            yield self._line(none[0], (one == group for one, _ in self.uses)), amount
        for r in sorted({r for _, r in self.pays}):
            yield from self._ratio(r)
            cap = self.rules[r].cap
            if cap is not None:
                yield self._line((other == r for _, other in self.pays), none[1]), cap
        for r in self.gates:
            gate = [Fraction(other == r) for other in self.gates]
            slack = self.pool.base_units[r] if self.tolerant else ZERO
            yield self._line(*none, gate), self.rules[r].least
            yield self._line(none[0], (-(other == r) for _, other in self.uses), gate), slack

    def _ratio(self, r: int) -> Iterator[tuple[list[Fraction], Fraction]]:
        """Yield the rows of one ratio: one in all, or one per period."""
        terms = self.rules[r]
        for until in self.pool.periods(r) if terms.cumulative else [None]:
            tolerance = self.pool.tolerance(r, until) if self.tolerant else ZERO
            pays = (other == r and (until is None or group[1] <= until) for group, other in self.pays)
            uses = (other == r and (until is None or group[1] <= until) for group, other in self.uses)
            yield self._line(pays, (-terms.ratio * one for one in uses)), tolerance

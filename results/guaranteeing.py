"""Whole guarantees: what each guarantee mobilises per initiative, what is guaranteed for it, and what is set aside.

    mobilised[j,i]  = pay of covered funders in scope, each unit backed by one guarantee
    guaranteed[j,i] = mobilised / leverage            the least the rule needs, rounded up
    provision       = provisioning_rate·guaranteed·R(κ(i),t0)/R(κ(G),t0)   rounded up, t0 the first period of the cycle

where the cycle is that of the guarantor in which the first milestone in scope begins. Where several guarantees apply to
a payment, the continuous plan says how it is shared. A cap holds exactly: where rounding passes it, less is guaranteed,
within the one minor unit per amount to which the leverage holds. What a re-plan knows to have been guaranteed for what
has begun stays so, whatever is mobilised. Minor units. Source: model.md, rule 7, "Money is
exact".
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..inputs.approved import given_before
from ..inputs.case import Case, Cycle
from ..inputs.tables import GuaranteeRow
from .accounts import Books
from .decisions import Decisions, GuaranteeKey, LineKey, PayKey, Starts
from .ledger import ceiling, half_up
from .verify_linear import maximise

ZERO = Fraction(0)
Fits = tuple[int, ...]
Place = tuple[int, str]  # a guarantee and an initiative


@dataclass(frozen=True)
class Guarantee:
    """One row of guarantees.csv for one initiative and cycle of the guarantor.

    `mobilised` and `guaranteed` are in minor units of the initiative's currency, `provision` in the guarantor's.
    """

    mobilised: int
    guaranteed: int
    provision: int


def provisions(case: Case, guarantees: Mapping[GuaranteeKey, Guarantee], funder: str) -> dict[str, int]:
    """Return what a funder sets aside in each of its cycles, in its minor units."""
    found: dict[str, int] = defaultdict(int)
    rules = case.rows(GuaranteeRow)
    for (n, _, cycle), row in guarantees.items():
        if rules[n].guarantor == funder:
            found[cycle] += row.provision
    return dict(found)


class Guaranteeing:
    """Finds the least whole guarantees for whole payments."""

    def __init__(self, case: Case, books: Books) -> None:
        """Resolve the scopes of guarantees.csv."""
        self.case, self.books = case, books
        self.rules = case.rows(GuaranteeRow)
        self.covered = [case.select_funders(rule.funders) for rule in self.rules]
        self.scope = [case.select_initiatives(rule.initiatives) for rule in self.rules]
        self.given = {} if case.approved is None else given_before(case, case.approved)

    def guarantee(
        self, decisions: Decisions, payments: Mapping[PayKey, int], currency: Mapping[LineKey, str]
    ) -> dict[GuaranteeKey, Guarantee]:
        """Return every guarantee that the payments need."""
        covered = frozenset[str]().union(*self.covered)
        paid: dict[tuple[str, LineKey], list[int]] = defaultdict(list)
        for (funder, line, _), amount in payments.items():
            if funder in covered:
                paid[funder, line].append(amount)
        backed: dict[str, dict[Fits, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        units: dict[Place, Fraction] = defaultdict(Fraction)
        for (funder, line), amounts in paid.items():
            fits, rate = self._fits(funder, line, decisions.starts), self._rate(currency[line], self._own(line[0]))
            if fits:
                backed[line[0]][fits] += sum(amounts) * rate
            for n in fits:
                units[n, line[0]] += len(amounts) * rate
        found: dict[Place, Fraction] = {}
        for name, groups in backed.items():
            found |= {(n, name): backing for n, backing in self._share(groups, self._room(decisions, name)).items()}
        whole = {key: ceiling(exact / self._leverage(key)) for key, exact in found.items()}
        least = {key: ceiling((half_up(exact) - units[key]) / self._leverage(key)) - 1 for key, exact in found.items()}
        kept = {key: amount for key, amount in self.given.items() if amount or key in found}
        whole, least = whole | kept, least | kept
        self._cap(whole, least)
        found |= {key: ZERO for key in kept if key not in found}
        return {self._key(*key, decisions.starts): self._row(key, found, whole, decisions) for key in found}

    def _fits(self, funder: str, line: LineKey, starts: Starts) -> Fits:
        """Return the guarantees that cover the funder's pay on a line and can be given."""
        initiative, stage, _ = line
        return tuple(
            n
            for n, rule in enumerate(self.rules)
            if funder in self.covered[n]
            and initiative in self.scope[n]
            and rule.stage in ("", stage)
            and self._cycle(n, initiative, starts) is not None
        )

    def _cycle(self, n: int, initiative: str, starts: Starts) -> Cycle | None:
        """Return the guarantor's cycle in which the first milestone in scope begins."""
        rule = self.rules[n]
        for step in self.case.milestones[initiative]:
            if rule.stage in ("", step.stage):
                start = starts.get((initiative, step.milestone))
                return None if start is None else self.books.cycle_at.get((rule.guarantor, start))
        return None

    def _key(self, n: int, initiative: str, starts: Starts) -> GuaranteeKey:
        cycle = self._cycle(n, initiative, starts)
        return n, initiative, cycle.name if cycle is not None else ""

    def _leverage(self, key: Place) -> Fraction:
        return Fraction(self.rules[key[0]].leverage)

    def _own(self, initiative: str) -> str:
        return self.case.initiatives[initiative].currency

    def _rate(self, source: str, target: str) -> Fraction:
        """Return minor units of `target` per minor unit of `source` at reference rates."""
        ratio = Fraction(self.case.reference_rate(source)) / Fraction(self.case.reference_rate(target))
        return ratio * self.books.units(target) / self.books.units(source)

    def _room(self, decisions: Decisions, initiative: str) -> dict[int, Fraction]:
        """Return what each guarantee backs of an initiative in the continuous plan."""
        found: dict[int, Fraction] = defaultdict(Fraction)
        scale = self.case.unit * self.books.units(self._own(initiative))
        for (n, name, _), amount in decisions.guaranteed.items():
            if name == initiative:
                found[n] += Fraction(max(0.0, amount)) * scale * Fraction(self.rules[n].leverage)
        return found

    def _share(self, groups: Mapping[Fits, Fraction], room: Mapping[int, Fraction]) -> dict[int, Fraction]:
        """Share the payments among the guarantees that fit, as far as there is room; the rest goes to the first."""
        found: dict[int, Fraction] = defaultdict(Fraction)
        open_ = {fits: amount for fits, amount in groups.items() if len(fits) > 1}
        for fits, amount in groups.items():
            if len(fits) == 1:
                found[fits[0]] += amount
        pairs = [(fits, n) for fits in open_ for n in fits]
        rows = [[Fraction(group == fits) for group, _ in pairs] for fits in open_]
        limits = list(open_.values())
        for n in sorted({n for _, n in pairs}):
            rows.append([Fraction(other == n) for _, other in pairs])
            limits.append(max(ZERO, room.get(n, ZERO) - found[n]))
        point = maximise([Fraction(1)] * len(pairs), rows, limits) if pairs else []
        for (fits, n), amount in zip(pairs, point, strict=True):
            found[n] += amount
            open_[fits] -= amount
        for fits, left in open_.items():
            found[fits[0]] += left
        return {n: amount for n, amount in found.items() if amount}

    def _cap(self, whole: dict[Place, int], least: Mapping[Place, int]) -> None:
        """Guarantee less, unit by unit and no less than `least`, where a cap is passed."""
        for n, rule in enumerate(self.rules):
            if rule.cap is None:
                continue
            worth = {key: self._rate(self._own(key[1]), self.case.base) for key in sorted(whole) if key[0] == n}
            most = Fraction(rule.cap) * self.case.unit * self.books.units(self.case.base)
            over = sum((whole[key] * rate for key, rate in worth.items()), ZERO) - most
            for key, rate in worth.items():
                if over > 0:
                    step = min(ceiling(over / rate), whole[key] - max(0, least[key]))
                    whole[key] -= step
                    over -= step * rate

    def _row(
        self,
        key: Place,
        exact: Mapping[Place, Fraction],
        whole: Mapping[Place, int],
        decisions: Decisions,
    ) -> Guarantee:
        rule, cycle = self.rules[key[0]], self._cycle(*key, decisions.starts)
        own = self.case.funders[rule.guarantor].currency
        provision = ZERO
        if cycle is not None:
            provision = Fraction(rule.provisioning_rate) * whole[key]
            provision *= self.books.rate(self._own(key[1]), own, cycle.first)
        return Guarantee(half_up(exact[key]), whole[key], ceiling(provision))

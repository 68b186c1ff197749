"""The decisions of a plan as its text tables state them, and the exact dues and conversions that follow.

    due[ℓ,t] = σ(i,p)·level(m)·cost(m)·profile(m,o)·growth(i,t), t = start + o, from κ(i) to κ(ℓ) at reference rates

Amounts are Fractions in whole currency units. Source: model.md, rules 4 and 10, "Money is exact".
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ..inputs.case import Case, Cycle
from ..inputs.tables import MilestoneRow
from .verify_factors import Factors
from .verify_rows import Findings

Milestone = tuple[str, str]
Line = tuple[str, str, str]
Place = tuple[str, str]  # a funder and its cycle


@dataclass(frozen=True, slots=True)
class Payment:
    """A row of funding.csv: `amount` in the line's currency, `own` in the funder's and `base` as stated.

    `cash` and `worth` are exact: the funder's currency at the planning rate, base at the reference rate.
    """

    number: int
    funder: str
    line: Line
    t: int
    currency: str
    amount: Fraction
    own: Fraction
    base: Fraction
    cash: Fraction
    worth: Fraction

    @property
    def words(self) -> str:
        """Name the payment."""
        return f"{self.funder} for {' / '.join(part for part in self.line if part)}"


@dataclass(frozen=True, slots=True)
class Commitment:
    """A row of commitments.csv: `amount` in the line's currency, `own` in the funder's as stated, `cash` exact."""

    number: int
    funder: str
    line: Line
    t: int
    currency: str
    amount: Fraction
    own: Fraction
    cash: Fraction


@dataclass(frozen=True, slots=True)
class Guaranteed:
    """A row of guarantees.csv of the run; `rule` is the place of its row in the case's table.

    `amount` and `mobilised` are in the initiative's currency, `provision` in the guarantor's.
    """

    number: int
    rule: int
    initiative: str
    cycle: Cycle
    amount: Fraction
    mobilised: Fraction
    provision: Fraction


@dataclass(slots=True)
class Due:
    """What falls due on a line in a period: the exact amount and the number of milestones it comes from."""

    amount: Fraction = Fraction(0)
    milestones: int = 0


@dataclass
class Facts:
    """A case, a plan's decisions, and what follows from them.

    `start` holds the milestones that are done, `level` those done in part. Per funder and cycle, in its currency:
    `hedge_costs` and `provisions` as recomputed, `committed` as stated, by those who are `committing`.
    """

    case: Case
    factors: Factors
    findings: Findings
    start: dict[Milestone, int] = field(default_factory=dict)
    level: dict[Milestone, Fraction] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    hedged: dict[tuple[str, str, int], Fraction] = field(default_factory=dict)
    dues: dict[Line, dict[int, Due]] = field(default_factory=dict)
    cost: dict[Milestone, Fraction] = field(default_factory=dict)
    part: dict[tuple[str, str], list[Fraction]] = field(default_factory=dict)
    commitments: list[Commitment] = field(default_factory=list)
    guarantees: list[Guaranteed] = field(default_factory=list)
    hedge_costs: dict[Place, Fraction] = field(default_factory=dict)
    provisions: dict[Place, Fraction] = field(default_factory=dict)
    committed: dict[Place, Fraction] = field(default_factory=dict)
    committing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Prepare the lookups that every rule needs."""
        case = self.case
        self.steps: dict[Milestone, MilestoneRow] = {
            (i, step.milestone): step for i, steps in case.milestones.items() for step in steps
        }
        self._reference: dict[str, Fraction] = {}
        self._cash: dict[tuple[str, str, int], Fraction] = {}
        self._minor: dict[str, Fraction] = {}
        self._convert: dict[tuple[str, str], Fraction] = {}
        self.weights = {i: self._weights(i) for i in case.initiatives}

    def reference(self, currency: str) -> Fraction:
        """Return R̄: base currency per unit at the reference rate."""
        if currency not in self._reference:
            self._reference[currency] = Fraction(self.case.reference_rate(currency))
        return self._reference[currency]

    def cash(self, funder: str, currency: str, t: int) -> Fraction:
        """Return what one unit of `currency` paid in t costs the funder, in its own currency."""
        own = self.case.funders[funder].currency
        if (own, currency, t) not in self._cash:
            rates = Fraction(self.case.rate(currency, t)), Fraction(self.case.rate(own, t))
            self._cash[own, currency, t] = rates[0] / rates[1]
        return self._cash[own, currency, t]

    def convert(self, source: str, target: str) -> Fraction:
        """Return the units of `target` per unit of `source` at reference rates."""
        if (source, target) not in self._convert:
            self._convert[source, target] = self.reference(source) / self.reference(target)
        return self._convert[source, target]

    def minor(self, currency: str) -> Fraction:
        """Return one minor unit of a currency, e.g. 1/100."""
        if currency not in self._minor:
            self._minor[currency] = Fraction(1, 10 ** self.case.minor_digits(currency))
        return self._minor[currency]

    def units(self, amount: Decimal | int) -> Fraction:
        """Turn an amount of the case's tables into whole currency units."""
        return Fraction(amount) * self.case.unit

    def label(self, t: int) -> str:
        """Return a period's label; periods after the horizon are counted from its end."""
        return self.case.label(t) if t <= self.case.T else f"{self.case.label(self.case.T)}+{t - self.case.T}"

    def funded(self, initiative: str) -> bool:
        """Tell whether the first milestone is done."""
        steps = self.case.milestones[initiative]
        return bool(steps) and (initiative, steps[0].milestone) in self.start

    def done_level(self, milestone: Milestone) -> Fraction:
        """Return the level at which a milestone is done: 1 in full, 0 not at all."""
        return self.level.get(milestone, Fraction(1)) if milestone in self.start else Fraction(0)

    def finish(self, milestone: Milestone) -> int:
        """Return the last period in which a done milestone runs."""
        return self.start[milestone] + self.steps[milestone].duration - 1

    def cycle_at(self, funder: str, t: int) -> Cycle | None:
        """Return the funder's cycle in which a period lies."""
        return next((cycle for cycle in self.case.cycles[funder] if cycle.first <= t <= cycle.last), None)

    def line_currency(self, initiative: str, party: str) -> str:
        """Return κ(ℓ): in a virtual pot the party's currency, if it has one, else the initiative's."""
        own = self.case.parties[party].currency if party else None
        return own or self.case.initiatives[initiative].currency

    def _weights(self, initiative: str) -> dict[str, tuple[str, Fraction]]:
        """Return {party: (currency, share converted from the initiative's)}; {"": …} in a real pot."""
        own = self.case.initiatives[initiative].currency
        if self.case.pot(initiative) == "real":
            return {"": (own, Fraction(1))}
        found = {}
        for party, share in self.case.shares.get(initiative, {}).items():
            if share:
                currency = self.line_currency(initiative, party)
                found[party] = (currency, share * self.convert(own, currency))
        return found

    def fall_due(self) -> None:
        """Work out the exact dues of every line from the starts, and each milestone's cost per currency."""
        dues: defaultdict[Line, defaultdict[int, Due]] = defaultdict(lambda: defaultdict(Due))
        parts: defaultdict[tuple[str, str], list[Fraction]] = defaultdict(list)
        for (initiative, name), start in self.start.items():
            step = self.steps[initiative, name]
            cost = self.units(step.cost) * self.level.get((initiative, name), 1)
            per_currency: defaultdict[str, Fraction] = defaultdict(Fraction)
            whole = Fraction(0)
            for offset, share in enumerate(self.case.profile(initiative, name)):
                piece = cost * share * self.factors.escalation(initiative, start + offset) if share else Fraction(0)
                if not piece:
                    continue
                whole += piece
                for party, (_, weight) in self.weights[initiative].items():
                    due = dues[initiative, step.stage, party][start + offset]
                    due.amount += piece * weight
                    due.milestones += 1
            for currency, weight in self.weights[initiative].values():
                per_currency[currency] += whole * weight
            self.cost[initiative, name] = whole
            for currency, amount in per_currency.items():
                parts[initiative, currency].append(amount)
        self.dues = {line: dict(periods) for line, periods in dues.items()}
        self.part = dict(parts)

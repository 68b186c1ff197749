"""Who pays in the case `horizon`, and how much in each budget cycle."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from tools.horizon.horizon_countries import COUNTRIES
from tools.horizon.horizon_records import FIRST_YEAR, Project

EU_GRANTS, EU_COFUND = "EU-GRANTS", "EU-COFUND"
# Part of the money in the records that the budgets hold.
FRACTION = Decimal("0.6")
# A country's public or private participants get a funder from this much own money on (EUR).
LEAST_OWN = Decimal(10_000)
# From this much recorded money on a funder budgets every year, otherwise in programmes of some years (EUR).
YEARLY_FROM = Decimal(1_000_000)
PROGRAMME_YEARS = (2015, 2019, 2023, 2027)
CARRY = {"public": Decimal("0.1"), "matching": Decimal("0.1"), "private": Decimal("0.5")}
WITHOUT_MINOR_UNIT = frozenset({"ISK", "JPY", "KRW"})


@dataclass(frozen=True)
class Payer:
    """A funder; `flow` is the money (EUR) that the records show it paying, by half-year of the real plan."""

    name: str
    title: str
    kind: str
    source: str
    party: str
    currency: str
    flow: dict[int, Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    def pay(self, project: Project, amount: Decimal) -> None:
        """Spread a project's amount evenly over its real half-years."""
        for period in range(project.start, project.start + project.half_years):
            self.flow[period] += Fraction(amount) / project.half_years


@dataclass(frozen=True)
class Cycle:
    """One budget cycle; amount in the funder's currency, whole units."""

    name: str
    first: int
    last: int
    amount: Decimal


def payers(projects: Sequence[Project], rates: Mapping[str, Decimal]) -> dict[str, Payer]:
    """The EU's two funders, then every country's public and private funder, with their real flows."""
    paying = {
        EU_GRANTS: Payer(EU_GRANTS, "EU grants (100 % of the cost)", "public", "public", "", "EUR"),
        EU_COFUND: Payer(EU_COFUND, "EU co-funding", "matching", "public", "", "EUR"),
    }
    brought: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for project in projects:
        if not project.cofunded:
            paying[EU_GRANTS].pay(project, project.cost)
            continue
        paying[EU_COFUND].pay(project, project.contribution)
        for key, money in project.own_of.items():
            brought[key] += money
    for (country, source), money in sorted(brought.items()):
        if money >= LEAST_OWN:
            name = f"{country}-{'PUB' if source == 'public' else 'PRIV'}"
            title, currency = COUNTRIES[country]
            currency = currency if currency in rates else "EUR"
            paying[name] = Payer(name, f"{title}, {source}", source, source, country, currency)
    for payer in paying.values():
        for project in projects:
            money = project.own_of.get((payer.party, payer.kind), Decimal(0))
            if payer.party and project.cofunded and money:
                payer.pay(project, money)
    return paying


def _spans(payer: Payer, periods: int) -> list[tuple[int, int]]:
    """First and last half-year of each cycle: yearly for large payers, programmes of some years otherwise."""
    last_year = FIRST_YEAR + (periods - 1) // 2
    yearly = sum(payer.flow.values()) >= Fraction(YEARLY_FROM)
    starts = range(FIRST_YEAR, last_year + 1) if yearly else PROGRAMME_YEARS
    firsts = [(year - FIRST_YEAR) * 2 + 1 for year in starts if year <= last_year]
    return list(zip(firsts, [first - 1 for first in firsts[1:]] + [periods], strict=True))


def budgets(payer: Payer, periods: int, delay: int, rates: Mapping[str, Decimal]) -> list[Cycle]:
    """The stated fraction of the recorded flow, as if starts spread evenly over their window, by cycle.

    Rounded down to the currency's minor unit; a cycle without money is left out.
    """
    spread: dict[int, Fraction] = defaultdict(Fraction)
    for period, money in payer.flow.items():
        for late in range(delay + 1):
            spread[period + late] += money / (delay + 1)
    rate = Fraction(rates.get(payer.currency, Decimal(1)))
    step = Decimal(1) if payer.currency in WITHOUT_MINOR_UNIT else Decimal("0.01")
    cycles: list[Cycle] = []
    for first, last in _spans(payer, periods):
        euro = Fraction(FRACTION) * sum((spread[t] for t in range(first, last + 1)), Fraction(0))
        exact = euro / rate
        amount = (Decimal(exact.numerator) / exact.denominator).quantize(step, rounding=ROUND_FLOOR)
        if amount:
            years = (FIRST_YEAR + (first - 1) // 2, FIRST_YEAR + (last - 1) // 2)
            name = str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"
            cycles.append(Cycle(name, first, last, amount))
    return cycles

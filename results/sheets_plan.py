"""Tables of a report on what is funded and who pays: portfolio, milestones, payers, parties, payments, flows."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ..inputs.case import Case
from .shown import Amount, Cell, Part, Record, Sheet, ShownRun, number_columns, records, text_columns, total

KINDS = ("public", "private", "matching")
UNKNOWN = ""  # what initiatives without shares spend goes to no party


def plan_sheets(run: ShownRun) -> Iterator[Sheet]:
    """Yield the tables of a plan that say what is done and who pays."""
    yield portfolio(run)
    yield unfunded(run)
    yield schedule(run)
    yield payments(run)
    yield payers(run)
    yield parties(run)
    yield flows(run)


def named(key: str, name: str | None) -> str:
    """Return what something is called: its key, and its name where it has one of its own."""
    return key if not name or name == key else f"{key} · {name}"


def portfolio(run: ShownRun) -> Sheet:
    """Return the funded initiatives, the most valuable first."""
    base = run.case.base
    rows = [row for row in records(run.plan, "portfolio") if row["funded"] == "true"]
    rows.sort(key=lambda row: -Decimal(row["present_value"] or 0))
    return Sheet(
        "portfolio",
        "Portfolio",
        (
            *text_columns("initiative", "theme", "start", "finish"),
            *number_columns("milestones", "public", "private", "matching", "all money", "cost", "value"),
        ),
        tuple(_portfolio_row(row, base) for row in rows),
        "cost in the initiative's currency, value expected and discounted",
        files="portfolio.csv",
    )


def _portfolio_row(row: Record, base: str) -> tuple[Cell, ...]:
    money = [Decimal(row[kind] or 0) for kind in KINDS]
    return (
        *(named(row["initiative"], row["name"]), row["theme"], row["start"], row["finish"]),
        f"{row['milestones_done']} of {row['milestones']}",
        *(Amount(each, base) for each in (*money, total(money))),
        Amount(Decimal(row["cost"] or 0), row["currency"]),
        Decimal(row["present_value"] or 0).quantize(Decimal("0.01")),
    )


def unfunded(run: ShownRun) -> Sheet:
    """Return what is not funded, with what all its milestones would cost and be worth."""
    case = run.case
    rows = tuple(
        (
            *(named(row["initiative"], row["name"]), row["theme"], case.initiatives[row["initiative"]].status),
            int(row["milestones"]),
            Amount(total([m.cost for m in case.milestones[row["initiative"]]]) * case.unit, row["currency"]),
            total([case.value(row["initiative"], m.milestone) for m in case.milestones[row["initiative"]]]),
        )
        for row in records(run.plan, "portfolio")
        if row["funded"] != "true"
    )
    columns = (*text_columns("initiative", "theme", "status"), *number_columns("milestones", "cost", "value"))
    note = "cost and value of every milestone, before escalation, chances of success and discounting"
    return Sheet("unfunded", "Not funded", columns, rows, note, files="portfolio.csv")


def schedule(run: ShownRun) -> Sheet:
    """Return every milestone with its dates."""
    currency = {i: row.currency for i, row in run.case.initiatives.items()}
    rows = tuple(
        (
            *(row["initiative"], row["milestone"], row["stage"], "done" if row["done"] == "true" else "not done"),
            *(row["start"], row["finish"]),
            Part(Decimal(row["level"] or 0), 0) if row["done"] == "true" else None,
            Amount(Decimal(row["cost"]), currency[row["initiative"]]) if row["done"] == "true" else None,
            Part(Decimal(row["success"] or 1), 0),
        )
        for row in records(run.plan, "schedule")
    )
    columns = (
        *text_columns("initiative", "milestone", "stage", "decision", "start", "finish"),
        *number_columns("level", "cost", "chance of success"),
    )
    note = "cost in the initiative's currency; level is the part of the cost that is funded"
    return Sheet("schedule", "Milestones", columns, rows, note, files="schedule.csv")


def by_period(run: ShownRun) -> dict[str, dict[str, Decimal]]:
    """Return what each kind of funder pays in each period, base currency; every period of the plan is there."""
    case = run.case
    found = {case.label(t): dict.fromkeys(KINDS, Decimal(0)) for t in range(1, case.T + 1)}
    for row in records(run.plan, "funding"):
        found[row["period"]][case.funders[row["funder"]].kind] += Decimal(row["amount_base"])
    return found


def payments(run: ShownRun) -> Sheet:
    """Return what is paid in each period by each kind of funder."""
    base, found = run.case.base, by_period(run)
    rows: list[tuple[Cell, ...]] = [
        (label, *(Amount(kinds[kind], base) for kind in KINDS), Amount(total(list(kinds.values())), base))
        for label, kinds in found.items()
    ]
    sums = [total([kinds[kind] for kinds in found.values()]) for kind in KINDS]
    rows.append(("all", *(Amount(each, base) for each in sums), Amount(total(sums), base)))
    columns = (*text_columns("period"), *number_columns(*KINDS, "all money"))
    return Sheet("payments", "Payments by period", columns, tuple(rows), files="funding.csv")


def payers(run: ShownRun) -> Sheet:
    """Return what every funder pays, in its own and in the base currency."""
    case = run.case
    own: dict[str, Decimal] = defaultdict(Decimal)
    base: dict[str, Decimal] = defaultdict(Decimal)
    for row in records(run.plan, "funding"):
        own[row["funder"]] += Decimal(row["amount_funder"])
        base[row["funder"]] += Decimal(row["amount_base"])
    all_money = total(list(base.values()))
    rows = []
    for name in sorted(case.funders, key=lambda each: -base[each]):
        funder = case.funders[name]
        part = Part(base[name] / all_money) if all_money else None
        money = (Amount(base[name], case.base), part, Amount(own[name], funder.currency))
        rows.append((named(name, funder.name), funder.kind, funder.party or "", *money))
    columns = (*text_columns("funder", "kind", "home"), *number_columns("pays", "share", "in its own currency"))
    return Sheet("payers", "Who pays", columns, tuple(rows), files="funding.csv")


def received(run: ShownRun) -> dict[str, Decimal]:
    """Return what each party receives, base currency; under "" what goes to no party."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in records(run.plan, "flows"):
        found[row["receiving_party"]] += Decimal(row["amount_base"])
    return found


def contributed(run: ShownRun) -> dict[str, dict[str, Decimal]]:
    """Return what funders of each home pay by kind, base currency; under "" those without a home."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(KINDS, Decimal(0)))
    for row in records(run.plan, "funding"):
        funder = run.case.funders[row["funder"]]
        found[funder.party or ""][funder.kind] += Decimal(row["amount_base"])
    return found


def parties(run: ShownRun) -> Sheet:
    """Return what comes from and goes to every party."""
    case, gets, gives = run.case, received(run), contributed(run)
    names = [party for party in case.parties if party in gets or party in gives]
    rows: list[tuple[Cell, ...]] = []
    for party in [
        *sorted(names, key=lambda each: -gets[each]),
        *([UNKNOWN] if {"", UNKNOWN} & {*gives, *gets} else []),
    ]:
        row = case.parties.get(party)
        paid = gives[party] if party in gives else dict.fromkeys(KINDS, Decimal(0))
        title = named(party, row.name if row else "") if party else "no home, no party"
        ratio = (gets[party] / paid["public"]).quantize(Decimal("0.01")) if party and paid["public"] else None
        money = (Amount(each, case.base) for each in (*paid.values(), gets[party]))
        rows.append((title, *money, ratio))
    columns = (
        *text_columns("party"),
        *number_columns(*(f"pays {kind}" for kind in KINDS), "receives", "received per public"),
    )
    note = "pays: funders with this home; received per public: the return on its public money (juste retour)"
    return Sheet("parties", "Countries and other parties", columns, tuple(rows), note, files="flows.csv")


def flow_amounts(run: ShownRun) -> dict[tuple[str, str, str], Decimal]:
    """Return base currency by funder, initiative and receiving party: real pots by share, in exact minor units.

    The last party of a payment takes what rounding leaves, so that every payment is split to the cent.
    """
    found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in records(run.plan, "funding"):
        for party, amount in _split(run.case, row["initiative"], row["party"], Decimal(row["amount_base"])):
            found[row["funder"], row["initiative"], party] += amount
    return found


def _split(case: Case, initiative: str, party: str, amount: Decimal) -> Iterator[tuple[str, Decimal]]:
    shares = case.shares.get(initiative)
    if party or not shares:
        yield party, amount
        return
    cent, left = Decimal(1).scaleb(-case.minor_digits(case.base)), amount
    *first, last = shares
    for name in first:
        part = Decimal(round(Fraction(amount) * shares[name] / Fraction(cent))) * cent
        left -= part
        yield name, part
    yield last, left


def flows(run: ShownRun) -> Sheet:
    """Return which initiatives every funder pays for, and for which parties."""
    base, found = run.case.base, flow_amounts(run)
    rows = tuple(
        (funder, initiative, party or "no party", Amount(amount, base))
        for (funder, initiative, party), amount in sorted(found.items(), key=lambda item: -item[1])
        if amount
    )
    columns = (*text_columns("funder", "initiative", "received by"), *number_columns("amount"))
    note = "what a common pot pays goes to the parties by their shares"
    return Sheet("flows", "Who pays for whom", columns, rows, note, most=60, files="funding.csv")

"""Tables of a report on purses and rules: budgets, currency, equity, co-funding, matching, guarantees, what binds."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ..inputs.money import UNITS
from .binding import binding_groups, limit_text, places
from .sheets_plan import named
from .shown import Amount, Cell, Column, Part, Record, Sheet, ShownRun, number_columns, records, text_columns
from .verify_rows import Audit

USES = ("reserved", "spent", "hedge_cost", "provision", "buffer", "carried_out", "lapsed")
USE_WORDS = {
    **{"reserved": "reserved", "spent": "spent", "hedge_cost": "hedging", "provision": "provisions"},
    **{"buffer": "buffers", "carried_out": "carried over", "lapsed": "lapsed"},
}
MEASURES = {
    "received": "share of what is received",
    "contributed": "share of public money",
    "geo_return": "received per public money (juste retour)",
    "key": "share received per share of the key",
    "initiatives": "number of initiatives",
}
PARTS = ("received", "contributed")


def money_sheets(run: ShownRun) -> Iterator[Sheet]:
    """Yield the tables on budgets and currency risk."""
    yield purses(run)
    yield budgets(run)
    yield currency(run)


def rule_sheets(run: ShownRun, audit: Audit | None) -> Iterator[Sheet]:
    """Yield the tables of rules that have rows, and of the limits that bind."""
    found = [equity(run), cofunding(run), matching(run), guarantees(run)]
    yield from (sheet for sheet in found if sheet.rows)
    if audit is not None:
        yield binding(run, audit)


def _amount(row: Record, column: str) -> Decimal:
    return Decimal(row[column] or 0)


def released(run: ShownRun) -> bool:
    """Tell whether an unused buffer is free again: then it is part of what is carried over or lapses."""
    return run.case.settings.buffer.released


def uses(run: ShownRun) -> tuple[str, ...]:
    """Return the parts that payments and what was carried in are the sum of."""
    return tuple(use for use in USES if not (use == "buffer" and released(run)))


def purse_totals(run: ShownRun) -> dict[str, dict[str, Decimal]]:
    """Return by funder what its appropriations of all cycles are used for, in its currency.

    What is carried from cycle to cycle cancels out.
    """
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in records(run.plan, "budgets"):
        for column in ("payments", *USES):
            found[row["funder"]][column] += _amount(row, column)
    return found


def purses(run: ShownRun) -> Sheet:
    """Return one row per funder: where its appropriations of all cycles go."""
    shown = [use for use in USES if use != "carried_out"]
    rows = []
    for name, sums in purse_totals(run).items():
        code = run.case.funders[name].currency
        part = Part(sums["spent"] / sums["payments"]) if sums["payments"] else None
        money = (Amount(sums[column], code) for column in ("payments", *shown))
        rows.append((named(name, run.case.funders[name].name), code, *money, part))
    columns = (
        *text_columns("funder", "currency"),
        *number_columns("payments", *(USE_WORDS[use] for use in shown), "spent of payments"),
    )
    note = "in the funder's currency; payments = reserved + spent + hedging + provisions + buffers + lapsed"
    if released(run):
        note = "in the funder's currency; an unused buffer is released: it is counted in what lapses too"
    return Sheet("purses", "Budgets by funder", columns, tuple(rows), note, files="budgets.csv")


def budgets(run: ShownRun) -> Sheet:
    """Return one row per funder and cycle."""
    spans = {
        (name, cycle.name): f"{run.case.label(cycle.first)} – {run.case.label(cycle.last)}"
        for name, cycles in run.case.cycles.items()
        for cycle in cycles
    }
    shown = ("payments", "carried_in", *USES)
    rows = []
    for row in records(run.plan, "budgets"):
        code = run.case.funders[row["funder"]].currency
        rate = Part(Decimal(row["execution_rate"])) if row["execution_rate"] else None
        promised = (Amount(Decimal(row[c]), code) if row[c] else None for c in ("commitments", "committed"))
        rows.append(
            (
                *(row["funder"], row["cycle"], spans[row["funder"], row["cycle"]], code),
                *(Amount(_amount(row, column), code) for column in shown),
                *(rate, *promised),
            )
        )
    words = {**USE_WORDS, "payments": "payments", "carried_in": "carried in"}
    columns = (
        *text_columns("funder", "cycle", "periods", "currency"),
        *number_columns(*(words[column] for column in shown), "execution", "commitment ceiling", "committed"),
    )
    note = "in the funder's currency; execution: spent of payments and what was carried in"
    return Sheet("budgets", "Budgets by cycle", columns, tuple(rows), note, files="budgets.csv")


def exposures(run: ShownRun) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Return by funder and foreign currency its exposure, hedged and unhedged, in base currency at reference rates.

    `worst_case_loss` is in the funder's currency.
    """
    found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in records(run.plan, "currency"):
        rate = run.case.reference_rate(row["currency"])
        entry = found[row["funder"], row["currency"]]
        for column in ("exposure", "hedged", "unhedged"):
            entry[column] += _amount(row, column) * rate
        entry["worst_case_loss"] += _amount(row, "worst_case_loss")
    return found


def currency(run: ShownRun) -> Sheet:
    """Return what every funder pays in each foreign currency, and the buffers it holds."""
    base = run.case.base
    rows = tuple(
        (
            *(funder, code),
            *(Amount(entry[column], base) for column in ("exposure", "hedged", "unhedged")),
            Part(entry["hedged"] / entry["exposure"], 0) if entry["exposure"] else None,
            Amount(entry["worst_case_loss"], run.case.funders[funder].currency),
        )
        for (funder, code), entry in exposures(run).items()
    )
    columns = (
        *text_columns("funder", "pays in"),
        *number_columns("exposure", "hedged", "unhedged", "hedged part", "worst-case loss"),
    )
    note = f"exposure, hedged and unhedged in {base} at reference rates; worst-case loss in the funder's currency"
    return Sheet("currency", "Currency exposure", columns, rows, note, files="currency.csv")


def measured(measure: str, text: str) -> Cell:
    """Return what an equity measure reaches, or a bound of it."""
    if not text:
        return None
    if measure in PARTS:
        return Part(Decimal(text))
    return int(Decimal(text)) if measure == "initiatives" else Decimal(text).quantize(Decimal("0.01"))


def equity(run: ShownRun) -> Sheet:
    """Return every equity rule beside its bounds."""
    rows = tuple(
        (
            *(row["rule"], MEASURES[row["measure"]], row["party"] or row["parties"] or "all", row["by"] or "the end"),
            *(measured(row["measure"], row[column]) for column in ("value", "at_least", "at_most")),
        )
        for row in records(run.plan, "equity")
    )
    columns = (
        *text_columns("rule", "measure", "party", "up to"),
        *number_columns("achieved", "at least", "at most"),
    )
    return Sheet("equity", "Equity rules", columns, rows, files="equity.csv")


def cofunding(run: ShownRun) -> Sheet:
    """Return the achieved shares of co-funding rules beside their bounds."""
    rows = tuple(
        (
            *(row["rule"], row["initiative"], row["stage"] or "any"),
            *((Part(Decimal(row[c])) if row[c] else None) for c in ("value", "at_least", "at_most")),
        )
        for row in records(run.plan, "cofunding")
    )
    columns = (*text_columns("rule", "initiative", "stage"), *number_columns("achieved", "at least", "at most"))
    return Sheet("cofunding", "Co-funding", columns, rows, "shares of the cost", files="cofunding.csv")


def matching(run: ShownRun) -> Sheet:
    """Return what matching rules add to what."""
    rows = tuple(
        (
            *(row["rule"], row["initiative"]),
            *((Amount(Decimal(row[c]), row["currency"]) if row[c] else None) for c in ("base", "matched")),
            *((Decimal(row[c]).quantize(Decimal("0.001")) if row[c] else None) for c in ("achieved", "ratio")),
            *((Amount(Decimal(row[c]), run.case.base) if row[c] else None) for c in ("matched_reference", "cap")),
        )
        for row in records(run.plan, "matching")
    )
    columns = (
        *text_columns("rule", "initiative"),
        *number_columns("base money", "matched", "achieved", "ratio at most", "matched, base currency", "cap"),
    )
    note = "base money and matched in the initiative's currency, caps in the base currency"
    return Sheet("matching", "Matching", columns, rows, note, files="matching.csv")


def guarantees(run: ShownRun) -> Sheet:
    """Return what each guarantee mobilises."""
    rows = tuple(
        (
            *(row["guarantee"], row["guarantor"], row["initiative"], row["cycle"]),
            Amount(_amount(row, "guaranteed"), row["currency"]),
            Amount(_amount(row, "mobilised"), row["currency"]),
            Decimal(row["achieved"]).quantize(Decimal("0.01")) if row["achieved"] else None,
            Amount(_amount(row, "provision"), row["provision_currency"]),
        )
        for row in records(run.plan, "guarantees")
    )
    columns = (
        *text_columns("guarantee", "guarantor", "initiative", "cycle"),
        *number_columns("guaranteed", "mobilised", "mobilised per guaranteed", "provision"),
    )
    return Sheet("guarantees", "Guarantees", columns, rows, files="guarantees.csv")


def binding(run: ShownRun, audit: Audit) -> Sheet:
    """Return the limits that bind: where a little more room would be felt first."""
    rows = tuple(
        (key[0].replace("_", " "), key[1], places(key, found), limit_text(found, run.case.unit))
        for key, found in binding_groups(audit).items()
    )
    columns = (*text_columns("family", "rule", "where"), Column("limit"))
    word = UNITS.get(run.case.unit, f"× {run.case.unit:,}")
    amounts = f"{word} of the currency shown" if word else "the currency shown"
    note = f"where a little more room would be felt first; amounts in {amounts}"
    return Sheet("binding", "Limits that bind", columns, rows, note, files="rules.csv")


def rules(audit: Audit) -> Sheet:
    """Return every rule row as it was recomputed, for the workbook."""

    def bound(value: Fraction | None) -> Cell:
        return None if value is None else Decimal(f"{float(value):.6f}").normalize() + 0

    rows = tuple(
        (
            *(row.family, row.rule, row.owner, ";".join(row.index)),
            *(bound(each) for each in (row.value, row.at_least, row.at_most, row.slack)),
            *(row.unit, "yes" if row.binding else "no"),
        )
        for row in audit.rows
    )
    columns = (
        *text_columns("family", "rule", "owner", "index"),
        *number_columns("value", "at least", "at most", "slack"),
        *text_columns("unit", "binding"),
    )
    note = "every rule, recomputed exactly; amounts in whole units of the currency named"
    return Sheet("rules", "Every rule", columns, rows, note, files="rules.csv")

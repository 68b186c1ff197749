"""Commitments and disbursements of a run as a flat CSV in the terms of IATI, one row per transaction.

Codes are those of the International Aid Transparency Initiative, standard 2.03: TransactionType 2 (outgoing commitment)
and 3 (disbursement), OrganisationType 10 (government) and 70 (private sector), ActivityStatus 1 (pipeline),
FinanceType 110 (standard grant). Amounts are those of funding.csv and commitments.csv, to the cent, in the currency of
the line. A plan has periods, not days: a commitment is dated on the first day of its period, a disbursement on the
last. Lines without a commitment ceiling are committed, as by rule 8, when their first milestone begins: all that is
paid on them, and the column `basis` says so.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from ..inputs.case import Case
from ..inputs.faults import Fault, InputError, UsageError
from ..inputs.periods import PERIODS_PER_YEAR, Frequency, ordinal
from ..inputs.texts import csv_text
from .plan import Plan, Run

COMMITMENT: Final = ("2", "Outgoing Commitment")
DISBURSEMENT: Final = ("3", "Disbursement")
ORGANISATION: Final = {"public": "10", "private": "70"}
PIPELINE: Final = "1"
STANDARD_GRANT: Final = "110"
PAYMENTS: Final = "funding.csv"
COMMITTED: Final = "commitments.csv"
DERIVED: Final = "payments of the line"
COLUMNS: Final = (
    *("iati-identifier", "title", "activity-status", "transaction-type", "transaction-type-name"),
    *("transaction-date", "value", "currency", "value-date"),
    *("provider-org-ref", "provider-org", "provider-org-type", "receiver-org-ref", "receiver-org"),
    *("finance-type", "description", "basis"),
)
_FORBIDDEN: Final = "/&|?"
Line = tuple[str, str, str, str]  # funder, initiative, stage, party
Cells = Mapping[str, str]


@dataclass(frozen=True)
class _Transaction:
    kind: tuple[str, str]
    day: date
    cells: Cells
    amount: str
    period: str
    basis: str


def transactions(run: Run, organisation: str) -> list[dict[str, str]]:
    """Return one row per transaction, by activity, then date; ``organisation`` is the reporting organisation's ref.

    Raises UsageError for a run without a plan or an organisation that is no ref, InputError for initiatives whose name
    may not stand in an identifier.
    """
    if run.plan is None:
        raise UsageError("the run has no plan, so there is nothing to report")
    if not organisation or any(c in _FORBIDDEN or c.isspace() for c in organisation):
        raise UsageError(
            f"--organisation {organisation!r}: an identifier without blanks and {_FORBIDDEN}, as registered"
        )
    tables = {name: _records(run.plan, name) for name in ("funding", "commitments", "schedule")}
    _check_names(tables["funding"])
    case, found = run.case, []
    for cells in tables["funding"]:
        day = last_day(cells["period"], case.settings.frequency)
        found.append(_Transaction(DISBURSEMENT, day, cells, cells["amount"], cells["period"], PAYMENTS))
    found += _commitments(case, tables)
    order = {name: place for place, name in enumerate(case.initiatives)}
    found.sort(key=lambda each: (order[each.cells["initiative"]], each.day, each.kind, each.cells["funder"]))
    return [_row(case, each, organisation) for each in found]


def _records(plan: Plan, name: str) -> list[Cells]:
    if name not in plan.tables:  # of commitments, where no ceiling asks for any
        return []
    table = plan.tables[name]
    columns = [str(column) for column in table.columns]
    return [dict(zip(columns, map(str, row), strict=True)) for row in table.itertuples(index=False)]


def _check_names(funding: Sequence[Cells]) -> None:
    wrong = dict.fromkeys(
        cells["initiative"] for cells in funding if any(sign in cells["initiative"] for sign in _FORBIDDEN)
    )
    if wrong:
        expected = f"a name without {_FORBIDDEN}, since it is part of an IATI identifier"
        raise InputError([Fault("initiatives.csv", None, "initiative", name, expected, "rename it") for name in wrong])


def _commitments(case: Case, tables: Mapping[str, Sequence[Cells]]) -> Iterator[_Transaction]:
    """Yield what commitments.csv says, and what follows from payments on the lines it does not cover."""
    frequency = case.settings.frequency
    under = set()
    for cells in tables["commitments"]:
        under.add(_line(cells))
        day = first_day(cells["period"], frequency)
        yield _Transaction(COMMITMENT, day, cells, cells["amount"], cells["period"], COMMITTED)
    begun: dict[tuple[str, str], str] = {}
    for step in tables["schedule"]:
        key = step["initiative"], step["stage"]
        if step["done"] == "true" and (key not in begun or step["start"] < begun[key]):
            begun[key] = step["start"]  # labels of one frequency sort as their periods do
    sums: dict[Line, Decimal] = {}
    of: dict[Line, Cells] = {}
    for cells in tables["funding"]:
        line = _line(cells)
        if line not in under:
            sums[line] = sums.get(line, Decimal(0)) + Decimal(cells["amount"])
            of[line] = cells
    for line, total in sums.items():
        period = begun[line[1], line[2]]
        yield _Transaction(COMMITMENT, first_day(period, frequency), of[line], f"{total:f}", period, DERIVED)


def _line(cells: Cells) -> Line:
    return cells["funder"], cells["initiative"], cells["stage"], cells["party"]


def _row(case: Case, each: _Transaction, organisation: str) -> dict[str, str]:
    cells = each.cells
    funder, initiative = case.funders[cells["funder"]], case.initiatives[cells["initiative"]]
    party = case.parties.get(cells["party"])
    source = funder.source or ("private" if funder.kind == "private" else "public")
    told = (party.name or party.party) if party is not None else initiative.name or initiative.initiative
    stage = f", stage {cells['stage']}" if cells["stage"] != "all" else ""
    values = (
        *(f"{organisation}-{initiative.initiative}", initiative.name or initiative.initiative, PIPELINE, *each.kind),
        *(each.day.isoformat(), each.amount, cells["currency"], each.day.isoformat()),
        *(funder.funder, funder.name or funder.funder, ORGANISATION[source], cells["party"], told),
        *(STANDARD_GRANT, f"planned in period {each.period}{stage}", each.basis),
    )
    return dict(zip(COLUMNS, values, strict=True))


def first_day(label: str, frequency: Frequency) -> date:
    """Return the first day of a period."""
    months = 12 // PERIODS_PER_YEAR[frequency]
    year, month = divmod(ordinal(label, frequency) * months, 12)
    return date(year, month + 1, 1)


def last_day(label: str, frequency: Frequency) -> date:
    """Return the last day of a period."""
    months = 12 // PERIODS_PER_YEAR[frequency]
    year, month = divmod(ordinal(label, frequency) * months + months - 1, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def iati_text(rows: Sequence[Mapping[str, str]]) -> str:
    """Return the transactions as CSV."""
    return csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))

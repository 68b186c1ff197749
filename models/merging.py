"""Merging: funders that no rule tells apart are one payer with the sum of their money (compact form only).

Funders are alike when kind, source, home party, currency and contingency agree, every selector of funders in every
table means both or neither, and their budget cycles cover the same periods. Then only their budgets are their own, and

    payments = Σ payments,   reserved = Σ reserved,   carry limit = Σ min(carry_over·payments, payments − reserved)

per cycle, in their currency and `unit`s, allow whatever the members can pay between them. The reverse holds too where
money flows forward only and a carry limit never exceeds the cycle's own appropriation (what the cycles of a set can
spend is then the sum of their appropriations and of the carry limits into it, a polymatroid whose rank adds up), and
where appropriations are proportional over the cycles. Whatever the buffer, its need is homogeneous and subadditive:
members need no less apart than together, and no more with a part each of everything in a cycle. A buffer that is
released at the cycle's end needs money that it does not use up; there only proportional funders are merged. So merging
gives up nothing; who of the members pays is left to the exact form. Source: model.md, rule 9; sums of polymatroids:
Edmonds (1970), McDiarmid (1975).
"""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ..inputs.case import Case, Cycle
from ..inputs.schema import columns
from ..inputs.tables import TABLES, BudgetRow, FunderRow, GroupRow, Row

SELECTORS = {"funders", "sources", "funder"}  # what a column that names funders refers to
OWN = {"funders", "budgets"}  # tables that hold what is merged


def alike(case: Case) -> dict[str, tuple[str, ...]]:
    """Return {name of the merged payer: its members} of all funders with others like them."""
    sets = _selected(case)
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for funder in case.funders:
        groups[_kind(case, funder), tuple(funder in chosen for chosen in sets), _money(case, funder)].append(funder)
    found: dict[str, tuple[str, ...]] = {}
    for members in groups.values():
        if len(members) > 1:
            name = f"{members[0]} and {members[1] if len(members) == 2 else f'{len(members) - 1} more'}"
            while name in case.source_sets or name in found:
                name += "'"
            found[name] = tuple(members)
    return found


def _selected(case: Case) -> list[frozenset[str]]:
    """Return what every selector of funders in the tables of rules means, each set once."""
    found: dict[frozenset[str], None] = {}
    for table, model in TABLES.items():
        for column in columns(model):
            if column.refers in SELECTORS and table not in OWN:
                sets = case.source_sets if column.refers == "sources" else case.funder_sets
                found.update({sets[str(getattr(row, column.name))]: None for row in case.tables.get(table, ())})
    return list(found)


def _kind(case: Case, funder: str) -> Hashable:
    """Return what of a funder's row rules go by; one with rules of its own is like no other."""
    row = case.funders[funder]
    own = any(limit is not None for limit in (row.min_ticket, row.max_change, row.risk_tolerance))
    own = own or any(cycle.commitments is not None for cycle in case.cycles[funder])
    return row.kind, case.source(funder), row.party, row.currency, row.contingency, funder if own else None


def _money(case: Case, funder: str) -> Hashable:
    """Return the periods of a funder's cycles, with the proportions of its money where these matter."""
    cycles, buffer = case.cycles[funder], case.settings.buffer
    periods = tuple((cycle.first, cycle.last) for cycle in cycles)
    if not buffer.released or (buffer.method == "none" and not case.funders[funder].contingency):
        return periods
    amounts = [Fraction(part) for c in cycles for part in (c.payments, c.reserved, carry_limit(c))]
    first = next((amount for amount in amounts if amount), Fraction(1))
    return periods, tuple(amount / first for amount in amounts)


def carry_limit(cycle: Cycle) -> Decimal:
    """Return the most that may be carried out of a cycle, if another follows."""
    return min(cycle.carry_over * cycle.payments, cycle.payments - cycle.reserved)


def merged(case: Case) -> Case:
    """Return the case with like funders as one payer each; the case itself where there are none."""
    names = alike(case)
    if not names:
        return case
    payer = {member: name for name, members in names.items() for member in members}
    first = {members[0]: name for name, members in names.items()}
    funders: list[Row] = [
        row.model_copy(update={"funder": first[row.funder]}) if row.funder in first else row
        for row in case.rows(FunderRow)
        if row.funder in first or row.funder not in payer
    ]
    budgets: list[Row] = [row for row in case.rows(BudgetRow) if row.funder not in payer]
    for name, members in names.items():
        budgets += _budgets(case, name, members)
    groups: dict[Row, None] = {}
    for row in case.rows(GroupRow):
        named = row.kind == "funder" and row.member in payer
        groups[row.model_copy(update={"member": payer[row.member]}) if named else row] = None
    tables = {**case.tables, "funders": tuple(funders), "budgets": tuple(budgets), "groups": tuple(groups)}
    return replace(case, tables=tables)


def _budgets(case: Case, name: str, members: tuple[str, ...]) -> list[Row]:
    """Return the cycles of a merged payer, with the names of its first member's."""
    found: list[Row] = []
    for cycles in zip(*(case.cycles[member] for member in members), strict=True):
        payments = sum((cycle.payments for cycle in cycles), Decimal(0))
        carried = sum((carry_limit(cycle) for cycle in cycles), Decimal(0))
        found.append(
            BudgetRow.model_construct(
                funder=name,
                cycle=cycles[0].name,
                first_period=case.label(cycles[0].first),
                last_period=case.label(cycles[0].last),
                payments=payments,
                commitments=None,
                carry_over=carried / payments if payments else Decimal(0),
                reserved=sum((cycle.reserved for cycle in cycles), Decimal(0)),
            )
        )
    return found

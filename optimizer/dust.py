"""Payments too small to be meant: the cents of a line that the limits leave to another payer.

Some minor units of the limits stay free while payments are solved, so that they can be rounded (`settle.py`). Where a
line would use up a payer's money, its last cents then fall to another payer, as a payment of their own. Where somebody
who pays on the same line in the same period has the money after all, and every rule still holds, it pays them too;
otherwise they stay: a limit that is met to the cent leaves its cents somewhere. A re-plan keeps every amount as it is.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil

import pandas as pd

from ..inputs.case import Case
from ..results.accounts import Books
from ..results.decisions import Decisions, LineKey, PayKey
from ..results.goals import public_outlay, total
from ..results.ledger import dues
from ..results.mending import room
from ..results.rounding import Rounded, round_plan
from ..results.tables import Tables
from ..results.verify import audit
from .extract import Factors

SMALL = 100  # minor units of the base currency below which a payment is dust
PART = 1e-4  # and the part of what is due below which it is
ALONE = 5  # how many payments of dust are tried one by one when they cannot be moved together

Tabled = dict[str, pd.DataFrame]
Move = tuple[PayKey, PayKey]


def swept(case: Case, factors: Factors, decisions: Decisions, rounded: Rounded, tables: Tabled) -> Tabled:
    """Return the tables of a plan without what dust others can pay; `tables` where there is none."""
    books = Books(case, factors)
    moves = list(_moves(case, books, decisions, rounded)) if case.approved is None else []
    tries = [moves, *([move] for move in moves if 1 < len(moves) <= ALONE)] if moves else []
    for tried in tries:
        found = _moved(case, factors, books, decisions, rounded, tried)
        if found is not None and _no_dearer(case, found, tables):
            return found
    return tables


def _moves(case: Case, books: Books, decisions: Decisions, rounded: Rounded) -> Iterator[Move]:
    """Yield each payment of dust with the payment that can take it over; lines under commitment are left out."""
    cells: dict[tuple[LineKey, int], dict[str, int]] = defaultdict(dict)
    for (funder, line, t), amount in rounded.payments.items():
        cells[line, t][funder] = amount
    committed = {line for _, line, _ in decisions.commitments}
    left = room(rounded.accounts)
    for (line, t), paid in cells.items():
        currency = rounded.currency[line]
        worth = float(case.reference_rate(currency)) * books.units(case.base) / books.units(currency)
        least = min(SMALL / worth, PART * sum(paid.values()))
        able = sorted((f for f, amount in paid.items() if amount >= least), key=lambda name: (-paid[name], name))
        for funder, amount in paid.items() if line not in committed else ():
            for other in able if amount < least else ():
                cycle = other, books.cycle_at[other, t].name
                needs = ceil(amount * books.rate(currency, case.funders[other].currency, t))
                if left[cycle] >= needs:
                    left[cycle] -= needs
                    yield (funder, line, t), (other, line, t)
                    break


def _moved(
    case: Case, factors: Factors, books: Books, decisions: Decisions, rounded: Rounded, moves: Sequence[Move]
) -> Tabled | None:
    """Return the tables of the plan in which others pay the dust; None where some rule does not hold then."""
    paid = dict(rounded.payments)
    for giver, taker in moves:
        paid[taker] += paid.pop(giver)
    payments = {key: amount / (books.units(rounded.currency[key[1]]) * case.unit) for key, amount in paid.items()}
    wanted = replace(decisions, payments=payments)
    found = round_plan(case, books, dues(case, factors, decisions.starts, decisions.levels), wanted, cents=False)
    if found.payments != paid or found.overshoot or found.commitment_overshoot or found.cap_overshoot:
        return None
    tables = Tables(case, factors, wanted, found).all()
    broken = [fault for fault in audit(case, tables, {}, factors).faults if not fault.startswith("summary.json")]
    return None if broken else tables


def _no_dearer(case: Case, tables: Mapping[str, pd.DataFrame], before: Mapping[str, pd.DataFrame]) -> bool:
    """Tell whether a plan costs the public no more than before, where that is sought."""
    goal = case.settings.objective
    if goal.goal != "public_money" and not goal.tie_break:
        return True
    return total(public_outlay(case, tables)) <= total(public_outlay(case, before))

"""The whole LP of a case: every rule written into one program."""

from __future__ import annotations

from .goals import goal_rows
from .payments import Payments
from .rows_fairness import earmarks, equity
from .rows_matching import Matching
from .rows_past import keep_past
from .rows_promises import commitments, guarantees, risk_tolerance, stability, synergies, tickets
from .rows_risk import currency_risk
from .work import Work


def program(work: Work) -> Payments:
    """The rows in an order in which each finds the columns that it speaks of; budgets see all that is used."""
    found = Payments(work)
    found.cover()
    found.levels()
    found.eligibility()
    found.cofunding()
    Matching(found).write()
    for rules in (guarantees, commitments, tickets, stability, risk_tolerance, synergies, currency_risk):
        rules(found)
    keep_past(found)
    found.budgets()
    equity(found)
    earmarks(found)
    goal_rows(found)
    found.freeze()
    return found

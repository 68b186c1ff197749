"""One frozen row model per table of a case: the schema that drives reader, checker and template.

Field names are column names. Money, shares and ratios are exact decimals in the case's ``unit`` where money;
an empty cell is the default, ``None`` where there is none, ``""`` for a selector (any). ``KEY`` names the
columns that tell two rows apart, ``NEEDED`` the tables that every case has.
"""

from __future__ import annotations

from typing import Final, Literal

from .cells import (
    Correlation,
    Currency,
    Duration,
    Flag,
    Label,
    Name,
    NonNegative,
    Number,
    Ordinal,
    Period,
    Periods,
    Positive,
    PositiveShare,
    Share,
    Volatility,
    YearlyRate,
    column,
)
from .rows import FUNDER_MONEY, ONE, ZERO, Row
from .tables_rules import (
    ChoiceRow,
    CofundingRow,
    EarmarkRow,
    EligibilityRow,
    EquityRow,
    GuaranteeRow,
    MatchingRow,
    PrecedenceRow,
    SynergyRow,
)

__all__ = [
    "TABLES",
    "BudgetRow",
    "ChoiceRow",
    "CofundingRow",
    "CorrelationRow",
    "CostProfileRow",
    "CriterionRow",
    "CurrencyRow",
    "EarmarkRow",
    "EligibilityRow",
    "EquityRow",
    "FunderRow",
    "GroupRow",
    "GuaranteeRow",
    "InitiativeRow",
    "MatchingRow",
    "MilestoneRow",
    "PartyRow",
    "PrecedenceRow",
    "RateRow",
    "Row",
    "ShareRow",
    "SynergyRow",
]


class FunderRow(Row):
    """Who pays: ministries, agencies, companies, and the programmes that match what others pay."""

    KEY = ("funder",)
    NEEDED = True
    funder: Label = column("Short name by which the other tables know the funder.")
    name: Name | None = column("Name in reports; the short name where empty.", None)
    kind: Literal["public", "private", "matching"] = column("Public or private payer, or one that only matches.")
    source: Literal["public", "private"] | None = column(
        "Whose money it is in the end; by kind where empty, public for matching.", None
    )
    party: Label | None = column("Home party whose lines it pays in virtual pots; empty = none.", None, refers="party")
    currency: Currency = column("Currency of its budgets.")
    min_ticket: NonNegative | None = column(
        "Least amount it puts into an initiative it joins at all.", None, unit=FUNDER_MONEY
    )
    max_change: NonNegative | None = column(
        "Largest change per period of what it pays from cycle to cycle, as a share of its appropriation.",
        None,
        unit="share",
    )
    risk_tolerance: Share | None = column(
        "Largest average probability of failure of what it pays for.", None, unit="share"
    )
    contingency: Share = column("Share of its payments held against cost overruns.", ZERO, unit="share")


class BudgetRow(Row):
    """What each funder may pay in each of its budget cycles."""

    KEY = ("funder", "cycle")
    NEEDED = True
    funder: Label = column("The funder.", refers="funder")
    cycle: Label = column("Name of the budget cycle, unique for the funder.")
    first_period: Period = column("First planning period of the cycle.")
    last_period: Period = column("Last planning period of the cycle.")
    payments: NonNegative = column("Appropriation that may be paid in the cycle.", unit=FUNDER_MONEY)
    commitments: NonNegative | None = column(
        "What may be newly committed in the cycle; empty = no ceiling.", None, unit=FUNDER_MONEY
    )
    carry_over: Share = column(
        "Largest share of the payments that may be carried into the next cycle.", ZERO, unit="share"
    )
    reserved: NonNegative = column("Part of the payments already owed to running programmes.", ZERO, unit=FUNDER_MONEY)


class CurrencyRow(Row):
    """Reference rates and risk of the currencies other than the base currency."""

    KEY = ("currency",)
    currency: Currency = column("ISO 4217 code.")
    rate: Positive = column("Reference and planning rate.", unit="base currency per unit")
    volatility: Volatility = column("Volatility of the log rate against the base.", ZERO, unit="per year")
    hedge_cost: Share | None = column(
        "Cost of hedging against the base; empty = cannot be hedged.", None, unit="per unit hedged and year"
    )


class RateRow(Row):
    """Planning rates of single periods that differ from the reference rate."""

    KEY = ("currency", "period")
    currency: Currency = column("ISO 4217 code.")
    period: Period = column("The planning period.")
    rate: Positive = column("Planning rate of that period.", unit="base currency per unit")


class CorrelationRow(Row):
    """Correlations of the log rates against the base; pairs not listed are uncorrelated."""

    KEY = ("currency_a", "currency_b")
    currency_a: Currency = column("One currency of the pair.")
    currency_b: Currency = column("The other currency of the pair.")
    correlation: Correlation = column("Correlation of the two log rates.", unit="ratio")


class PartyRow(Row):
    """Countries or other parties that share costs and receive money."""

    KEY = ("party",)
    party: Label = column("Short name by which the other tables know the party.")
    name: Name | None = column("Name in reports; the short name where empty.", None)
    currency: Currency | None = column(
        "Currency in which its lines of virtual pots fall due; the initiative's where empty.", None
    )
    key: Positive | None = column("Scale of its contributions, such as its GDP; empty = none.", None)


class InitiativeRow(Row):
    """The joint initiatives among which is chosen."""

    KEY = ("initiative",)
    NEEDED = True
    initiative: Label = column("Short name by which the other tables know the initiative.")
    name: Name | None = column("Name in reports; the short name where empty.", None)
    theme: Label | None = column("Theme, usable wherever initiatives are selected.", None)
    currency: Currency = column("Currency of its costs.")
    status: Literal["candidate", "mandatory", "excluded"] = column(
        "Free to choose, every milestone must be done, or not to be funded.", "candidate"
    )
    pot: Literal["virtual", "real"] | None = column(
        "Virtual: each party's share is paid by its own funders; real: one common line. By default virtual "
        "where it has shares.",
        None,
    )
    call: Label | None = column("Call in which it competes, usable wherever initiatives are selected.", None)
    rank: Ordinal | None = column("Rank in its call, 1 = best; empty = outside the ranking.", None)
    complete: Flag = column("Once funded, every milestone must be done.", False)
    max_pause: Periods | None = column(
        "Most periods between the end of one milestone and the start of the next; empty = any.",
        None,
        unit="periods",
    )
    sunset: Period | None = column("Last period in which anything may be paid.", None)
    escalation: YearlyRate = column("Cost growth.", ZERO, unit="per year")


class MilestoneRow(Row):
    """The milestones of each initiative, done in order."""

    KEY = ("initiative", "milestone")
    NEEDED = True
    initiative: Label = column("The initiative.", refers="initiative")
    milestone: Label = column("Name of the milestone, unique within the initiative.")
    order: Ordinal = column("Place in the sequence: 1, 2, ... without gaps.")
    stage: Label = column("Stage, by which rules tell kinds of work apart; one for all where empty.", "all")
    duration: Duration = column("How long it runs.", unit="periods")
    cost: NonNegative = column("Cost at the prices of period 1.", unit="case unit of the initiative's currency")
    value: Number | None = column("Value of having it done, may be negative; empty only with criteria.csv.", None)
    success: Share = column("Probability that the gate at its end is passed.", ONE, unit="probability")
    earliest_start: Period | None = column("First period in which it may start.", None)
    latest_start: Period | None = column("Last period in which it may start.", None)
    deadline: Period | None = column("Last period in which it may still run.", None)
    min_level: PositiveShare = column(
        "Least share of the cost at which it may be funded; 1 = all or nothing.", ONE, unit="share"
    )


class CostProfileRow(Row):
    """When the cost of a milestone falls due; evenly over its duration where nothing is said."""

    KEY = ("initiative", "milestone", "offset")
    initiative: Label = column("The initiative.", refers="initiative")
    milestone: Label = column("The milestone.", refers="milestone")
    offset: Periods = column("Periods after the milestone's first period; may exceed the duration.", unit="periods")
    share: Share = column("Part of the cost falling due then; they sum to 1 per milestone.", unit="share")


class CriterionRow(Row):
    """Scores of the milestones, weighed by the weights of case.toml instead of a value."""

    KEY = ("initiative", "milestone", "criterion")
    initiative: Label = column("The initiative.", refers="initiative")
    milestone: Label = column("The milestone.", refers="milestone")
    criterion: Label = column("Criterion, as named under [weights] of case.toml.")
    score: Number = column("Score on the criterion.")


class ShareRow(Row):
    """Each party's part of an initiative's cost and of what is received through it."""

    KEY = ("initiative", "party")
    initiative: Label = column("The initiative.", refers="initiative")
    party: Label = column("The party.", refers="party")
    share: PositiveShare = column("The party's part; they sum to 1 per initiative, within 1e-6.", unit="share")


class GroupRow(Row):
    """Groups of parties, initiatives or funders, usable wherever these are selected."""

    KEY = ("group", "kind", "member")
    group: Label = column("Name of the group.")
    kind: Literal["party", "initiative", "funder"] = column("What its members are.")
    member: Label = column("One member.")


TABLES: Final[dict[str, type[Row]]] = {
    "funders": FunderRow,
    "budgets": BudgetRow,
    "currencies": CurrencyRow,
    "rates": RateRow,
    "correlations": CorrelationRow,
    "parties": PartyRow,
    "initiatives": InitiativeRow,
    "milestones": MilestoneRow,
    "cost_profile": CostProfileRow,
    "criteria": CriterionRow,
    "shares": ShareRow,
    "groups": GroupRow,
    "eligibility": EligibilityRow,
    "precedence": PrecedenceRow,
    "choices": ChoiceRow,
    "cofunding": CofundingRow,
    "matching": MatchingRow,
    "guarantees": GuaranteeRow,
    "equity": EquityRow,
    "earmarks": EarmarkRow,
    "synergies": SynergyRow,
}
"""Every table of a case by its name without ``.csv``, in the order in which faults are told."""

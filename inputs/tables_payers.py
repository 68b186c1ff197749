"""Row models of who pays, with what money and at which rates."""

from __future__ import annotations

from typing import Literal

from .cells import (
    Correlation,
    Currency,
    Label,
    Name,
    NonNegative,
    Period,
    Positive,
    Share,
    Volatility,
    column,
)
from .rows import FUNDER_MONEY, ZERO, Row


class FunderRow(Row):
    """Who pays: ministries, agencies, companies, and the programmes that match what others pay."""

    KEY = ("funder",)
    NEEDED = True
    funder: Label = column("Short name by which the other tables know the funder.", example="DE-MIN")
    name: Name | None = column(
        "Name in reports; the short name where empty.", None, example="Federal Ministry of Research", feeds="reports"
    )
    kind: Literal["public", "private", "matching"] = column(
        "Public or private payer, or one that only matches.", example="public", feeds="cover, matching, equity"
    )
    source: Literal["public", "private"] | None = column(
        "Whose money it is in the end; by kind where empty, public for matching.",
        None,
        example="public",
        feeds="cofunding, matching",
    )
    party: Label | None = column(
        "Home party whose lines it pays in virtual pots; empty = none.",
        None,
        refers="party",
        example="DE",
        feeds="cover, equity",
    )
    currency: Currency = column("Currency of its budgets.", example="EUR", feeds="budgets, currency")
    min_ticket: NonNegative | None = column(
        "Least amount it puts into an initiative it joins at all.",
        None,
        unit=FUNDER_MONEY,
        example="0.5",
        feeds="tickets",
    )
    max_change: NonNegative | None = column(
        "Largest change per period of what it pays from cycle to cycle, as a share of its appropriation.",
        None,
        unit="share",
        example="0.25",
        feeds="stability",
    )
    risk_tolerance: Share | None = column(
        "Largest average probability of failure of what it pays for.", None, unit="share", example="0.3", feeds="risk"
    )
    contingency: Share = column(
        "Share of its payments held against cost overruns.", ZERO, unit="share", example="0.05", feeds="budgets"
    )


class BudgetRow(Row):
    """What each funder may pay in each of its budget cycles."""

    KEY = ("funder", "cycle")
    NEEDED = True
    funder: Label = column("The funder.", refers="funder", example="DE-MIN", feeds="budgets")
    cycle: Label = column("Name of the budget cycle, unique for the funder.", example="2027-28", feeds="budgets")
    first_period: Period = column("First planning period of the cycle.", example="2027", feeds="budgets, commitments")
    last_period: Period = column("Last planning period of the cycle.", example="2028", feeds="budgets, commitments")
    payments: NonNegative = column(
        "Appropriation that may be paid in the cycle.", unit=FUNDER_MONEY, example="120", feeds="budgets, stability"
    )
    commitments: NonNegative | None = column(
        "What may be newly committed in the cycle; empty = no ceiling.",
        None,
        unit=FUNDER_MONEY,
        example="200",
        feeds="commitments",
    )
    carry_over: Share = column(
        "Largest share of the payments that may be carried into the next cycle.",
        ZERO,
        unit="share",
        example="0.1",
        feeds="budgets",
    )
    reserved: NonNegative = column(
        "Part of the payments already owed to running programmes.",
        ZERO,
        unit=FUNDER_MONEY,
        example="15",
        feeds="budgets",
    )


class CurrencyRow(Row):
    """Reference rates and risk of the currencies other than the base currency."""

    KEY = ("currency",)
    currency: Currency = column("ISO 4217 code.", example="SEK", feeds="rates")
    rate: Positive = column(
        "Reference and planning rate.", unit="base currency per unit", example="0.0925", feeds="rates"
    )
    volatility: Volatility = column(
        "Volatility of the log rate against the base.", ZERO, unit="per year", example="0.07", feeds="currency"
    )
    hedge_cost: Share | None = column(
        "Cost of hedging against the base; empty = cannot be hedged.",
        None,
        unit="per unit hedged and year",
        example="0.004",
        feeds="currency",
    )


class RateRow(Row):
    """Planning rates of single periods that differ from the reference rate."""

    KEY = ("currency", "period")
    currency: Currency = column("ISO 4217 code.", example="SEK", feeds="rates")
    period: Period = column("The planning period.", example="2028", feeds="rates")
    rate: Positive = column(
        "Planning rate of that period.", unit="base currency per unit", example="0.0940", feeds="rates"
    )


class CorrelationRow(Row):
    """Correlations of the log rates against the base; pairs not listed are uncorrelated."""

    KEY = ("currency_a", "currency_b")
    currency_a: Currency = column("One currency of the pair.", example="SEK", feeds="currency")
    currency_b: Currency = column("The other currency of the pair.", example="NOK", feeds="currency")
    correlation: Correlation = column(
        "Correlation of the two log rates; all together they must be positive semidefinite.",
        unit="ratio",
        example="0.62",
        feeds="currency",
    )

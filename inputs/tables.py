"""One frozen row model per table of a case: the schema that drives the reader, the checker, the template and the page.

Field names are column names. Money, shares and ratios are exact decimals in the case's ``unit`` where money; an empty
cell is the default, ``None`` where there is none, ``""`` for a selector (any). ``KEY`` names the columns that
tell two rows apart, ``NEEDED`` the tables that every case has.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict

from .cells import (
    Correlation,
    Count,
    Currency,
    Flag,
    Label,
    NonNegative,
    Number,
    Ordinal,
    Period,
    Positive,
    PositiveShare,
    Reference,
    Selector,
    Share,
    Text,
    Volatility,
    YearlyRate,
    column,
)

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
FUNDER_MONEY: Final = "case unit of the funder's currency"
BASE_MONEY: Final = "case unit of the base currency"
STAGE: Final = "Stage of the milestones in scope; empty = any."
INITIATIVES: Final = "Initiatives in scope: one, a group, a theme or a call; empty = any."


class Row(BaseModel):
    """A row of a table; frozen, and without columns of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    KEY: ClassVar[tuple[str, ...]] = ()
    NEEDED: ClassVar[bool] = False


class FunderRow(Row):
    """Who pays: ministries, agencies, companies, and the programmes that match what others pay."""

    KEY = ("funder",)
    NEEDED = True
    funder: Label = column("Short name by which the other tables know the funder.")
    name: Text | None = column("Name in reports; the short name where empty.", None)
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
    name: Text | None = column("Name in reports; the short name where empty.", None)
    currency: Currency | None = column(
        "Currency in which its lines of virtual pots fall due; the initiative's where empty.", None
    )
    key: Positive | None = column("Scale of its contributions, such as its GDP; empty = none.", None)


class InitiativeRow(Row):
    """The joint initiatives among which is chosen."""

    KEY = ("initiative",)
    NEEDED = True
    initiative: Label = column("Short name by which the other tables know the initiative.")
    name: Text | None = column("Name in reports; the short name where empty.", None)
    theme: Label | None = column("Theme, usable wherever initiatives are selected.", None)
    currency: Currency = column("Currency of its costs.")
    status: Literal["candidate", "mandatory", "excluded"] = column(
        "Free to choose, every milestone must be done, or not to be funded.", "candidate"
    )
    pot: Literal["virtual", "real"] | None = column(
        "Virtual: each party's share is paid by its own funders; real: one common line; virtual by default where "
        "it has shares, else real.",
        None,
    )
    call: Label | None = column("Call in which it competes, usable wherever initiatives are selected.", None)
    rank: Ordinal | None = column("Rank in its call, 1 = best; empty = outside the ranking.", None)
    complete: Flag = column("Once funded, every milestone must be done.", False)
    max_pause: Count | None = column(
        "Most periods between the end of one milestone and the start of the next; empty = any.", None, unit="periods"
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
    duration: Ordinal = column("How long it runs.", unit="periods")
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
    offset: Count = column("Periods after the milestone's first period; may exceed the duration.", unit="periods")
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


class EligibilityRow(Row):
    """Who may pay for what: red lines, and funders confined to what they are for."""

    KEY = ("rule", "funders", "initiatives", "stage", "parties", "allow")
    rule: Label = column("Name of the rule; its rows add up.")
    funders: Selector = column("Funders concerned: one, a group or a kind; empty = any.", "", refers="funders")
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives")
    stage: Selector = column(STAGE, "", refers="stage")
    parties: Selector = column("Parties whose part is concerned: one or a group; empty = any.", "", refers="parties")
    allow: Flag = column("False is a red line and always wins; true confines its funders to what true rows match.")
    reason: Text | None = column("Why, for reports.", None)


class PrecedenceRow(Row):
    """What must come before what across initiatives."""

    KEY = ("predecessor", "successor", "type")
    predecessor: Reference = column("Milestone (initiative/milestone) or initiative that comes first.")
    successor: Reference = column("Milestone (initiative/milestone) or initiative that comes after.")
    type: Literal["finish-start", "start-start"] = column(
        "Whether the successor waits for the predecessor's end or its start.", "finish-start"
    )
    lag: Count = column("Least periods in between.", 0, unit="periods")


class ChoiceRow(Row):
    """How many of some initiatives are funded, at least or at most."""

    KEY = ("choice", "initiatives")
    choice: Label = column("Name of the rule; its rows add up.")
    initiatives: Selector = column("The initiatives to choose among, as a rule a group.", refers="initiatives")
    at_least: Count = column("Fewest that are funded.", 0, unit="initiatives")
    at_most: Count | None = column("Most that are funded; empty = any number.", None, unit="initiatives")


class CofundingRow(Row):
    """Bounds on the part of each initiative's cost that some funders bear: aid intensity, private floors."""

    KEY = ("rule",)
    rule: Label = column("Name of the rule.")
    funders: Selector = column(
        "Whose part: a funder, a group, matching, or the sources public and private.", refers="sources"
    )
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives")
    stage: Selector = column(STAGE, "", refers="stage")
    at_least: Share | None = column("Least part of the cost in scope.", None, unit="share")
    at_most: Share | None = column("Largest part of the cost in scope.", None, unit="share")


class MatchingRow(Row):
    """What matching funders add to the money of others."""

    KEY = ("rule",)
    rule: Label = column("Name of the rule; its funders share ratio and cap.")
    funders: Selector = column("The matching funders: one, a group or a kind.", refers="funders")
    base: Literal["public", "private", "both"] = column("Source of the money that is matched.")
    ratio: NonNegative = column("Matched per one unit of base.", unit="ratio")
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives")
    stage: Selector = column(STAGE, "", refers="stage")
    cap: NonNegative | None = column("Most that is matched per initiative; empty = no cap.", None, unit=BASE_MONEY)
    min_base: NonNegative | None = column(
        "Base money an initiative needs before anything is matched; empty = none.", None, unit=BASE_MONEY
    )
    timing: Literal["total", "cumulative"] = column(
        "Whether the ratio holds over the initiative's life or never runs ahead of the base.", "total"
    )


class GuaranteeRow(Row):
    """Guarantees that let covered private funders pay, against a provision of the guarantor."""

    KEY = ("guarantee", "guarantor", "funders", "initiatives", "stage")
    guarantee: Label = column("Name of the guarantee; its rows add up.")
    guarantor: Label = column("The funder that guarantees.", refers="funder")
    funders: Selector = column("The private funders covered: one, a group or a kind.", refers="funders")
    provisioning_rate: Share = column("Part of the guaranteed amount set aside by the guarantor.", unit="share")
    leverage: Positive = column("Private money mobilised per unit guaranteed.", unit="ratio")
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives")
    stage: Selector = column(STAGE, "", refers="stage")
    cap: NonNegative | None = column("Most that is guaranteed in all; empty = no cap.", None, unit=BASE_MONEY)


class EquityRow(Row):
    """Bounds on what parties receive, contribute, get back or take part in."""

    KEY = ("rule",)
    rule: Label = column("Name of the rule.")
    measure: Literal["received", "contributed", "geo_return", "key", "initiatives"] = column(
        "Share received, share contributed, received per contributed, share received per share of the key, or number "
        "of funded initiatives."
    )
    parties: Selector = column(
        "A party, a group, or each = every party by itself; empty = all with a key or a share, together.",
        "",
        refers="each",
    )
    at_least: NonNegative | None = column("Least value.", None, unit="share, ratio or number")
    at_most: NonNegative | None = column("Largest value.", None, unit="share, ratio or number")
    by: Period | None = column("Period up to and including which it holds; empty = the horizon.", None)


class EarmarkRow(Row):
    """Bounds on the part of their money that funders put into some purpose."""

    KEY = ("rule", "funders", "initiatives", "stage")
    rule: Label = column("Name of the rule; its rows add up.")
    funders: Selector = column("Funders concerned: one, a group or a kind; empty = any.", "", refers="funders")
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives")
    stage: Selector = column(STAGE, "", refers="stage")
    at_least: Share | None = column("Least part of what these funders pay in all.", None, unit="share")
    at_most: Share | None = column("Largest part of what these funders pay in all.", None, unit="share")
    by: Period | None = column("Period up to and including which it holds; empty = the horizon.", None)


class SynergyRow(Row):
    """Value beyond the parts when all of a group is done."""

    KEY = ("synergy", "initiatives")
    synergy: Label = column("Name of the synergy.")
    initiatives: Selector = column("The initiatives, as a rule a group.", refers="initiatives")
    value: Number = column("Present value when every milestone of all is done; may be negative.")


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

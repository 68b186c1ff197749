"""Row models of what is funded and for whom: parties, initiatives, milestones, shares and groups."""

from __future__ import annotations

from typing import Literal

from .cells import (
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
    YearlyRate,
    column,
)
from .rows import INITIATIVE_MONEY, ONE, ZERO, Row


class PartyRow(Row):
    """Countries or other parties that share costs and receive money."""

    KEY = ("party",)
    party: Label = column("Short name by which the other tables know the party.", example="DE")
    name: Name | None = column("Name in reports; the short name where empty.", None, example="Germany", feeds="reports")
    currency: Currency | None = column(
        "Currency in which its lines of virtual pots fall due; the initiative's where empty.",
        None,
        example="EUR",
        feeds="cover, currency",
    )
    key: Positive | None = column(
        "Scale of its contributions, such as its GDP; empty = none.", None, example="4.1", feeds="equity, objective"
    )


class InitiativeRow(Row):
    """The joint initiatives among which is chosen."""

    KEY = ("initiative",)
    NEEDED = True
    initiative: Label = column("Short name by which the other tables know the initiative.", example="Q-MEM")
    name: Name | None = column(
        "Name in reports; the short name where empty.", None, example="Quantum memory", feeds="reports"
    )
    theme: Label | None = column("Theme, usable wherever initiatives are selected.", None, example="hardware")
    currency: Currency = column("Currency of its costs.", example="EUR", feeds="cover, currency")
    status: Literal["candidate", "mandatory", "excluded"] = column(
        "Free to choose, every milestone must be done, or not to be funded.",
        "candidate",
        example="mandatory",
        feeds="milestones, ranking",
    )
    pot: Literal["virtual", "real"] | None = column(
        "Virtual: each party's share is paid by its own funders; real: one common line. By default virtual "
        "where it has shares.",
        None,
        example="virtual",
        feeds="cover",
    )
    call: Label | None = column(
        "Call in which it competes, usable wherever initiatives are selected.",
        None,
        example="call-2027",
        feeds="ranking",
    )
    rank: Ordinal | None = column(
        "Rank in its call, 1 = best: none is funded while a strictly better ranked one is not; empty = outside "
        "the ranking.",
        None,
        example="2",
        feeds="ranking",
    )
    complete: Flag = column("Once funded, every milestone must be done.", False, example="true", feeds="milestones")
    max_pause: Periods | None = column(
        "Most periods between the end of one milestone and the start of the next; empty = any.",
        None,
        unit="periods",
        example="1",
        feeds="milestones",
    )
    sunset: Period | None = column(
        "Last period in which anything may be paid.", None, example="2033", feeds="milestones"
    )
    escalation: YearlyRate = column("Cost growth.", ZERO, unit="per year", example="0.02", feeds="cover")


class MilestoneRow(Row):
    """The milestones of each initiative, done in order."""

    KEY = ("initiative", "milestone")
    NEEDED = True
    initiative: Label = column("The initiative.", refers="initiative", example="Q-MEM")
    milestone: Label = column("Name of the milestone, unique within the initiative.", example="prototype")
    order: Ordinal = column("Place in the sequence: 1, 2, ... without gaps.", example="1", feeds="milestones")
    stage: Label = column(
        "Stage, by which rules tell kinds of work apart; one for all where empty.", "all", example="research"
    )
    duration: Duration = column("How long it runs.", unit="periods", example="2", feeds="milestones, precedence")
    cost: NonNegative = column("Cost at the prices of period 1.", unit=INITIATIVE_MONEY, example="18.5", feeds="cover")
    value: Number | None = column(
        "Value of having it done, may be negative; empty only with criteria.csv.",
        None,
        example="42",
        feeds="objective",
    )
    success: Share = column(
        "Probability that the gate at its end is passed.",
        ONE,
        unit="probability",
        example="0.8",
        feeds="objective, precedence, risk",
    )
    earliest_start: Period | None = column(
        "First period in which it may start.", None, example="2028", feeds="milestones"
    )
    latest_start: Period | None = column("Last period in which it may start.", None, example="2030", feeds="milestones")
    deadline: Period | None = column("Last period in which it may still run.", None, example="2031", feeds="milestones")
    min_level: PositiveShare = column(
        "Least share of the cost at which it may be funded; 1 = all or nothing.",
        ONE,
        unit="share",
        example="0.6",
        feeds="milestones, cover, objective",
    )


class CostProfileRow(Row):
    """When the cost of a milestone falls due; evenly over its duration where nothing is said."""

    KEY = ("initiative", "milestone", "offset")
    initiative: Label = column("The initiative.", refers="initiative", example="Q-MEM", feeds="cover")
    milestone: Label = column("The milestone.", refers="milestone", example="prototype", feeds="cover")
    offset: Periods = column(
        "Periods after the milestone's first period; may exceed the duration.",
        unit="periods",
        example="0",
        feeds="cover, milestones",
    )
    share: Share = column(
        "Part of the cost falling due then; they sum to 1 per milestone.", unit="share", example="0.7", feeds="cover"
    )


class CriterionRow(Row):
    """Scores of the milestones, weighed by the weights of case.toml instead of a value."""

    KEY = ("initiative", "milestone", "criterion")
    initiative: Label = column("The initiative.", refers="initiative", example="Q-MEM", feeds="objective")
    milestone: Label = column("The milestone.", refers="milestone", example="prototype", feeds="objective")
    criterion: Label = column("Criterion, as named under [weights] of case.toml.", example="science", feeds="objective")
    score: Number = column("Score on the criterion.", example="7.5", feeds="objective")


class ShareRow(Row):
    """Each party's part of an initiative's cost and of what is received through it."""

    KEY = ("initiative", "party")
    initiative: Label = column("The initiative.", refers="initiative", example="Q-MEM", feeds="cover, equity")
    party: Label = column("The party.", refers="party", example="DE", feeds="cover, equity")
    share: PositiveShare = column(
        "The party's part; they sum to 1 per initiative, within 1e-6.",
        unit="share",
        example="0.35",
        feeds="cover, equity, objective",
    )


class GroupRow(Row):
    """Groups of parties, initiatives or funders, usable wherever these are selected."""

    KEY = ("group", "kind", "member")
    group: Label = column("Name of the group.", example="nordics")
    kind: Literal["party", "initiative", "funder"] = column("What its members are.", example="party")
    member: Label = column("One member.", example="SE")

"""Row models of the rules: eligibility, precedence, choices, co-funding, matching, equity and later ones."""

from __future__ import annotations

from typing import Literal

from .cells import (
    Count,
    Flag,
    Label,
    NonNegative,
    Number,
    Period,
    Periods,
    Positive,
    Reference,
    Selector,
    Share,
    Text,
    column,
)
from .rows import BASE_MONEY, INITIATIVES, STAGE, Row


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
    lag: Periods = column("Least periods in between.", 0, unit="periods")


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
        "Share received, share contributed, received per contributed, share received per share of the key, "
        "or number of funded initiatives."
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

"""Row models of the rules: eligibility, precedence, choices, co-funding, matching, guarantees, equity and others."""

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
    rule: Label = column("Name of the rule; its rows add up.", example="no-defence", feeds="eligibility")
    funders: Selector = column(
        "Funders concerned: one, a group or a kind; empty = any.",
        "",
        refers="funders",
        example="DE-MIN",
        feeds="eligibility",
    )
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives", example="dual-use", feeds="eligibility")
    stage: Selector = column(STAGE, "", refers="stage", example="deployment", feeds="eligibility")
    parties: Selector = column(
        "Parties whose part is concerned: one or a group; empty = any.",
        "",
        refers="parties",
        example="nordics",
        feeds="eligibility",
    )
    allow: Flag = column(
        "False is a red line and always wins; true confines its funders to what true rows match.",
        example="false",
        feeds="eligibility",
    )
    reason: Text | None = column("Why, for reports.", None, example="no mandate for dual use", feeds="reports")


class PrecedenceRow(Row):
    """What must come before what across initiatives."""

    KEY = ("predecessor", "successor", "type")
    predecessor: Reference = column(
        "Milestone (initiative/milestone) or initiative that comes first: its last milestone in finish-start, its "
        "first in start-start.",
        example="Q-MEM/prototype",
        feeds="precedence",
    )
    successor: Reference = column(
        "Milestone (initiative/milestone) or initiative that comes after: its first milestone.",
        example="Q-NET",
        feeds="precedence",
    )
    type: Literal["finish-start", "start-start"] = column(
        "Whether the successor waits for the predecessor's end or its start.",
        "finish-start",
        example="start-start",
        feeds="precedence",
    )
    lag: Periods = column("Least periods in between.", 0, unit="periods", example="1", feeds="precedence")


class ChoiceRow(Row):
    """How many of some initiatives are funded, at least or at most."""

    KEY = ("choice", "initiatives")
    choice: Label = column("Name of the rule; its rows add up.", example="one-satellite", feeds="choices")
    initiatives: Selector = column(
        "The initiatives to choose among, as a rule a group.",
        refers="initiatives",
        example="satellites",
        feeds="choices",
    )
    at_least: Count = column("Fewest that are funded.", 0, unit="initiatives", example="1", feeds="choices")
    at_most: Count | None = column(
        "Most that are funded; empty = any number.", None, unit="initiatives", example="1", feeds="choices"
    )


class CofundingRow(Row):
    """Bounds on the part of each initiative's cost that some funders bear: aid intensity, private floors."""

    KEY = ("rule",)
    rule: Label = column("Name of the rule.", example="aid-intensity", feeds="cofunding")
    funders: Selector = column(
        "Whose part: a funder, a group, matching, or the sources public and private.",
        refers="sources",
        example="public",
        feeds="cofunding",
    )
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives", example="hardware", feeds="cofunding")
    stage: Selector = column(STAGE, "", refers="stage", example="deployment", feeds="cofunding")
    at_least: Share | None = column(
        "Least part of the cost in scope.", None, unit="share", example="0.2", feeds="cofunding"
    )
    at_most: Share | None = column(
        "Largest part of the cost in scope.", None, unit="share", example="0.5", feeds="cofunding"
    )


class MatchingRow(Row):
    """What matching funders add to the money of others."""

    KEY = ("rule",)
    rule: Label = column("Name of the rule; its funders share ratio and cap.", example="top-up", feeds="matching")
    funders: Selector = column(
        "The matching funders: one, a group or a kind.", refers="funders", example="EU-FUND", feeds="matching"
    )
    base: Literal["public", "private", "both"] = column(
        "Source of the money that is matched.", example="public", feeds="matching"
    )
    ratio: NonNegative = column("Matched per one unit of base.", unit="ratio", example="0.5", feeds="matching")
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives", example="hardware", feeds="matching")
    stage: Selector = column(STAGE, "", refers="stage", example="research", feeds="matching")
    cap: NonNegative | None = column(
        "Most that is matched per initiative; empty = no cap.", None, unit=BASE_MONEY, example="10", feeds="matching"
    )
    min_base: NonNegative | None = column(
        "Base money an initiative needs before anything is matched; empty = none.",
        None,
        unit=BASE_MONEY,
        example="2",
        feeds="matching",
    )
    timing: Literal["total", "cumulative"] = column(
        "Whether the ratio holds over the initiative's life or never runs ahead of the base.",
        "total",
        example="cumulative",
        feeds="matching",
    )


class GuaranteeRow(Row):
    """Guarantees that let covered private funders pay, against a provision of the guarantor.

    A funder that some guarantee covers pays only in the scope of a guarantee that covers it.
    """

    KEY = ("guarantee",)
    guarantee: Label = column("Name of the guarantee.", example="scale-up", feeds="guarantees")
    guarantor: Label = column(
        "The funder that guarantees; none of those it covers.",
        refers="funder",
        example="EU-FUND",
        feeds="guarantees, budgets",
    )
    funders: Selector = column(
        "The private funders covered: one, a group or a kind.",
        refers="funders",
        example="private",
        feeds="guarantees",
    )
    provisioning_rate: Share = column(
        "Part of the guaranteed amount set aside by the guarantor.",
        unit="share",
        example="0.5",
        feeds="guarantees, budgets",
    )
    leverage: Positive = column(
        "Private money mobilised per unit guaranteed.", unit="ratio", example="4", feeds="guarantees"
    )
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives", example="hardware", feeds="guarantees")
    stage: Selector = column(STAGE, "", refers="stage", example="deployment", feeds="guarantees")
    cap: NonNegative | None = column(
        "Most that is guaranteed for all initiatives together; empty = no cap.",
        None,
        unit=BASE_MONEY,
        example="25",
        feeds="guarantees",
    )


class EquityRow(Row):
    """Bounds on what parties receive, contribute, get back or take part in."""

    KEY = ("rule",)
    rule: Label = column("Name of the rule.", example="juste-retour", feeds="equity")
    measure: Literal["received", "contributed", "geo_return", "key", "initiatives"] = column(
        "Share received, share contributed, received per contributed, share received per share of the key, "
        "or number of funded initiatives.",
        example="geo_return",
        feeds="equity",
    )
    parties: Selector = column(
        "A party, a group, or each = every party by itself; empty = all with a key or a share, together.",
        "",
        refers="each",
        example="each",
        feeds="equity",
    )
    at_least: NonNegative | None = column(
        "Least value.", None, unit="share, ratio or number", example="0.9", feeds="equity"
    )
    at_most: NonNegative | None = column(
        "Largest value.", None, unit="share, ratio or number", example="1.3", feeds="equity"
    )
    by: Period | None = column(
        "Period up to and including which it holds; empty = the horizon.", None, example="2030", feeds="equity"
    )


class EarmarkRow(Row):
    """Bounds on the part of their money that funders put into some purpose."""

    KEY = ("rule", "funders", "initiatives", "stage")
    rule: Label = column("Name of the rule; its rows add up.", example="green-third", feeds="earmarks")
    funders: Selector = column(
        "Funders concerned: one, a group or a kind; empty = any.",
        "",
        refers="funders",
        example="EU-FUND",
        feeds="earmarks",
    )
    initiatives: Selector = column(INITIATIVES, "", refers="initiatives", example="energy", feeds="earmarks")
    stage: Selector = column(STAGE, "", refers="stage", example="deployment", feeds="earmarks")
    at_least: Share | None = column(
        "Least part of what these funders pay in all.", None, unit="share", example="0.3", feeds="earmarks"
    )
    at_most: Share | None = column(
        "Largest part of what these funders pay in all.", None, unit="share", example="0.6", feeds="earmarks"
    )
    by: Period | None = column(
        "Period up to and including which it holds; empty = the horizon.", None, example="2030", feeds="earmarks"
    )


class SynergyRow(Row):
    """Value beyond the parts when all of a group is done."""

    KEY = ("synergy",)
    synergy: Label = column("Name of the synergy.", example="network-effect", feeds="synergies")
    initiatives: Selector = column(
        "The initiatives, as a rule a group.", refers="initiatives", example="backbone", feeds="synergies"
    )
    value: Number = column(
        "Present value when every milestone of all is done; may be negative.", example="12", feeds="synergies"
    )

"""What every table of a run folder is and what its columns say, in one place for whoever publishes or reads a run.

Units: `currency` is the row's own column of that name, `funder` the funder's currency, `base` the case's base currency;
amounts are in whole currency units. Source: results.md.

Concepts are ColumnTypes of the Fiscal Data Package 1.0rc1, from its budget and spending taxonomies (frictionlessdata
specs, fiscal-data-package--budgets and --spending): `value` is the amount that is in the row's `value-currency:code`.
`date:planning-period` is ours: a period is a year, half-year, quarter or month, and `date:generic` asks for a date.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RunColumn:
    """A column: one sentence, its unit (empty: none), what it refers to, the fiscal concept it stands for."""

    says: str
    unit: str = ""
    refers: str = ""
    concept: str = ""


SHARE: Final = "share"
FUNDER: Final = "currency of the funder"
LINE: Final = "currency of the row"
BASE: Final = "base currency"

_FUNDER = RunColumn("The funder that pays.", refers="funder", concept="administrator:generic:id")
_INITIATIVE = RunColumn("The initiative.", refers="initiative", concept="activity:generic:project:code")
_STAGE = RunColumn("Stage of the milestones that are paid.", concept="activity:generic:subproject:code")
_PARTY = RunColumn("Party whose part it is; empty in a real pot.", refers="party", concept="recipient:generic:id")
_PERIOD = RunColumn("Planning period.", concept="date:planning-period")
_CURRENCY = RunColumn("ISO 4217 code of the row's amounts.", concept="value-currency:code")
_LEAST = RunColumn("Least value the rule asks for; empty = none.")
_MOST = RunColumn("Largest value the rule allows; empty = none.")
_RULE = RunColumn("Name of the rule, as in the case.")

TAXONOMIES: Final = (
    "https://specs.frictionlessdata.io/taxonomies/fiscal/budgets.json",
    "https://specs.frictionlessdata.io/taxonomies/fiscal/spending.json",
)
OWN_CONCEPTS: Final = ({"name": "date:planning-period", "dataType": "string", "unique": True},)

TITLES: Final = {
    "portfolio": "Every initiative: whether it is funded, what it costs and is worth, who pays by kind",
    "schedule": "Every milestone: when it is done, at what level and cost",
    "funding": "Every payment: who pays what for which part of which initiative, when",
    "budgets": "Every budget cycle of every funder: what is available, spent, set aside, carried and lapses",
    "currency": "Exposure of funders to currencies that are not their own",
    "flows": "Who pays for whom, in base currency",
    "commitments": "What funders commit when milestones begin, on lines under a commitment ceiling",
    "guarantees": "What guarantees mobilise and what is set aside for them",
    "equity": "What parties receive, contribute and get back, beside the bounds of the rules",
    "matching": "What matching funders pay per unit of other money, beside the ratios of the rules",
    "cofunding": "Shares of initiatives' cost that funders pay, beside the bounds of the rules",
    "rules": "Every rule of the model: its value, bounds and slack",
}

COLUMNS: Final[dict[str, dict[str, RunColumn]]] = {
    "portfolio": {
        "initiative": _INITIATIVE,
        "name": RunColumn("Name in reports.", concept="activity:generic:project:label"),
        "theme": RunColumn("Theme.", concept="activity:generic:program:code"),
        "funded": RunColumn("Whether its first milestone is done."),
        "complete": RunColumn("Whether all its milestones are done."),
        "start": RunColumn("Period in which the first milestone begins."),
        "finish": RunColumn("Last period of the last milestone that is done."),
        "milestones_done": RunColumn("Milestones that are done."),
        "milestones": RunColumn("Milestones there are."),
        "cost": RunColumn("Escalated cost of the milestones that are done.", LINE, concept="value"),
        "currency": _CURRENCY,
        "value": RunColumn("Value of the milestones that are done, as in the case.", "value points"),
        "present_value": RunColumn("Their value, expected and discounted.", "value points"),
        "public": RunColumn("Paid by public funders.", BASE),
        "private": RunColumn("Paid by private funders.", BASE),
        "matching": RunColumn("Paid by matching funders.", BASE),
    },
    "schedule": {
        "initiative": _INITIATIVE,
        "milestone": RunColumn("The milestone."),
        "stage": _STAGE,
        "done": RunColumn("Whether it is done."),
        "start": RunColumn("Period in which it begins."),
        "finish": RunColumn("Last period in which it runs."),
        "level": RunColumn("Share of its cost at which it is done.", SHARE),
        "cost": RunColumn("Its escalated cost at that level.", "currency of the initiative"),
        "success": RunColumn("Probability that its gate is passed.", "probability"),
    },
    "funding": {
        "funder": _FUNDER,
        "initiative": _INITIATIVE,
        "stage": _STAGE,
        "party": _PARTY,
        "period": _PERIOD,
        "currency": _CURRENCY,
        "amount": RunColumn("What is paid.", LINE, concept="value"),
        "amount_funder": RunColumn("The same at the planning rate of the period.", FUNDER),
        "amount_base": RunColumn("The same at the reference rate.", BASE),
    },
    "budgets": {
        "funder": _FUNDER,
        "cycle": RunColumn("Budget cycle of the funder."),
        "payments": RunColumn("Appropriation that may be paid.", FUNDER),
        "reserved": RunColumn("Part of it that is owed to running programmes.", FUNDER),
        "carried_in": RunColumn("Carried in from the cycle before.", FUNDER),
        "spent": RunColumn("Paid for initiatives.", FUNDER),
        "hedge_cost": RunColumn("Paid for hedging.", FUNDER),
        "provision": RunColumn("Set aside for guarantees.", FUNDER),
        "buffer": RunColumn("Held against currency risk and cost overruns.", FUNDER),
        "carried_out": RunColumn("Carried into the next cycle.", FUNDER),
        "lapsed": RunColumn("Lapses.", FUNDER),
        "execution_rate": RunColumn("Spent per payments and carried in.", SHARE),
        "commitments": RunColumn("Ceiling on new commitments; empty = none.", FUNDER),
        "committed": RunColumn("Newly committed; empty where nothing is under commitment.", FUNDER),
    },
    "currency": {
        "funder": _FUNDER,
        "currency": _CURRENCY,
        "period": _PERIOD,
        "exposure": RunColumn("Paid in that currency.", LINE, concept="value"),
        "hedged": RunColumn("Part of it that is hedged.", LINE),
        "unhedged": RunColumn("Part of it that is not.", LINE),
        "worst_case_loss": RunColumn("Loss on it at the confidence of the case.", FUNDER),
    },
    "flows": {
        "payer_party": RunColumn("Home of the funders that pay; empty = none.", refers="party"),
        "receiving_party": RunColumn("Party for which they pay; empty = none.", refers="party"),
        "amount_base": RunColumn("What they pay for it in all.", BASE),
    },
    "commitments": {
        "funder": _FUNDER,
        "initiative": _INITIATIVE,
        "stage": _STAGE,
        "party": _PARTY,
        "period": _PERIOD,
        "currency": _CURRENCY,
        "amount": RunColumn("What is committed.", LINE, concept="value"),
        "amount_funder": RunColumn("The same at the planning rate of the period.", FUNDER),
    },
    "guarantees": {
        "guarantee": RunColumn("Name of the guarantee, as in the case."),
        "guarantor": RunColumn("The funder that guarantees.", refers="funder"),
        "initiative": _INITIATIVE,
        "cycle": RunColumn("Budget cycle of the guarantor."),
        "currency": _CURRENCY,
        "guaranteed": RunColumn("What is guaranteed.", LINE),
        "mobilised": RunColumn("What covered funders pay on it.", LINE),
        "achieved": RunColumn("Mobilised per unit guaranteed.", "ratio"),
        "leverage": RunColumn("Most that may be mobilised per unit guaranteed.", "ratio"),
        "provision": RunColumn("Set aside by the guarantor.", "currency of provision_currency"),
        "provision_currency": RunColumn("ISO 4217 code of the guarantor's currency."),
        "cap": RunColumn("Most that may be guaranteed in all; empty = any.", BASE),
    },
    "equity": {
        "rule": _RULE,
        "measure": RunColumn("What is measured, as in the case."),
        "parties": RunColumn("Parties of the rule; `each` = every party by itself."),
        "party": RunColumn("The party, where the rule is for each.", refers="party"),
        "by": RunColumn("Period up to which it counts; empty = the horizon."),
        "value": RunColumn("What is achieved; empty where nothing is contributed.", "share, ratio or count"),
        "at_least": _LEAST,
        "at_most": _MOST,
        "holds": RunColumn("Whether the rule holds."),
    },
    "matching": {
        "rule": _RULE,
        "initiative": _INITIATIVE,
        "currency": _CURRENCY,
        "matched": RunColumn("What matching funders pay under the rule.", LINE),
        "base": RunColumn("What of other money they match.", LINE),
        "achieved": RunColumn("Matched per unit of base.", "ratio"),
        "ratio": RunColumn("Most per unit of base.", "ratio"),
        "matched_reference": RunColumn("Matched, at the reference rate.", BASE),
        "cap": RunColumn("Most per initiative; empty = any.", BASE),
        "base_reference": RunColumn("Base, at the reference rate.", BASE),
        "min_base": RunColumn("Base an initiative needs; empty = any.", BASE),
    },
    "cofunding": {
        "rule": _RULE,
        "initiative": _INITIATIVE,
        "stage": RunColumn("Stage of the rule; empty = any."),
        "value": RunColumn("Share of the cost that the rule's funders pay.", SHARE),
        "at_least": _LEAST,
        "at_most": _MOST,
    },
    "rules": {
        "family": RunColumn("Family of rules."),
        "rule": RunColumn("Name of the rule within it."),
        "owner": RunColumn("Whom or what it is about."),
        "index": RunColumn("Further labels, separated by semicolons."),
        "value": RunColumn("What the plan reaches."),
        "at_least": _LEAST,
        "at_most": _MOST,
        "slack": RunColumn("Distance to the nearer bound; empty = none."),
        "binding": RunColumn("Whether a bound is met."),
    },
}

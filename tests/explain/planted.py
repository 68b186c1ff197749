"""Random tiny cases with one planted conflict of two to five rules, in every family that can conflict.

`planted(seed)` is deterministic. The programme is three initiatives, three funders and four years with room for
everything; a recipe takes away room until some rules cannot hold together, others stay around them. Every recipe says
which cells its conflict stands in, as (table, column).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from fundalign.inputs.case import Case

from .draft import Draft

Cells = list[tuple[str, str]]
STATUS, BUDGET = ("initiatives", "status"), ("budgets", "payments")


def budget(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", d.a * d.share(0.6, 0.95))
    d.mandatory("A")
    return [STATUS, BUDGET]


def two_mandatory(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", max(d.a, d.b) + min(d.a, d.b) * d.share(0.2, 0.8))
    d.mandatory("A", "B")
    return [STATUS, STATUS, BUDGET]


def three_mandatory(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", d.a + d.b + d.c * d.share(0.2, 0.8))
    d.mandatory("A", "B", "C")
    return [STATUS, STATUS, STATUS, BUDGET]


def reserved(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", d.a * 1.2)
    d.row("budgets", funder="F")["reserved"] = round(d.a * d.share(0.3, 0.5), 3)
    d.mandatory("A")
    return [STATUS, BUDGET]


def dates(d: Draft) -> Cells:
    d.row("milestones", milestone="b1")["earliest_start"] = "2029"
    d.row("milestones", milestone="b1")["latest_start"] = "2030"
    d.mandatory("B")
    d.later("milestones", "deadline", d.rng.choice(["2027", "2028"]), milestone="b1")
    return [STATUS, ("milestones", "earliest_start"), ("milestones", "deadline")]


def year(d: Draft) -> Cells:
    d.only("F")
    d.row("milestones", milestone="b1")["latest_start"] = "2027"
    d.row("budgets", cycle="2027")["payments"] = round(d.b * d.share(0.3, 0.9), 3)
    d.mandatory("B")
    return [STATUS, ("milestones", "latest_start"), BUDGET]


def sequence(d: Draft) -> Cells:
    d.add("precedence", predecessor="B", successor="A", type="finish-start", lag=d.rng.choice([0, 1]))
    d.row("milestones", milestone="b1")["earliest_start"] = "2028"
    d.mandatory("A")
    d.later("milestones", "latest_start", "2028", milestone="a1")
    return [STATUS, ("precedence", "predecessor"), ("milestones", "earliest_start"), ("milestones", "latest_start")]


def pause(d: Draft) -> Cells:
    d.row("milestones", milestone="a1")["latest_start"] = "2027"
    d.row("initiatives", initiative="A")["max_pause"] = d.rng.choice([0, 1])
    d.mandatory("A")
    d.later("milestones", "earliest_start", "2030", milestone="a2")
    cells = [STATUS, ("milestones", "latest_start"), ("milestones", "earliest_start")]
    return [*cells, ("initiatives", "max_pause")]


def sunset(d: Draft) -> Cells:
    d.row("milestones", milestone="a2")["earliest_start"] = "2029"
    d.mandatory("A")
    d.later("initiatives", "sunset", d.rng.choice(["2027", "2028"]), initiative="A")
    return [STATUS, ("milestones", "earliest_start"), ("initiatives", "sunset")]


def red_line(d: Draft) -> Cells:
    d.only("F", "X")
    d.whole("X", d.b * d.share(0.2, 0.8))
    d.add("eligibility", rule="no B", funders="F", initiatives="B", allow="false", reason="no mandate")
    d.mandatory("B")
    return [STATUS, ("eligibility", "allow"), BUDGET]


def confined(d: Draft) -> Cells:
    d.only("F", "X")
    d.whole("X", d.b * d.share(0.2, 0.8))
    d.add("eligibility", rule="x only", funders="F", initiatives="x", allow="true")
    d.mandatory("B")
    return [STATUS, ("eligibility", "allow"), BUDGET]


def private_floor(d: Draft) -> Cells:
    d.whole("X", d.b * d.share(0.1, 0.3))
    d.add("cofunding", rule="private", funders="private", initiatives="B", at_least=d.share(0.4, 0.6))
    d.mandatory("B")
    return [STATUS, ("cofunding", "at_least"), BUDGET]


def aid_intensity(d: Draft) -> Cells:
    d.whole("X", d.b * d.share(0.1, 0.3))
    d.add("cofunding", rule="aid", funders="public", initiatives="B", at_most=d.share(0.3, 0.6))
    d.mandatory("B")
    return [STATUS, ("cofunding", "at_most"), BUDGET]


def ticket(d: Draft) -> Cells:
    d.row("funders", funder="X")["min_ticket"] = round(d.b * 0.5, 3)
    d.add("cofunding", rule="some", funders="X", initiatives="B", at_least=0.1)
    d.add("cofunding", rule="not much", funders="X", initiatives="B", at_most=d.share(0.2, 0.4))
    d.mandatory("B")
    return [STATUS, ("funders", "min_ticket"), ("cofunding", "at_least"), ("cofunding", "at_most")]


def _matched(d: Draft, part: float, **rule: Any) -> None:
    d.only("F")
    d.whole("F", d.b * part)
    d.add("funders", funder="M", kind="matching", currency="EUR")
    d.add("budgets", funder="M", cycle="all", first_period="2027", last_period="2030", payments=500)
    d.add("matching", **{"rule": "top-up", "funders": "M", "base": "public", "ratio": 4} | rule)
    d.mandatory("B")


def matching(d: Draft) -> Cells:
    _matched(d, d.share(0.5, 0.7), ratio=d.share(0.1, 0.3))
    return [STATUS, BUDGET, ("matching", "ratio")]


def matching_cap(d: Draft) -> Cells:
    part = d.share(0.5, 0.7)
    _matched(d, part, cap=round(d.b * (1 - part) * 0.6, 3))
    return [STATUS, BUDGET, ("matching", "cap")]


def least_base(d: Draft) -> Cells:
    part = d.share(0.5, 0.7)
    _matched(d, part, min_base=round(d.b * (part + 0.2), 3))
    return [STATUS, BUDGET, ("matching", "min_base")]


def guarantee(d: Draft) -> Cells:
    d.add("guarantees", guarantee="cover", guarantor="F", funders="X", provisioning_rate=0.1, leverage=2)
    d.tables["guarantees"][0]["cap"] = round(d.b * d.share(0.05, 0.15), 3)
    d.add("cofunding", rule="private", funders="private", initiatives="B", at_least=d.share(0.4, 0.6))
    d.mandatory("B")
    return [STATUS, ("cofunding", "at_least"), ("guarantees", "cap"), ("guarantees", "leverage")]


def choice(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", min(d.a1, d.b) * d.share(0.5, 0.9) + d.c)
    d.add("groups", group="big", kind="initiative", member="A")
    d.add("groups", group="big", kind="initiative", member="B")
    d.add("choices", choice="both", initiatives="big", at_least=2)
    return [("choices", "at_least"), BUDGET]


def choices(d: Draft) -> Cells:
    d.add("groups", group="pair", kind="initiative", member="A")
    d.add("groups", group="pair", kind="initiative", member="B")
    d.add("choices", choice="any two", initiatives="pair", at_least=2)
    d.add("choices", choice="but one", initiatives="pair", at_most=1)
    return [("choices", "at_least"), ("choices", "at_most")]


def ranking(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", max(d.a1, d.b) + min(d.a1, d.b) * d.share(0.2, 0.8))
    for name, rank in (("A", 1), ("B", 2)):
        d.row("initiatives", initiative=name).update(call="one", rank=rank)
    d.add("choices", choice="B it is", initiatives="B", at_least=1)
    return [("choices", "at_least"), ("initiatives", "rank"), BUDGET]


def complete(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", d.a1 + d.a2 * d.share(0.2, 0.8))
    d.row("initiatives", initiative="A")["complete"] = "true"
    d.add("choices", choice="A it is", initiatives="A", at_least=1)
    return [("choices", "at_least"), ("initiatives", "complete"), BUDGET]


def received(d: Draft) -> Cells:
    d.add("equity", rule="for P", measure="received", parties="P", at_least=d.share(0.75, 0.9))
    d.mandatory("B")
    return [STATUS, ("equity", "at_least")]


def counted(d: Draft) -> Cells:
    d.add("equity", rule="twice for P", measure="initiatives", parties="P", at_least=2)
    d.row("initiatives", initiative="C")["status"] = "excluded"
    return [STATUS, ("equity", "at_least")]


def ceiling(d: Draft) -> Cells:
    d.add("equity", rule="not all to Q", measure="received", parties="Q", at_most=d.share(0.05, 0.3))
    d.mandatory("B")
    return [STATUS, ("equity", "at_most")]


def returned(d: Draft) -> Cells:
    d.only("F")
    d.add("equity", rule="juste retour", measure="geo_return", parties="P", at_least=d.share(0.8, 0.95))
    d.mandatory("B")
    return [STATUS, ("equity", "at_least")]


def earmark(d: Draft) -> Cells:
    d.only("F")
    d.add("earmarks", rule="x first", funders="F", initiatives="x", at_least=d.share(0.8, 0.95))
    d.mandatory("B")
    return [STATUS, ("earmarks", "at_least")]


def earmark_ceiling(d: Draft) -> Cells:
    d.only("F")
    d.add("earmarks", rule="little y", funders="F", initiatives="y", at_most=d.share(0.05, 0.2))
    d.mandatory("B")
    return [STATUS, ("earmarks", "at_most")]


def commitments(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", 400)
    d.row("budgets", funder="F")["commitments"] = round(d.b * d.share(0.3, 0.9), 3)
    d.mandatory("B")
    return [STATUS, ("budgets", "commitments")]


def stability(d: Draft) -> Cells:
    d.only("F")
    d.tables["milestones"] = [d.row("milestones", milestone="b1")]
    d.tables["initiatives"] = [d.row("initiatives", initiative="B")]
    d.tables["shares"] = [d.row("shares", initiative="B")]
    d.tables.pop("choices", None)
    d.row("milestones", milestone="b1")["earliest_start"] = "2028"
    d.row("funders", funder="F")["max_change"] = round(d.b * d.share(0.3, 0.9) / 150, 4)
    d.mandatory("B")
    return [STATUS, ("milestones", "earliest_start"), ("funders", "max_change"), BUDGET]


def risk(d: Draft) -> Cells:
    d.only("F")
    d.row("milestones", milestone="b1")["success"] = 0.3
    d.row("funders", funder="F")["risk_tolerance"] = d.share(0.05, 0.2)
    d.mandatory("B")
    return [STATUS, ("funders", "risk_tolerance")]


def buffers(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", d.b * d.share(1.001, 1.02))
    d.add("currencies", currency="USD", rate=1, volatility=0.2)
    d.row("initiatives", initiative="B")["currency"] = "USD"
    method = d.rng.choice(["additive", "budgeted", "cvar"])
    d.settings["buffer"] = {"method": method, "confidence": 0.95, "gamma": 2, "scenarios": 40, "seed": 1}
    d.mandatory("B")
    return [STATUS, BUDGET, ("case", "buffer.method")]


def contingency(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", d.b * d.share(1.01, 1.09))
    d.row("funders", funder="F")["contingency"] = 0.1
    d.mandatory("B")
    return [STATUS, BUDGET, ("funders", "contingency")]


def carry_over(d: Draft) -> Cells:
    d.only("F")
    d.tables["budgets"] = [
        {"funder": "F", "cycle": "c1", "first_period": "2027", "last_period": "2027", "payments": round(d.b * 0.5, 3)},
        {"funder": "F", "cycle": "c2", "first_period": "2028", "last_period": "2030", "payments": round(d.b * 0.8, 3)},
    ]
    d.tables["budgets"][0]["carry_over"] = d.share(0.1, 0.3)
    d.row("milestones", milestone="b1")["earliest_start"] = "2028"
    d.mandatory("B")
    cells = [STATUS, ("milestones", "earliest_start"), BUDGET, BUDGET]
    return [*cells, ("budgets", "carry_over")]


def value(d: Draft) -> Cells:
    d.only("F")
    d.whole("F", d.b * d.share(0.5, 0.9))
    d.settings["objective"] = {"goal": "public_money", "required_value": d.share(22, 28)}
    return [("case", "objective.required_value"), BUDGET]


def synergy(d: Draft) -> Cells:
    """A synergy lets no plan be refused by itself: it only adds to the value, so it takes a required value to conflict.

    It is no rule that could give way, and is not named. A loss on A and B: 16 + 8 + 5 less 15 is 14, of at least 20;
    without B, or with A in part, 21 or 22. A gain of 6: 30 to 34 need it, and it needs both.
    """
    d.add("groups", group="pair", kind="initiative", member="A")
    d.add("groups", group="pair", kind="initiative", member="B")
    d.settings["objective"] = {"goal": "public_money", "required_value": d.share(16, 20)}
    if d.rng.random() < 0.5:
        d.add("synergies", synergy="rivals", initiatives="pair", value=-15)
        d.mandatory("A", "B")
        return [STATUS, STATUS, ("case", "objective.required_value")]
    d.add("synergies", synergy="network", initiatives="pair", value=6)
    d.settings["objective"]["required_value"] = d.share(30, 34)
    d.only("F")
    d.whole("F", (d.a + d.b) * d.share(0.5, 0.9))
    return [("case", "objective.required_value"), BUDGET]


RECIPES: tuple[Callable[[Draft], Cells], ...] = (
    *(budget, two_mandatory, three_mandatory, reserved, dates, year, sequence, pause, sunset, red_line, confined),
    *(private_floor, aid_intensity, ticket, matching, matching_cap, least_base, guarantee, choice, choices, ranking),
    *(complete, received, counted, ceiling, returned, earmark, earmark_ceiling, commitments, stability, risk),
    *(buffers, contingency, carry_over, value, synergy),
)


def planted(seed: int) -> tuple[Case, Cells]:
    """The case of a seed, and the cells of its planted conflict."""
    draft = Draft(random.Random(f"planted {seed}"))
    cells = RECIPES[seed % len(RECIPES)](draft)
    return draft.case(), cells

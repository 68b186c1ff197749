"""The limits of single payers in a random tiny case: tickets, commitments, guarantees, stability, risk, synergies."""

from __future__ import annotations

from .book import number, text
from .data import Data
from .draft import Draft, Row, money, scope
from .families import GOALS


def draw_limits(d: Draft) -> None:
    if d.hard("tickets"):
        for row in d.rng.sample(d.rows("funders"), d.rng.choice([1, 1, 2])):
            row["min_ticket"] = money(d.some(2, 7), row["currency"])
    for row in d.rows("funders"):
        if d.hard("stability") and d.maybe(0.7):
            row["max_change"] = str(d.some(0.12, 0.5))
        if d.hard("risk_tolerance") and d.maybe(0.6):
            row["risk_tolerance"] = str(d.some(0.1, 0.4))
    if d.hard("commitments"):
        draw_commitments(d)
    if d.hard("guarantees"):
        draw_guarantees(d)
    if d.hard("synergies"):
        draw_synergy(d)


def draw_commitments(d: Draft) -> None:
    """Ceilings below or above the payments, now and then in some cycles only."""
    limited = [r["funder"] for r in d.rows("funders") if d.maybe(0.6)]
    for row in d.rows("budgets"):
        if row["funder"] in limited and d.maybe(0.8):
            row["commitments"] = f"{float(row['payments']) * d.some(0.3, 1.4):.3f}"


def draw_guarantees(d: Draft) -> None:
    """Guarantees of public funders for the private one, in all or part of the programme."""
    rng = d.rng
    guarantors = [r["funder"] for r in d.rows("funders") if r["kind"] != "private"]
    for _ in range(rng.choice([1, 1, 2])):
        n = len(d.rows("guarantees"))
        row: Row = {
            "guarantee": f"g{n + 1}",
            "guarantor": rng.choice(guarantors),
            "funders": rng.choice(["V", "private"]),
        }
        row |= {"provisioning_rate": str(d.some(0.2, 0.9)), "leverage": str(d.some(0.6, 3))}
        if n or d.maybe(0.3):
            row |= scope(d)
        if d.maybe(0.4):
            row["cap"] = str(d.some(1, 5))
        d.add("guarantees", **row)


def draw_synergy(d: Draft) -> None:
    """More, or now and then less, than the parts when two or three initiatives are all done."""
    rng = d.rng
    mine = [r["initiative"] for r in d.rows("initiatives")]
    for _ in range(rng.choice([1, 1, 2])):
        n = len(d.rows("synergies"))
        for i in rng.sample(mine, 2):
            d.add("groups", group=f"together{n + 1}", kind="initiative", member=i)
        worth = d.some(6, 24, 2) if d.maybe(0.7) else -d.some(2, 9, 2)
        d.add("synergies", synergy=f"syn{n + 1}", initiatives=f"together{n + 1}", value=str(worth))


def draw_levels(d: Draft) -> None:
    """Milestones that may be done in part."""
    for m in d.rows("milestones"):
        if d.hard("levels") and d.maybe(0.6):
            m["min_level"] = str(d.some(0.15, 0.7))


def draw_goal(d: Draft) -> None:
    """What is sought, and the value to keep; money goals are drawn in a unit in which cents do not show."""
    goal = next((g for g in GOALS if d.hard(f"goal:{g}")), "value")
    objective: Row = {} if goal == "value" else {"goal": goal}
    if goal == "value" and d.hard("tie_break"):
        objective["tie_break"] = True
    if goal == "public_money" or (goal != "value" and d.hard("required_value")):
        data = Data(d.settings, d.tables)
        steps = [(i, m) for i, chain in data.milestones.items() for m in chain]
        whole = sum(data.value(i, m) * data.chance(i, text(m["milestone"])) for i, m in steps)
        objective["required_value"] = round(max(whole, 1.0) * 0.1, 2)
        d.ambition = 1.05 if d.hard("infeasible") else d.some(0.5, 0.98)
    if goal == "received":
        objective["group"] = d.rng.choice([*(r["party"] for r in d.rows("parties")), *d.groups("party")])
    if goal in ("received", "key"):
        oppose(d, objective.get("group"))
    if objective:
        d.settings["objective"] = objective
    if objective or any(m.get("min_level") for m in d.rows("milestones")):
        d.settings["unit"] = 1_000_000


def oppose(d: Draft, group: str | None) -> None:
    """Let the initiatives that serve a goal most be worth least, so that the goal and value differ."""
    if d.rows("criteria"):
        return
    data = Data(d.settings, d.tables)
    parties = data.pick_parties(group) if group else set(data.keys)

    def serves(initiative: str) -> float:
        cost = sum(number(m["cost"]) for m in data.milestones[initiative])
        part = sum(share for party, share in data.shares.get(initiative, {}).items() if party in parties)
        return part * cost * data.reference(text(data.initiatives[initiative]["currency"]))

    for rank, i in enumerate(sorted(data.initiatives, key=serves)):
        factor = (3.0, 1.5, 0.6, 0.1)[rank] if rank + 1 < len(data.initiatives) or d.maybe(0.5) else -0.2
        for m in data.milestones[i]:
            m["value"] = f"{number(m['cost']) * data.reference(text(data.initiatives[i]['currency'])) * factor:.2f}"

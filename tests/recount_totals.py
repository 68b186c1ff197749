"""Recounts the ratio rules of a plan, and how its tables and totals tie; see recount.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from .oracle.data import Line, text
from .recount import ZERO, Cells, Recount, exact

Sides = tuple[Fraction, Fraction, Fraction]


def worth(c: Recount, rows: Iterable[Cells], currency: str) -> tuple[Fraction, Fraction]:
    """Payments in one currency at reference rates, and one minor unit of each."""
    total, units = ZERO, ZERO
    for r in rows:
        rate = c.rate(r["currency"], currency)
        total += exact(r["amount"]) * rate
        units += c.minor(r["currency"]) * rate
    return total, units


def in_bounds(rule: dict[str, object], part: Fraction, whole: Fraction, units: Fraction) -> None:
    """The part keeps its bounds, shares of the whole, to one minor unit per amount."""
    if text(rule.get("at_least")):
        assert part + units >= exact(rule["at_least"]) * whole
    if text(rule.get("at_most")):
        assert part - units <= exact(rule["at_most"]) * whole


def ratios_hold(c: Recount) -> None:
    """Co-funding per initiative, earmarks, and as much matching money as the best ratio gives in all."""
    for rule in c.data.rows("cofunding"):
        payers = c.data.pick_sources(rule["funders"])
        for i in c.data.pick_initiatives(rule.get("initiatives")):
            scope = [r for r in c.plan["funding"] if r["initiative"] == i and in_stage(rule, r)]
            own = c.data.initiatives[i]["currency"]
            whole, units = worth(c, scope, own)
            part, _ = worth(c, [r for r in scope if r["funder"] in payers], own)
            in_bounds(rule, part, whole, 2 * units)
    for rule in c.data.rows("earmarks"):
        last = c.data.period(rule.get("by"), c.data.T)
        assert last is not None
        payers = c.data.pick_funders(rule.get("funders"))
        chosen = c.data.pick_initiatives(rule.get("initiatives"))
        paid = [r for r in c.plan["funding"] if r["funder"] in payers and c.period(r["period"]) <= last]
        whole, units = worth(c, paid, c.data.base)
        marked = [r for r in paid if r["initiative"] in chosen and in_stage(rule, r)]
        in_bounds(rule, worth(c, marked, c.data.base)[0], whole, 2 * units)
    for i in c.data.initiatives:
        matching_is_earned(c, i)


def in_stage(rule: dict[str, object], row: Cells) -> bool:
    return text(rule.get("stage")) in ("", row["stage"])


def matching_is_earned(c: Recount, initiative: str) -> None:
    """Matching money stands where a rule of its funder applies, and is no more than the ratios could give."""
    rules = [r for r in c.data.rows("matching") if initiative in c.data.pick_initiatives(r.get("initiatives"))]
    paid = [r for r in c.plan["funding"] if r["initiative"] == initiative]
    matching = [r for r in paid if c.data.funders[r["funder"]]["kind"] == "matching"]
    for r in matching:
        assert any(r["funder"] in c.data.pick_funders(rule["funders"]) and in_stage(rule, r) for rule in rules)
    base = [r for r in paid if r not in matching]
    own = c.data.initiatives[initiative]["currency"]
    got, units = worth(c, matching, own)
    given, more = worth(c, base, own)
    ratio = max((exact(rule["ratio"]) for rule in rules), default=ZERO)
    assert got <= ratio * given + units + ratio * more


def totals_tie(c: Recount) -> None:
    """Portfolio, flows and summary say what the payments and the schedule say."""
    base = c.data.base
    for row in c.plan["portfolio"]:
        i = row["initiative"]
        mine = [r for r in c.plan["schedule"] if r["initiative"] == i]
        assert exact(row["cost"]) == sum((exact(r["cost"]) for r in mine), ZERO)
        assert int(row["milestones_done"]) == sum(r["done"] == "true" for r in mine)
        for kind in ("public", "private", "matching"):
            paid = [r for r in c.plan["funding"] if r["initiative"] == i and kind_of(c, r) == kind]
            assert c.amount(row[kind], base) == sum((exact(r["amount_base"]) for r in paid), ZERO)
    assert {r["initiative"] for r in c.plan["portfolio"]} == set(c.data.initiatives)
    summary = c.run.summary
    for kind in ("public", "private", "matching"):
        total = sum((exact(row[kind]) for row in c.plan["portfolio"]), ZERO)
        assert exact(summary["totals"][kind]) == total
    everything = sum((exact(r["amount_base"]) for r in c.plan["funding"]), ZERO)
    assert exact(summary["totals"]["all"]) == everything
    assert summary["counts"]["payments"] == len(c.plan["funding"])
    flows_tie(c)


def kind_of(c: Recount, row: Cells) -> str:
    return str(c.data.funders[row["funder"]]["kind"])


def flows_tie(c: Recount) -> None:
    """What one party pays for another is its funders' payments by line or, in a real pot, share; to the cent in all."""
    flows: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    total: defaultdict[str, Fraction] = defaultdict(Fraction)
    for r in c.plan["funding"]:
        payer, amount = text(c.data.funders[r["funder"]].get("party")), exact(r["amount_base"])
        total[payer] += amount
        parties = [r["party"]] if r["party"] else list(c.data.shares.get(r["initiative"], {}))
        for party in parties or [""]:
            part = c.share(Line(r["initiative"], "", party, "")) if not r["party"] else Fraction(1)
            flows[payer, party] += amount * part
    stated = {(r["payer_party"], r["receiving_party"]): exact(r["amount_base"]) for r in c.plan["flows"]}
    assert len(stated) == len(c.plan["flows"])
    assert stated.keys() == flows.keys()
    unit = Fraction(1, 1 if c.data.base == "JPY" else 100)
    assert all(abs(stated[pair] - amount) < unit for pair, amount in flows.items())
    for payer, amount in total.items():
        assert sum((cell for (owner, _), cell in stated.items() if owner == payer), ZERO) == amount


def objective_is_the_sum(c: Recount) -> None:
    """The objective is what the goal counts; value is expected and discounted, initiative by initiative."""
    value = value_of(c)
    counted = {"value": value, "public_money": float(outlay(c))}
    if c.data.goal == "received":
        counted["received"] = float(received(c, c.data.pick_parties(c.data.settings["objective"]["group"])))
    if c.data.goal == "key":
        counted["key"] = min(float(received(c, {party})) / key for party, key in c.data.keys.items())
    objective, wanted = c.run.report.objective, counted[c.data.goal]
    assert objective is not None
    assert abs(objective - wanted) <= 1e-9 * max(1.0, abs(wanted)) + (c.data.goal != "value") * 0.01
    assert c.run.summary["objective"] == objective


def value_of(c: Recount) -> float:
    """The value of what is done, as far as it is funded, with synergies."""
    rate, total = float(c.data.settings.get("discount_rate", 0)), 0.0
    for row in c.plan["portfolio"]:
        value = 0.0
        for m, _ in c.done(row["initiative"]):
            name = m["milestone"]
            finish = c.starts[row["initiative"], name] + int(m["duration"]) - 1
            gained = c.data.value(row["initiative"], m) * c.data.chance(row["initiative"], name)
            gained *= float(c.levels[row["initiative"], name])
            value += gained / (1 + rate) ** ((finish - 1) / c.data.per_year)
        assert abs(float(row["present_value"]) - value) <= 1e-9 * max(1.0, abs(value))
        total += value
    for rule in c.data.rows("synergies"):
        members = c.data.pick_initiatives(rule["initiatives"])
        levels = [c.levels[i, m["milestone"]] for i in members for m in c.data.milestones[i]]
        done = [(i, m["milestone"]) in c.starts for i in members for m in c.data.milestones[i]]
        bonus = float(rule["value"])
        total += bonus * float(min(levels)) if bonus > 0 else bonus * all(done)
    return total


def outlay(c: Recount) -> Fraction:
    """What public funders pay and set aside for good, in the base currency."""
    public = [f for f, r in c.data.funders.items() if r["kind"] == "public"]
    total = sum((exact(r["amount_base"]) for r in c.plan["funding"] if r["funder"] in public), ZERO)
    for r in c.plan["budgets"]:
        if r["funder"] in public:
            total += (exact(r["hedge_cost"]) + exact(r["provision"])) * c.rate(c.own(r["funder"]), c.data.base)
    return total


def received(c: Recount, parties: set[str]) -> Fraction:
    """What parties receive, in the base currency: their lines, and their share of real pots."""
    total = ZERO
    for r in c.plan["funding"]:
        mine = {r["party"]} if r["party"] else set(c.data.shares.get(r["initiative"], {}))
        for party in mine & parties:
            part = Fraction(1) if r["party"] else c.share(Line(r["initiative"], "", party, ""))
            total += exact(r["amount"]) * part * c.rate(r["currency"], c.data.base)
    return total

"""Recounts a plan from its text tables, in fractions, as model.md says; shares no code with the package.

Each function asserts one part of "every amount has a payer, a line, a period and a cycle; every line's cost
is paid exactly; no limit is exceeded by one minor unit; totals tie".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from fundalign.results.plan import Run

from .oracle.data import Line, Span, text
from .oracle.who_pays import eligible, permitted
from .variations import Tiny, exact_rate

Cells = dict[str, str]
ZERO = Fraction(0)


def half_up(value: Fraction) -> int:
    return int((value + Fraction(1, 2)) // 1)


def exact(value: Any) -> Fraction:
    """A cell as a fraction; an empty one is 0."""
    return Fraction(text(value) or "0")


class Recount:
    """A plan's tables beside the plain tables of its case, with the exact figures both are measured by."""

    def __init__(self, found: Tiny, run: Run) -> None:
        assert run.plan is not None
        self.found, self.data, self.run = found, found.data, run
        self.factors = run.plan.factors
        self.plan: dict[str, list[Cells]] = {
            name: [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]
            for name, table in run.plan.tables.items()
        }
        self.starts = {
            (r["initiative"], r["milestone"]): self.period(r["start"])
            for r in self.plan["schedule"]
            if r["done"] == "true"
        }
        self.levels = {(r["initiative"], r["milestone"]): exact(r["level"]) for r in self.plan["schedule"]}
        self.lines = {(g.initiative, g.stage or "all", g.party): g for g in self.data.lines}

    def period(self, label: str) -> int:
        t = self.data.period(label)
        assert t is not None
        return t

    def minor(self, currency: str) -> Fraction:
        return Fraction(1) if currency == "JPY" else Fraction(1, 100)

    def amount(self, cell: str, currency: str) -> Fraction:
        """An amount as written: with exactly the currency's decimals, and not negative."""
        assert len(cell.partition(".")[2]) == (0 if currency == "JPY" else 2)
        assert exact(cell) >= 0
        return exact(cell)

    def rounded(self, value: Fraction, currency: str) -> Fraction:
        return half_up(value / self.minor(currency)) * self.minor(currency)

    def rate(self, currency: str, own: str, t: int | None = None) -> Fraction:
        """Units of `own` per unit of `currency`: planning rates of t, or reference rates."""
        return exact_rate(self.found, currency, t) / exact_rate(self.found, own, t)

    def line(self, row: Cells) -> Line:
        return self.lines[row["initiative"], row["stage"], row["party"]]

    def own(self, funder: str) -> str:
        return str(self.data.funders[funder]["currency"])

    def cycle(self, funder: str, t: int) -> Span:
        """The one cycle of the funder that holds the period."""
        (span,) = [s for s in self.data.spans[funder] if s.first <= t <= s.last]
        return span

    def share(self, line: Line) -> Fraction:
        """The exact part of the initiative's cost that falls on the line."""
        rows = [r for r in self.data.rows("shares") if line.party and r["initiative"] == line.initiative]
        mine = sum((exact(r["share"]) for r in rows if r["party"] == line.party), ZERO)
        return mine / sum((exact(r["share"]) for r in rows), ZERO) if line.party else Fraction(1)

    def done(self, initiative: str) -> Iterator[tuple[dict[str, Any], dict[int, Fraction]]]:
        """The milestones done, each with its escalated, funded cost by period, in the initiative's currency."""
        growth = 1 + Decimal(text(self.data.initiatives[initiative].get("escalation")) or "0")
        for m in self.data.milestones[initiative]:
            start = self.starts.get((initiative, m["milestone"]))
            if start is None:
                continue
            given = [r for r in self.data.rows("cost_profile") if r["initiative"] == initiative]
            parts = {int(r["offset"]): exact(r["share"]) for r in given if r["milestone"] == m["milestone"]}
            d = int(m["duration"])
            parts = parts or dict.fromkeys(range(d), Fraction(1, d))
            total, due = sum(parts.values(), ZERO), {}
            for offset, part in parts.items():
                years = Decimal(start + offset - 1) / self.data.per_year
                grown = Context(prec=12).plus(Context(prec=50).power(growth, years))
                due[start + offset] = exact(m["cost"]) * part / total * Fraction(grown)
            funded = self.levels[initiative, m["milestone"]] * int(self.data.settings["unit"])
            yield m, {t: amount * funded for t, amount in due.items()}


def payments_have_a_place(c: Recount) -> None:
    """Payer, line, period and cycle exist and fit; the two conversions are the rates' to the minor unit."""
    seen = set()
    for r in c.plan["funding"]:
        funder, line, t = r["funder"], c.line(r), c.period(r["period"])
        assert 1 <= t <= c.data.T
        assert c.cycle(funder, t)
        assert permitted(c.data, funder, line)
        assert eligible(c.data, funder, line)
        assert r["currency"] == line.currency
        amount = c.amount(r["amount"], line.currency)
        assert amount > 0
        for column, currency, period in (
            ("amount_funder", c.own(funder), t),
            ("amount_base", c.data.base, None),
        ):
            converted = amount * c.rate(line.currency, currency, period)
            assert c.amount(r[column], currency) == c.rounded(converted, currency)
        seen.add((funder, line, t))
    assert len(seen) == len(c.plan["funding"])


def costs_are_paid(c: Recount) -> None:
    """Each cost is paid in full, and each due to one minor unit per milestone behind it."""
    paid: defaultdict[tuple[Line, int], Fraction] = defaultdict(Fraction)
    for r in c.plan["funding"]:
        paid[c.line(r), c.period(r["period"])] += exact(r["amount"])
    due: defaultdict[tuple[Line, int], Fraction] = defaultdict(Fraction)
    behind: defaultdict[tuple[Line, int], int] = defaultdict(int)
    cost: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    stated = {(r["initiative"], r["milestone"]): exact(r["cost"]) for r in c.plan["schedule"]}
    for i, row in c.data.initiatives.items():
        for m, periods in c.done(i):
            total = sum(periods.values(), ZERO)
            assert stated.pop((i, m["milestone"])) == c.rounded(total, row["currency"])
            lines = [g for g in c.data.lines if (g.initiative, g.stage) == (i, text(m.get("stage")))]
            for currency in {g.currency for g in lines}:
                mine = {g: c.share(g) * c.rate(row["currency"], currency) for g in lines if g.currency == currency}
                cost[i, currency] += c.rounded(total * sum(mine.values()), currency)
                for line, part in mine.items():
                    for t, amount in periods.items():
                        due[line, t] += amount * part
                        behind[line, t] += 1
    assert not any(stated.values())
    for place in {**due, **paid}:
        assert abs(paid[place] - due[place]) <= c.minor(place[0].currency) * behind[place]
    totals: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (line, _), amount in paid.items():
        totals[line.initiative, line.currency] += amount
    assert {key: a for key, a in totals.items() if a} == {key: a for key, a in cost.items() if a}


def currency_ties(c: Recount) -> None:
    """Exposures are what is paid in foreign currency; the loss is the factor times what is not hedged."""
    exposure: defaultdict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for r in c.plan["funding"]:
        if r["currency"] != c.own(r["funder"]):
            exposure[r["funder"], r["currency"], r["period"]] += exact(r["amount"])
    for r in c.plan["currency"]:
        funder, currency = r["funder"], r["currency"]
        assert c.amount(r["exposure"], currency) == exposure.pop((funder, currency, r["period"]))
        unhedged = exact(r["exposure"]) - c.amount(r["hedged"], currency)
        assert c.amount(r["unhedged"], currency) == unhedged
        loss, own = delta(c, funder, currency, r["period"]) * unhedged, c.own(funder)
        assert c.amount(r["worst_case_loss"], own) == -(-loss // c.minor(own)) * c.minor(own)
    assert not exposure


def delta(c: Recount, funder: str, currency: str, label: str) -> Fraction:
    """The stored loss factor, which is the formula's to 1e-9."""
    t = c.period(label)
    stated = c.factors["loss"].get(funder, {}).get(currency, {}).get(label, "0")
    wanted = c.data.loss(c.own(funder), currency, c.cycle(funder, t), t)
    assert abs(float(stated) - wanted) <= 1e-9 * max(1e-3, wanted)
    return Fraction(stated)


def budgets_hold(c: Recount) -> None:
    """Each cycle: spent is what is paid, all fits to the minor unit, and what is left is accounted for."""
    rows = {(r["funder"], r["cycle"]): r for r in c.plan["budgets"]}
    assert len(rows) == len(c.plan["budgets"]) == len(c.data.rows("budgets"))
    for funder, spans in c.data.spans.items():
        carried = ZERO
        for span in spans:
            row = rows[funder, span.name]
            money = {k: c.amount(v, c.own(funder)) for k, v in row.items() if k not in NO_MONEY}
            assert money["carried_in"] == carried
            assert money["provision"] == 0 or funder in [r["guarantor"] for r in c.data.rows("guarantees")]
            cycle_holds(c, funder, span, money)
            carried = money["carried_out"]
        assert carried == 0


NO_MONEY = ("funder", "cycle", "execution_rate", "commitments", "committed")


def cycle_holds(c: Recount, funder: str, span: Span, money: dict[str, Fraction]) -> None:
    own, unit = c.own(funder), int(c.data.settings["unit"])
    (given,) = [r for r in c.data.rows("budgets") if (r["funder"], r["cycle"]) == (funder, span.name)]
    payments, reserved = exact(given["payments"]) * unit, exact(given.get("reserved")) * unit
    assert (money["payments"], money["reserved"]) == (payments, reserved)
    spent, need, hedging = ZERO, ZERO, ZERO
    contingency = exact(c.data.funders[funder].get("contingency"))
    for r in c.plan["funding"]:
        t = c.period(r["period"])
        if r["funder"] == funder and span.first <= t <= span.last:
            spent += exact(r["amount_funder"])
            need += contingency * exact(r["amount"]) * c.rate(r["currency"], own, t)
    need += currency_need(c, funder, span)
    for r in c.plan["currency"]:
        t = c.period(r["period"])
        if r["funder"] == funder and span.first <= t <= span.last and exact(r["hedged"]):
            hedging += hedge_price(c, own, r["currency"], span, t) * exact(r["hedged"])
    minor = c.minor(own)
    assert money["spent"] == spent
    assert money["buffer"] == -(-need // minor) * minor
    assert money["hedge_cost"] == -(-hedging // minor) * minor
    available = payments - reserved + money["carried_in"]
    used = spent + money["hedge_cost"] + money["provision"]
    assert used + money["buffer"] <= available
    assert money["carried_out"] <= min(exact(given.get("carry_over")) * payments, payments - reserved)
    held = ZERO if c.data.buffer.get("released") else money["buffer"]
    assert used + held + money["carried_out"] + money["lapsed"] == available


def currency_need(c: Recount, funder: str, span: Span) -> Fraction:
    """What the buffer needs for currency risk: all losses, the largest, or the mean of the worst scenarios."""
    open_in = [
        (r["currency"], r["period"], exact(r["unhedged"]))
        for r in c.plan["currency"]
        if r["funder"] == funder and span.first <= c.period(r["period"]) <= span.last
    ]
    if c.data.method == "cvar":
        return worst_mean(c, funder, span, open_in)
    losses: defaultdict[str, Fraction] = defaultdict(Fraction)
    for currency, label, unhedged in open_in:
        losses[currency] += delta(c, funder, currency, label) * unhedged
    most = int(c.data.buffer.get("gamma", 2)) if c.data.method == "budgeted" else len(losses)
    return sum(sorted(losses.values(), reverse=True)[:most], ZERO)


def worst_mean(c: Recount, funder: str, span: Span, open_in: list[tuple[str, str, Fraction]]) -> Fraction:
    """The mean loss of the worst (1−β)·S scenarios, the last of them in part; at least 0."""
    count, own = int(c.data.buffer["scenarios"]), c.own(funder)
    totals = [ZERO] * count
    for currency, label, unhedged in open_in:
        rates = c.data.losses(own, currency, span, c.period(label))
        exact_rates = [Fraction(f"{rate:.11e}") for rate in rates]
        totals = [total + rate * unhedged for total, rate in zip(totals, exact_rates, strict=True)]
    left, need = (1 - Fraction(str(c.data.buffer["confidence"]))) * count, ZERO
    size = left
    for loss in sorted(totals, reverse=True):
        part = min(left, Fraction(1))
        need, left = need + part * loss, left - part
    return max(need / size, ZERO)


def hedge_price(c: Recount, own: str, currency: str, span: Span, t: int) -> Fraction:
    """What hedging one unit costs until t, in the funder's currency; both legs can be hedged."""
    legs = [c.data.hedge_cost(leg) for leg in (currency, own)]
    price = sum((Fraction(str(leg)) for leg in legs if leg is not None), ZERO)
    assert None not in legs
    started = span.first if c.data.buffer.get("since") == "cycle" else 1
    return price * Fraction(t - started + 1, c.data.per_year) * c.rate(currency, own, t)

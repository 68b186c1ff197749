"""Whether the payments of a given schedule exist: one dense LP, written line by line from the model.

Everything is measured in base currency at reference rates (x = pay·R̄ of the line's currency), so ratio and
comparison rules need no rates; cash rules convert back. Shortfalls stand on cover, co-funding floors and
geo-return ceilings; without payments all other rows hold.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .data import Data, Span, number, text
from .program import Program, Terms
from .schedules import Floats, party_sets, received
from .who_pays import eligible, permitted


class Payments(Program):
    """The LP of one case. Rows carry the tag of their rule so that a family can be left out."""

    def __init__(self, data: Data) -> None:
        super().__init__()
        self.data = data
        self.periods = range(1, data.T + 1)
        self.x = [
            (f, n, t)
            for f in data.funders
            for n, line in enumerate(data.lines)
            if permitted(data, f, line)
            for t in self.periods
        ]
        for part in (
            self.cover,
            self.eligibility,
            self.cofunding,
            self.matching,
            self.budgets,
            self.currency,
        ):
            part()
        self.equity()
        self.earmarks()
        self.freeze(len(data.lines) * data.T)

    def at(self, n: int, t: int) -> int:
        """Index of (line n, period t) in the flat due."""
        return n * self.data.T + t - 1

    def lines(self, initiatives: set[str], stage: str = "") -> list[int]:
        lines = enumerate(self.data.lines)
        return [n for n, line in lines if line.initiative in initiatives and stage in ("", line.stage)]

    def paid(self, funders: set[str], lines: Iterable[int], by: int, factor: float = 1.0) -> Terms:
        """factor·Σ x of these funders on these lines up to `by`."""
        inside = set(lines)
        return {("x", f, n, t): factor for f, n, t in self.x if f in funders and n in inside and t <= by}

    def dues(self, lines: Iterable[int], factor: float = 1.0) -> list[tuple[int, float]]:
        return [(self.at(n, t), factor) for n in lines for t in self.periods]

    def cover(self) -> None:
        for n in range(len(self.data.lines)):
            for t in self.periods:
                terms: Terms = {("x", f, n, t): 1.0 for f, k, s in self.x if (k, s) == (n, t)}
                terms["s", "cover", n, t] = 1.0
                self.row("=cover", terms, due=[(self.at(n, t), 1.0)])

    def eligibility(self) -> None:
        barred = {
            (f, n) for f in self.data.funders for n, g in enumerate(self.data.lines) if not eligible(self.data, f, g)
        }
        terms: Terms = {("x", f, n, t): 1.0 for f, n, t in self.x if (f, n) in barred}
        if terms:
            self.row("eligibility", terms)

    def cofunding(self) -> None:
        for k, r in enumerate(self.data.rows("cofunding")):
            scope = self.data.pick_sources(r["funders"])
            for i in self.data.pick_initiatives(r.get("initiatives")):
                lines = self.lines({i}, text(r.get("stage")))
                if number(r.get("at_least")):
                    terms = self.paid(scope, lines, self.data.T, -1.0)
                    terms["s", "cofunding", k, i] = -1.0
                    self.row("cofunding", terms, due=self.dues(lines, -number(r["at_least"])))
                if r.get("at_most") not in (None, ""):
                    terms = self.paid(scope, lines, self.data.T)
                    self.row("cofunding", terms, due=self.dues(lines, number(r["at_most"])))

    def matching(self) -> None:
        data = self.data
        funders = {f for f, r in data.funders.items() if r["kind"] == "matching"}
        bases = {
            b: {f for f in data.funders if f not in funders and data.source(f) == b} for b in ("public", "private")
        }
        cells = dict.fromkeys((g.initiative, g.stage, t) for g in data.lines for t in self.periods)
        rules = data.rows("matching")
        reach = [
            (data.pick_funders(r["funders"]) & funders, data.pick_initiatives(r.get("initiatives"))) for r in rules
        ]
        scopes: list[list[tuple[str, str, int]]] = [
            [c for c in cells if c[0] in inside and text(r.get("stage")) in ("", c[1])]
            for r, (_, inside) in zip(rules, reach, strict=True)
        ]
        for cell in cells:
            i, stage, t = cell
            lines = [n for n, g in enumerate(data.lines) if (g.initiative, g.stage) == (i, stage)]
            here = [k for k in range(len(rules)) if cell in scopes[k]]
            for f in funders:
                terms: Terms = {("x", f, n, t): 1.0 for n in lines if ("x", f, n, t) in self.columns}
                terms |= {("matched", k, f, *cell): -1.0 for k in here if f in reach[k][0]}
                self.row("=matching:pays", terms)
            for b, whose in bases.items():
                terms = {("used", k, b, *cell): 1.0 for k in here if rules[k]["base"] in (b, "both")}
                if terms:
                    terms |= {("x", f, n, t): -1.0 for f in whose for n in lines if ("x", f, n, t) in self.columns}
                    self.row("matching", terms)
        for k, r in enumerate(rules):
            for i in reach[k][1]:
                mine = [c for c in scopes[k] if c[0] == i]
                terms = {("matched", k, f, *c): 1.0 for f in reach[k][0] for c in mine}
                kinds = ("public", "private") if r["base"] == "both" else (r["base"],)
                terms |= {("used", k, b, *c): -number(r["ratio"]) for b in kinds for c in mine}
                self.row("matching", terms)

    def cash(self, currency: str, home: str, t: int) -> float:
        """Factor from x (base at reference) to the funder's currency, itself in base at reference."""
        data = self.data
        planned = data.planning(currency, t) / data.planning(home, t)
        return planned * data.reference(home) / data.reference(currency)

    def budgets(self) -> None:
        data = self.data
        released = bool(data.buffer.get("released", False))
        for f, spans in data.spans.items():
            row, money = data.funders[f], data.reference(data.funders[f]["currency"])
            inside = {t for s in spans for t in range(s.first, s.last + 1)}
            outside: Terms = {("x", g, n, t): 1.0 for g, n, t in self.x if g == f and t not in inside}
            if outside:
                self.row("budgets", outside)
            for k, span in enumerate(spans):
                pays = self.spent(f, span)
                use = dict(pays)
                for c in self.foreign(f):
                    for t in range(span.first, span.last + 1):
                        fee = self.hedge_fee(f, c, span, t)
                        if fee is not None:
                            use["h", f, c, t] = fee
                kept = {("need", f, k): 1.0, ("contingency", f, k): 1.0}
                brought: Terms = {("carried", f, k - 1): -1.0} if k else {}
                own = (span.payments - span.reserved) * money
                self.row("budgets", use | kept | brought, own)
                carried: Terms = {("carried", f, k): 1.0}
                self.row("budgets", use | ({} if released else kept) | brought | carried, own)
                limit = min(span.carry_over * span.payments, span.payments - span.reserved) * money
                self.row("carry_over", carried, limit if k + 1 < len(spans) else 0.0)
                share = number(row.get("contingency"))
                if share:
                    terms = {key: share * factor for key, factor in pays.items()}
                    self.row("contingency", terms | {("contingency", f, k): -1.0})

    def spent(self, funder: str, span: Span) -> Terms:
        home = self.data.funders[funder]["currency"]
        return {
            ("x", f, n, t): self.cash(self.data.lines[n].currency, home, t)
            for f, n, t in self.x
            if f == funder and span.first <= t <= span.last
        }

    def foreign(self, funder: str) -> list[str]:
        home = self.data.funders[funder]["currency"]
        return sorted({g.currency for g in self.data.lines} - {home})

    def hedge_fee(self, funder: str, currency: str, span: Span, t: int) -> float | None:
        """Cost per unit hedged, in the funder's currency (both at x scale); None where it cannot be done."""
        home = self.data.funders[funder]["currency"]
        legs = [self.data.hedge_cost(c) for c in (currency, home)]
        if legs[0] is None or legs[1] is None:
            return None
        return (legs[0] + legs[1]) * self.data.years(span, t) * self.cash(currency, home, t)

    def currency(self) -> None:
        data = self.data
        for f, spans in data.spans.items():
            home = data.funders[f]["currency"]
            for k, span in enumerate(spans):
                need: Terms = {("need", f, k): -1.0}
                for c in self.foreign(f):
                    for t in range(span.first, span.last + 1):
                        paid = [key for key in self.x if (key[0], data.lines[key[1]].currency, key[2]) == (f, c, t)]
                        loss = data.loss(home, c, span, t) * data.reference(home) / data.reference(c)
                        need |= {("x", *key): loss for key in paid}
                        if self.hedge_fee(f, c, span, t) is not None:
                            need["h", f, c, t] = -loss
                            self.row("cover", {("h", f, c, t): 1.0} | {("x", *key): -1.0 for key in paid})
                self.row("buffer", need)

    def equity(self) -> None:
        """The measures that look at payments; the others depend on the schedule only (`due_rules`)."""
        data, every = self.data, range(len(self.data.lines))
        home = {f: text(r.get("party")) for f, r in data.funders.items() if r["kind"] == "public"}
        for k, r in enumerate(data.rows("equity")):
            by = data.period(r.get("by"), data.T) or 0
            for parties in party_sets(data, r):
                mine = self.paid({f for f, p in home.items() if p in parties}, every, by)
                for side, sign in (("at_least", 1.0), ("at_most", -1.0)):
                    if r.get(side) in (None, ""):
                        continue
                    bound = number(r[side])
                    if r["measure"] == "contributed":
                        whole = self.paid({f for f, p in home.items() if p}, every, by)
                        terms = {key: sign * (bound - (1.0 if key in mine else 0.0)) for key in whole}
                        self.row("equity:contributed", terms)
                    if r["measure"] == "geo_return":
                        terms = dict.fromkeys(mine, sign * bound)
                        if sign < 0:
                            terms["s", "geo", k, min(parties)] = -1.0
                        got = received(data, parties, by)
                        due = [(int(j), sign * float(got[j])) for j in np.flatnonzero(got)]
                        self.row("equity:geo_return", terms, due=due)

    def earmarks(self) -> None:
        data, every = self.data, range(len(self.data.lines))
        for r in data.rows("earmarks"):
            by = data.period(r.get("by"), data.T) or 0
            funders = data.pick_funders(r.get("funders"))
            lines = self.lines(data.pick_initiatives(r.get("initiatives")), text(r.get("stage")))
            mine = self.paid(funders, lines, by)
            for side, sign in (("at_least", 1.0), ("at_most", -1.0)):
                if r.get(side) not in (None, ""):
                    whole = self.paid(funders, every, by)
                    bound = number(r[side])
                    self.row("earmarks", {key: sign * (bound - (1.0 if key in mine else 0.0)) for key in whole})

    def right_hand(self, drop: frozenset[str]) -> Floats:
        """As in the program; without reservations nothing is owed to running programmes."""
        if "reserved" not in drop:
            return super().right_hand(drop)
        budgets = [{**r, "reserved": ""} for r in self.data.rows("budgets")]
        return Payments(Data(self.data.settings, {**self.data.tables, "budgets": budgets})).limits

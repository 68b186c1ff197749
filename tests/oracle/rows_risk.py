"""Currency risk in the oracle's LP: hedges, their costs, and what the buffer needs by each of the methods."""

from __future__ import annotations

from collections.abc import Iterator

from .book import Span, text
from .payments import Payments
from .program import Key, Terms


def foreign(p: Payments, funder: str) -> list[str]:
    home = text(p.data.funders[funder]["currency"])
    return sorted({g.currency for g in p.data.lines} - {home})


def paid_in(p: Payments, funder: str, currency: str, t: int) -> list[Key]:
    return [key for key in p.by_funder[funder] if key[3] == t and p.data.lines[key[2]].currency == currency]


def currency_risk(p: Payments) -> None:
    for f, spans in p.data.spans.items():
        for k, span in enumerate(spans):
            hedges(p, f, k, span)
            if p.data.method == "additive":
                additive(p, f, k, span)
            elif p.data.method == "budgeted":
                budgeted(p, f, k, span)
            elif p.data.method == "cvar":
                cvar(p, f, k, span)


def hedges(p: Payments, f: str, k: int, span: Span) -> None:
    """At most what is exposed; the costs are part of what the cycle uses."""
    for c, t in exposures(p, f, span):
        fee = p.data.hedge_fee(text(p.data.funders[f]["currency"]), c, span, t)
        if fee is not None:
            exposed: Terms = dict.fromkeys(paid_in(p, f, c, t), -1.0)
            p.row("", {("h", f, c, t): 1.0} | exposed)
            p.row("", {("h", f, c, t): 1.0}, only="hedging")
            p.use[f, k]["h", f, c, t] = fee


def exposures(p: Payments, f: str, span: Span) -> Iterator[tuple[str, int]]:
    """The foreign currencies and periods of a cycle in which a funder may pay."""
    for c in foreign(p, f):
        for t in span.periods:
            if paid_in(p, f, c, t):
                yield c, t


def unhedged(p: Payments, f: str, c: str, t: int, factor: float) -> Terms:
    """factor·(paid − hedged)."""
    terms: Terms = dict.fromkeys(paid_in(p, f, c, t), factor)
    return terms | ({("h", f, c, t): -factor} if ("h", f, c, t) in p.columns else {})


def loss(p: Payments, f: str, span: Span, currencies: list[str]) -> Terms:
    """The possible loss on these currencies in a cycle, one-sided at the confidence."""
    home = text(p.data.funders[f]["currency"])
    terms: Terms = {}
    for c, t in exposures(p, f, span):
        if c in currencies:
            terms |= unhedged(p, f, c, t, p.data.loss(home, c, span, t) * p.data.scale(c, home))
    return terms


def additive(p: Payments, f: str, k: int, span: Span) -> None:
    """All currencies move against the funder at once."""
    p.row("buffer:additive", loss(p, f, span, foreign(p, f)) | {("need", f, k): -1.0})


def budgeted(p: Payments, f: str, k: int, span: Span) -> None:
    """At most Γ currencies move: need ≥ Γ·q + Σ r, q + r of a currency ≥ its loss."""
    whole: Terms = {("q", f, k): float(p.data.buffer.get("gamma", 2)), ("need", f, k): -1.0}
    for c in foreign(p, f):
        whole["r", f, k, c] = 1.0
        p.row("buffer:budgeted", loss(p, f, span, [c]) | {("q", f, k): -1.0, ("r", f, k, c): -1.0})
    p.row("buffer:budgeted", whole)


def cvar(p: Payments, f: str, k: int, span: Span) -> None:
    """Mean of the worst (1−β)·S scenarios: need ≥ η + Σ w/((1−β)·S), w of a scenario ≥ its loss − η."""
    data, home = p.data, text(p.data.funders[f]["currency"])
    scenarios = int(data.buffer.get("scenarios", 500))
    eta: Terms = {("eta+", f, k): 1.0, ("eta-", f, k): -1.0}
    tail = 1 / ((1 - data.confidence) * scenarios)
    losses = {(c, t): data.losses(home, c, span, t) * data.scale(c, home) for c, t in exposures(p, f, span)}
    if losses:
        p.row("buffer:cvar", eta | {("w", f, k, s): tail for s in range(scenarios)} | {("need", f, k): -1.0})
    for s in range(scenarios if losses else 0):
        terms: Terms = {key: -factor for key, factor in eta.items()} | {("w", f, k, s): -1.0}
        for (c, t), rate in losses.items():
            terms |= unhedged(p, f, c, t, float(rate[s]))
        p.row("buffer:cvar", terms)

"""What is promised, not paid, in the oracle's LP: guarantees with their provisions, and commitments.

Tickets and stability, the other limits on how a single funder behaves, are here too.
"""

from __future__ import annotations

import itertools

import numpy as np

from .book import Row, given, number, text
from .payments import Payments
from .program import Terms
from .who_pays import eligible


def guarantees(p: Payments) -> None:
    """A covered funder pays no more than what is backed; what backs is guaranteed where the work begins."""
    data, rules = p.data, p.data.rows("guarantees")
    reach = [data.pick_initiatives(r.get("initiatives")) for r in rules]
    whose = [data.pick_funders(r["funders"]) for r in rules]
    for f in sorted(set().union(*whose)):
        for i, stage in dict.fromkeys((g.initiative, g.stage) for g in data.lines):
            backed: Terms = {
                ("backed", j, f, i, stage): -1.0
                for j, r in enumerate(rules)
                if f in whose[j] and i in reach[j] and text(r.get("stage")) in ("", stage)
            }
            p.row("guarantees", p.paid([f], p.at(i, stage)) | backed)
    for j, r in enumerate(rules):
        for i in sorted(reach[j]):
            guarantee(p, j, r, i)
        if given(r, "cap"):
            spans = range(len(data.spans[text(r["guarantor"])]))
            p.row("guarantees", {("guaranteed", j, i, k): 1.0 for i in reach[j] for k in spans}, number(r["cap"]))


def guarantee(p: Payments, j: int, rule: Row, i: str) -> None:
    """One guarantee of one initiative: its leverage, the cycle in which it is given, and its provision."""
    data, guarantor, stage = p.data, text(rule["guarantor"]), text(rule.get("stage"))
    places = [k for k, m in enumerate(data.milestones[i]) if stage in ("", text(m.get("stage")))]
    if not places:
        return
    leverage, home = number(rule["leverage"]), text(data.funders[guarantor]["currency"])
    stages = dict.fromkeys(g.stage for g in data.lines if g.initiative == i and stage in ("", g.stage))
    backed: Terms = {("backed", j, f, i, g): 1.0 for f in data.pick_funders(rule["funders"]) for g in stages}
    whole: Terms = {("guaranteed", j, i, k): -leverage for k in range(len(data.spans[guarantor]))}
    p.row("guarantees", backed | whole)
    most = float(p.work.due[p.lines({i})].sum(axis=(0, 1)).sum()) / leverage
    for k, span in enumerate(data.spans[guarantor]):
        column = ("guaranteed", j, i, k)
        begun = p.work.started(i, places[0], span.first, span.last)
        p.row("guarantees", {column: 1.0}, begin=most * begun)
        rate = data.cash(text(data.initiatives[i]["currency"]), home, span.first)
        p.use[guarantor, k][column] = number(rule["provisioning_rate"]) * rate


def commitments(p: Payments) -> None:
    """All of a milestone is committed when it begins; no one pays ahead of what it committed; ceilings."""
    data = p.data
    limited = {f for f, spans in data.spans.items() if any(span.ceiling is not None for span in spans)}
    signed = set() if data.past is None else {place for _, place, _ in data.past.committed}
    for n, line in enumerate(data.lines):
        payers = [f for f in data.funders if ("x", f, n, 1) in p.x and eligible(data, f, line)]
        if limited & set(payers) or (line.initiative, line.stage, line.party) in signed:
            commit_line(p, n, payers, limited)
    for f in sorted(limited):
        home = text(data.funders[f]["currency"])
        for span in data.spans[f]:
            if span.ceiling is not None:
                mine = [key for key in p.columns if key[0] == "commit" and key[1] == f and key[3] in span.periods]
                terms = {key: data.cash(data.lines[key[2]].currency, home, key[3]) for key in mine}
                p.row("commitments", terms, span.ceiling * p.money(f))


def commit_line(p: Payments, n: int, payers: list[str], limited: set[str]) -> None:
    open_in = {
        f: {t for span in p.data.spans[f] for t in span.periods} if f in limited else set(p.periods) for f in payers
    }
    for t in p.periods:
        shared: Terms = {("commit", f, n, t): 1.0 for f in payers if t in open_in[f]}
        p.row("commitments", shared | {("s", "commit", n, t): 1.0}, level=p.work.committed[n, t - 1], equal=True)
        for f in payers:
            promised: Terms = {("commit", f, n, s): -1.0 for s in range(1, t + 1) if s in open_in[f]}
            p.row("commitments", p.paid([f], [n], by=t) | promised, equal=t == p.data.T)


def tickets(p: Payments) -> None:
    """A funder puts nothing into an initiative, or at least its ticket."""
    for f, r in p.data.funders.items():
        if number(r.get("min_ticket")):
            for i in p.data.initiatives:
                mine = set(p.lines({i}))
                everywhere = {key: 1.0 for key in p.by_funder[f] if key[2] in mine}
                cash = {
                    key: p.data.cash(p.data.lines[key[2]].currency, text(r["currency"]), key[3]) for key in everywhere
                }
                if cash:
                    p.either("tickets", everywhere, cash, number(r["min_ticket"]) * p.money(f))


def stability(p: Payments) -> None:
    """What is paid per period does not change too much from cycle to cycle."""
    for f, r in p.data.funders.items():
        if given(r, "max_change"):
            for a, b in itertools.pairwise(p.data.spans[f]):
                size = [len(a.periods), len(b.periods)]
                limit = number(r["max_change"]) * a.payments * p.money(f) / size[0]
                before = {key: factor / size[0] for key, factor in p.spent(f, a).items()}
                after = {key: factor / size[1] for key, factor in p.spent(f, b).items()}
                for sign in (1.0, -1.0):
                    change = {key: sign * v for key, v in after.items()} | {key: -sign * v for key, v in before.items()}
                    p.row("stability", change, limit)


def risk_tolerance(p: Payments) -> None:
    """The average probability of failure of what a funder pays for."""
    data = p.data
    last = {(i, text(m.get("stage"))): text(m["milestone"]) for i, chain in data.milestones.items() for m in chain}
    failure = [1 - data.reached(g.initiative, last[g.initiative, g.stage]) for g in data.lines]
    for f, r in data.funders.items():
        if given(r, "risk_tolerance"):
            limit = number(r["risk_tolerance"])
            p.row("risk_tolerance", {key: failure[key[2]] - limit for key in p.by_funder[f]})


def synergies(p: Payments) -> None:
    """More value, or less, when every milestone of all members is done."""
    data, work = p.data, p.work
    for s, r in enumerate(data.rows("synergies")):
        worth = number(r["value"])
        done = [
            work.milestone(i, k)
            for i in data.pick_initiatives(r["initiatives"])
            for k in range(len(data.milestones[i]))
        ]
        if worth < 0:
            all_done = np.sum(done, axis=0)
            p.row("synergies", {("loss", s): -1.0}, (len(done) - 1) * -worth, begin=worth * all_done)
            continue
        for each in done:
            p.row("", {("bonus", s): 1.0}, level=worth * each)
        p.row("", {("bonus", s): 1.0}, only="synergies")

"""Equity and earmarks in the oracle's LP. Rules on dues alone have only a shortfall, and levels, to move."""

from __future__ import annotations

import numpy as np

from .book import Row, given, number, text
from .data import Data
from .payments import Payments
from .program import Key, Terms
from .schedules import Floats, party_sets
from .work import Work

SIDES = (("at_least", 1.0), ("at_most", -1.0))


def received(work: Work, parties: set[str], by: int) -> Floats:
    """What the parties receive up to `by`, by slot."""
    data, total = work.data, np.zeros(work.size)
    for n, line in enumerate(data.lines):
        part = data.shares.get(line.initiative, {})
        share = float(line.party in parties) if line.party else sum(s for p, s in part.items() if p in parties)
        total += share * work.of([n], by)
    return total


def homes(data: Data) -> dict[str, str]:
    """The home party of every public funder that has one."""
    rows = data.funders.items()
    return {f: text(r.get("party")) for f, r in rows if r["kind"] == "public" and r.get("party")}


def equity(p: Payments) -> None:
    """Every measure but the number of initiatives, which is a matter of the schedule alone."""
    for k, r in enumerate(p.data.rows("equity")):
        if r["measure"] == "initiatives":
            continue
        for parties in party_sets(p.data, r):
            for side, sign in SIDES:
                if given(r, side):
                    rule = {"contributed": contributed, "geo_return": geo_return}.get(text(r["measure"]), shared)
                    rule(p, (k, min(parties, default="")), r, parties, sign, number(r[side]))


def shared(p: Payments, name: tuple[int, str], r: Row, parties: set[str], sign: float, bound: float) -> None:
    """`received` and `key`: the part of all that is received, for `key` per part of all keys."""
    by, keys = p.data.review(r), p.data.keys
    if r["measure"] == "key":
        bound *= sum(keys.get(party, 0.0) for party in parties) / (sum(keys.values()) or 1)
    balance = received(p.work, parties, by) - bound * received(p.work, set(p.data.parties), by)
    p.row(f"equity:{r['measure']}", {("s", "equity", *name, sign): -1.0}, level=sign * balance)


def contributed(p: Payments, _: tuple[int, str], r: Row, parties: set[str], sign: float, bound: float) -> None:
    home, every = homes(p.data), range(len(p.data.lines))
    whole = p.paid(home, every, p.data.review(r))
    terms = {key: sign * (bound - (1.0 if home[key[1]] in parties else 0.0)) for key in whole}
    p.row("equity:contributed", terms)


def geo_return(p: Payments, name: tuple[int, str], r: Row, parties: set[str], sign: float, bound: float) -> None:
    mine = [f for f, party in homes(p.data).items() if party in parties]
    by, every = p.data.review(r), range(len(p.data.lines))
    terms: Terms = p.paid(mine, every, by, sign * bound) | {("s", "equity", *name, sign): -1.0}
    p.row("equity:geo_return", terms, level=sign * received(p.work, parties, by))


def earmarks(p: Payments) -> None:
    """Rows of one rule add up: their pay in any of the scopes, and all pay of the funders of all rows."""
    data, every = p.data, range(len(p.data.lines))
    for rows in data.rules("earmarks"):
        first, inside = rows[0], set[Key]()
        whole: Terms = {}
        for r in rows:
            funders, by = data.pick_funders(r.get("funders")), data.review(r)
            lines = p.lines(data.pick_initiatives(r.get("initiatives")), text(r.get("stage")))
            whole |= p.paid(funders, every, by)
            inside |= p.paid(funders, lines, by).keys()
        for side, sign in SIDES:
            if given(first, side):
                bound = number(first[side])
                p.row("earmarks", {key: sign * (bound - (1.0 if key in inside else 0.0)) for key in whole})

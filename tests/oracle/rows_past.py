"""What a re-plan keeps, in the oracle's LP: levels, payments and signatures of the past, and the money that moves."""

from __future__ import annotations

from .book import number, text
from .past import NEAR, Past, cent
from .payments import Payments
from .program import Key, Terms

EXACT = 1e-9


def keep_past(p: Payments) -> None:
    """Nothing where the case is no re-plan. After all other columns, before the budgets."""
    past = p.data.past
    if past is None:
        return
    levels(p, past)
    payments(p, past)
    if past.signed:
        hedges(p, past)
        commitments(p, past)
        guarantees(p, past)
    promises(p, past)


def hold(p: Payments, key: Key, amount: float, unit: float, *, there: bool) -> None:
    """A column at what it was, to some minor units; what was nothing at most one. It may be `there` no longer."""
    short: Terms = {("s", "past", *key): -1.0}
    if not there:
        if amount:
            p.row("past", short, -amount)
        return
    p.row("past", {key: 1.0}, amount + (NEAR if amount else 1) * unit)
    if amount:
        p.row("past", {key: -1.0} | short, NEAR * unit - amount)


def levels(p: Payments, past: Past) -> None:
    for (i, m), start in past.begun.items():
        place = [text(row["milestone"]) for row in p.data.milestones[i]].index(m)
        j = p.work.slots[i, place, start]
        if p.work.partial[j]:
            level = past.levels[i, m]
            for sign in (1.0, -1.0):
                p.row("past", {("level", j): sign, ("s", "past", j): -1.0}, EXACT + sign * level)


def lines(p: Payments) -> dict[tuple[str, str, str], int]:
    """The number of each line by initiative, stage and party."""
    return {(g.initiative, g.stage, g.party): n for n, g in enumerate(p.data.lines)}


def payments(p: Payments, past: Past) -> None:
    number_of = lines(p)
    was = {("x", f, number_of[place], t): amount for (f, place, t), amount in past.paid.items()}
    for key in dict.fromkeys([*was, *(key for key in p.x if key[3] < past.frozen)]):
        unit = cent(p.data, p.data.lines[key[2]].currency)
        hold(p, key, was.get(key, 0.0), unit, there=key in p.x)


def hedges(p: Payments, past: Past) -> None:
    was = {("h", *key): amount for key, amount in past.hedged.items() if amount}
    now = [key for key in p.columns if key[0] == "h" and key[3] < past.frozen]
    for key in dict.fromkeys([*was, *now]):
        hold(p, key, was.get(key, 0.0), cent(p.data, key[2]), there=key in p.columns)


def commitments(p: Payments, past: Past) -> None:
    """On lines on which something was committed; another one may have to be for the first time."""
    number_of = lines(p)
    was = {("commit", f, number_of[place], t): amount for (f, place, t), amount in past.committed.items()}
    known = {key[2] for key in was}
    now = [key for key in p.columns if key[0] == "commit" and key[3] < past.frozen and key[2] in known]
    for key in dict.fromkeys([*was, *now]):
        hold(p, key, was.get(key, 0.0), cent(p.data, p.data.lines[key[2]].currency), there=key in p.columns)


def guarantees(p: Payments, past: Past) -> None:
    """Of initiatives of which the first milestone in scope has begun: what was given then, and no more later."""
    data = p.data
    for j, r in enumerate(data.rows("guarantees")):
        for i in data.pick_initiatives(r.get("initiatives")):
            scope = text(r.get("stage"))
            inside = [m for m in data.milestones[i] if scope in ("", text(m.get("stage")))]
            if not inside or (i, text(inside[0]["milestone"])) not in past.begun:
                continue
            given = past.guaranteed.get((r["guarantee"], i), 0.0)
            whole: Terms = {key: 1.0 for key in p.columns if key[:3] == ("guaranteed", j, i)}
            least = dict.fromkeys(whole, -1.0) | {("s", "past", j, i): -1.0}
            p.row("past", whole, given + cent(data, text(data.initiatives[i]["currency"])))
            p.row("past", least, -given)


def promises(p: Payments, past: Past) -> None:
    """What is no longer paid of what was to be paid later, by funder, initiative and period; all of it is limited."""
    for (f, i, t), amount in past.promised.items():
        here = set(p.lines({i}))
        paid: Terms = {key: -1.0 for key in p.by_funder[f] if key[2] in here and key[3] == t}
        p.row("", paid | {("away", f, i, t): -1.0}, -amount)
    if past.max_change is not None:
        moved: Terms = {("away", *key): 1.0 for key in past.promised}
        most = number(past.max_change) * sum(past.promised.values()) + past.room
        p.row("past", moved | {("s", "moved"): -1.0}, most)

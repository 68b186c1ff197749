"""The payment rules of a random tiny case: red lines, co-funding, matching, budgets, equity, earmarks."""

from __future__ import annotations

from .data import Data
from .draft import Draft, Row, money, scope
from .families import MEASURES, ROWS
from .who_pays import permitted

IN_CYCLES = ("carry_over", "stability", "commitments", "matching:cumulative")
"""What needs more than one cycle."""
OTHERWISE_TIGHT = {"cofunding", "eligibility", "equity", "earmarks", "choices", "ranking", "milestones"}


def draw_payment_rules(d: Draft) -> None:
    draw_budgets(d)
    if d.hard("eligibility") or d.maybe(0.1):
        draw_eligibility(d)
    if d.hard("cofunding") or d.maybe(0.1):
        draw_cofunding(d)
    draw_matching(d)
    for measure in MEASURES:
        if d.hard(f"equity:{measure}") or d.maybe(0.05):
            draw_equity(d, measure)
    if d.hard("earmarks") or d.maybe(0.1):
        draw_earmark(d)


def names(d: Draft, kind: str = "") -> list[str]:
    return [r["funder"] for r in d.rows("funders") if kind in ("", r["kind"])]


def loads(d: Draft) -> dict[str, float]:
    """What each funder would pay of all cost if those permitted shared every line evenly, in EUR."""
    data = Data(d.settings, d.tables)
    load = dict.fromkeys(data.funders, 0.0)
    for line in data.lines:
        payers = [f for f in data.funders if permitted(data, f, line)]
        cost = sum(
            float(m["cost"]) * data.reference(data.initiatives[line.initiative]["currency"]) * data.part(line)
            for m in data.milestones[line.initiative]
            if m.get("stage", "") == line.stage
        )
        load |= {f: load[f] + cost / len(payers) for f in payers}
    return load


def draw_budgets(d: Draft) -> None:
    """Cycles of one to all periods; appropriations are a share of the load, so that not everything fits."""
    rng, T = d.rng, d.periods
    plenty = any(f.partition(":")[0] in OTHERWISE_TIGHT for f in d.featured)
    scarce = d.hard("goal:received") or d.hard("goal:key")
    plenty = (plenty and not scarce and not d.hard("infeasible")) or d.hard("goal:public_money")
    level = d.some(1.0, 1.7) if plenty else d.some(0.6, 1.05) if scarce else d.some(0.7, 1.2)
    level *= 0.5 if d.hard("infeasible") else 1.8 if d.featured & set(ROWS) else 1.0
    load = loads(d)
    for row in d.rows("funders"):
        late, torn = d.hard("milestones:sunset"), d.hard("milestones:max_pause")
        short = late or torn or d.maybe(0.4) or any(d.hard(f) for f in IN_CYCLES)
        first, n = 1, 0
        while first <= T:
            last = min(T, first + (0 if torn else rng.choice([0, 1, 1])) if short else T)
            n += 1
            amount = level * load[row["funder"]] * ((last - first + 1) / T) ** 0.7 * d.some(0.7, 1.4) + 0.5
            cycle = d.add("budgets", funder=row["funder"], cycle=f"c{n}")
            cycle |= {"first_period": d.label(first), "last_period": d.label(last)}
            if late or torn:
                amount *= 1.6 if last == T or (torn and first == 1) else 0.4
            if d.hard("matching:cumulative"):
                amount *= 0.25 if (n == 1) == (row["kind"] != "matching") else 2.0
            if d.hard("carry_over"):
                amount *= 1.5 if n == 1 else 0.7
                cycle["carry_over"] = str(d.some(0.3, 0.95)) if d.maybe(0.8) else "1"
            elif d.maybe(0.15):
                cycle["carry_over"] = str(d.some(0.05, 0.5))
            if d.hard("reserved") or d.maybe(0.05):
                amount *= 1.2
                cycle["reserved"] = money(amount * d.some(0.2, 0.5), row["currency"])
            cycle["payments"] = money(amount, row["currency"])
            first = last + 1 + (1 if d.maybe(0.05) else 0)
        if d.hard("contingency") or d.maybe(0.05):
            row["contingency"] = str(d.some(0.15, 0.4))


def draw_eligibility(d: Draft) -> None:
    """Red lines and positive lists."""
    for _ in range(d.rng.choice([1, 2, 2, 3])):
        row = d.add("eligibility", rule=f"e{len(d.rows('eligibility')) + 1}", **scope(d))
        row["funders"] = d.rng.choice([*names(d), "public", *d.groups("funder")])
        allow = d.maybe(0.3)
        row["allow"] = "true" if allow else "false"
        if not allow and d.maybe(0.5):
            row["parties"] = d.rng.choice([r["party"] for r in d.rows("parties")])


def draw_cofunding(d: Draft) -> None:
    number = len(d.rows("cofunding")) + 1
    row = d.add("cofunding", rule=f"co{number}", **(scope(d) if d.maybe(0.5) else {"initiatives": ""}))
    private = "V" in names(d)
    if private and d.maybe(0.5):
        row |= {"funders": d.rng.choice(["V", "private"]), "at_least": str(d.some(0.25, 0.55))}
        if d.maybe(0.3):
            row["at_most"] = str(d.some(0.6, 0.8))
    else:
        row["funders"] = d.rng.choice(["public", *names(d, "public"), *d.groups("funder")])
        row["at_most"] = str(d.some(0.25, 0.7))


def draw_matching(d: Draft) -> None:
    if "M" not in names(d):
        return
    ahead = d.hard("matching:cumulative")
    least, most = (0.8, 2.5) if ahead else (0.15, 0.9 if d.hard("matching") and not d.hard("matching:cap") else 1.5)
    for _ in range(d.rng.choice([1, 1, 2])):
        where = {"initiatives": ""} if ahead else scope(d)
        number = len(d.rows("matching")) + 1
        row = d.add("matching", rule=f"match{number}", funders=d.rng.choice(["M", "matching"]), **where)
        bases = ["public", "both", "private"] if "V" in names(d) else ["public", "both"]
        row |= {"base": d.rng.choice(bases), "ratio": str(d.some(least, most))}
        if d.hard("matching:cap"):
            row["cap"] = str(d.some(0.2, 1.6))
        if d.hard("matching:min_base"):
            row["min_base"] = str(d.some(3, 12))
        if ahead:
            row["timing"] = "cumulative"


def draw_equity(d: Draft, measure: str) -> None:
    """A row of one measure, with a floor or a ceiling for one party, each, or all."""
    rng = d.rng
    rules = d.rows("equity")
    parties = [r["party"] for r in d.rows("parties")]
    row: Row = {"rule": f"q{len(rules) + 1}", "measure": measure}
    row["parties"] = rng.choice([*parties, *d.groups("party")])
    fair = 1 / len(parties)
    if measure in ("received", "contributed"):
        if d.maybe(0.5):
            row["at_least"] = str(d.some(0.7 * fair, 1.1 * fair))
        else:
            row["at_most"] = str(d.some(0.6 * fair, 1.1 * fair))
        if d.maybe(0.3) and "at_least" in row:
            row |= {"parties": "each", "at_least": str(d.some(0.3 * fair, 0.9 * fair))}
    elif measure == "geo_return":
        row["at_least" if d.maybe(0.7) else "at_most"] = str(d.some(0.8, 1.3))
    elif measure == "key":
        row["parties"] = rng.choice(["each", *(r["party"] for r in d.rows("parties") if "key" in r)])
        row["at_least" if d.maybe(0.5) else "at_most"] = str(d.some(0.6, 1.2))
    else:
        row["at_least" if d.maybe(0.4) else "at_most"] = str(rng.choice([1, 1, 2]))
    if measure in ("geo_return", "initiatives") and d.maybe(0.2):
        row["parties"] = rng.choice(["", "each"])
    if d.maybe(0.25):
        row["by"] = d.label(rng.randint(2, d.periods))
    d.add("equity", **row)


def draw_earmark(d: Draft) -> None:
    row = d.add("earmarks", rule=f"ear{len(d.rows('earmarks')) + 1}", **scope(d))
    if not row["initiatives"]:
        row["initiatives"] = d.rng.choice([r["initiative"] for r in d.rows("initiatives")])
    row["funders"] = d.rng.choice([*names(d, "public"), *d.groups("funder"), "public", ""])
    row |= {"at_least": str(d.some(0.3, 0.7))} if d.maybe(0.5) else {"at_most": str(d.some(0.15, 0.5))}
    if d.maybe(0.5):
        row["by"] = d.label(d.rng.randint(1, d.periods))

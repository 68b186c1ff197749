"""The programme of a random tiny case: settings, payers, initiatives with their timing, order rules."""

from __future__ import annotations

from .book import PER_YEAR
from .draft import RATES, Draft, Row, money, shares_of
from .families import METHODS, PARTS


def draw_settings(d: Draft) -> None:
    rng = d.rng
    d.settings = {
        "name": "tiny",
        "currency": "EUR",
        "unit": rng.choice([1_000, 1_000_000]),
        "first_period": "",
        "periods": rng.choice([3, 4, 4]) if not d.timed else 4,
        "frequency": rng.choice(["Y", "Y", "H", "Q", "M"]),
        "discount_rate": rng.choice([0, 0.03, 0.083]),
        "expected_value": d.maybe(0.7) and not d.hard("precedence:gate"),
    }
    d.settings["first_period"] = d.label(1)
    if d.about("buffer") or d.hard("hedging") or d.maybe(0.1):
        draw_buffer(d)


def draw_buffer(d: Draft) -> None:
    rng = d.rng
    method = next((m for m in METHODS if d.hard(f"buffer:{m}")), "additive")
    d.settings["buffer"] = {
        "method": method,
        "confidence": rng.choice([0.8, 0.9, 0.95] if method == "cvar" else [0.9, 0.95, 0.99]),
        "since": rng.choice(["plan", "cycle"]),
        "released": d.maybe(0.5),
        "gamma": rng.choice([1, 1, 1, 2]),
        "scenarios": rng.choice([3, 6, 8, 11]),
        "seed": rng.randint(0, 99),
    }


def draw_payers(d: Draft) -> None:
    """Currencies, two or three parties with a public funder each, a private and a matching funder, cycles."""
    rng = d.rng
    foreign = rng.sample(["USD", "GBP", "JPY"], rng.choice([1, 2, 2]))
    scale = 2 ** (0.5 if PER_YEAR[d.settings["frequency"]] > 1 else 0)
    for c in foreign:
        row = d.add("currencies", currency=c, rate=str(RATES[c]))
        if "buffer" in d.settings:
            risky = (0.3, 0.6) if d.about("buffer") else (0.03, 0.12)
            row["volatility"] = f"{d.some(*risky) * scale:.3f}"
            if d.hard("hedging") or d.maybe(0.2):
                row["hedge_cost"] = str(d.some(0.005, 0.05))
        if d.maybe(0.3):
            t = rng.randint(1, d.periods)
            d.add("rates", currency=c, period=d.label(t), rate=f"{RATES[c] * d.some(0.85, 1.15):.6f}")
    if len(foreign) == 2 and d.maybe(0.6):
        d.add("correlations", currency_a=foreign[0], currency_b=foreign[1], correlation=str(d.some(-0.8, 0.8)))
    parties = ["A", "B", "C"][: rng.choice([2, 3, 3])]
    for p in parties:
        row = d.add("parties", party=p)
        if p != "B" or d.hard("equity:key") or d.maybe(0.7):
            row["key"] = str(d.some(1, 9))
        if d.maybe(0.2):
            row["currency"] = rng.choice(["EUR", *foreign])
        d.add("funders", funder=f"F{p}", kind="public", party=p, currency=rng.choice(["EUR", *foreign]))
    draw_other_payers(d, parties, ["EUR", *foreign])


def draw_other_payers(d: Draft, parties: list[str], currencies: list[str]) -> None:
    """A private or a common public funder, a matching funder, and a group of funders."""
    rng = d.rng
    if d.hard("cofunding") or d.hard("guarantees") or d.maybe(0.5):
        home = "" if d.hard("cofunding") or d.hard("guarantees") else rng.choice(["", "", *parties])
        row = d.add("funders", funder="V", kind="private", party=home, currency=rng.choice(currencies))
        if d.maybe(0.15):
            row["source"] = "public"
    elif d.maybe(0.3):
        d.add("funders", funder="U", kind="public", party="", currency=rng.choice(currencies))
    if d.about("matching") or d.maybe(0.3):
        home = rng.choice(["", "", "", parties[0]])
        d.add("funders", funder="M", kind="matching", party=home, currency=rng.choice(currencies))
    if d.maybe(0.3):
        for r in rng.sample(d.rows("funders"), 2):
            d.add("groups", group="pair", kind="funder", member=r["funder"])
    if d.maybe(0.3):
        for p in parties[-2:]:
            d.add("groups", group="south", kind="party", member=p)


def draw_initiatives(d: Draft) -> None:
    rng, T = d.rng, d.periods
    parties = [r["party"] for r in d.rows("parties")]
    many = 0.75 if d.timed else 0.4
    currencies = ["EUR", *[r["currency"] for r in d.rows("currencies")]]
    for n in range(rng.choice([3, 3, 4])):
        i = f"I{n + 1}"
        row = d.add("initiatives", initiative=i, theme=rng.choice(["net", "comp"]))
        row["currency"] = rng.choice(currencies)
        length = rng.choice([2, 2, 3]) if d.maybe(many) else 1
        durations = [rng.choice([1, 1, 2]) for _ in range(length)]
        while sum(durations) > T:
            durations.pop()
        draw_chain(d, row, durations)
        if d.hard("infeasible") and n < 2:
            row["status"] = "mandatory"
        kind = rng.choice(["virtual", "virtual", "real", "real", "bare"]) if n else "virtual"
        if kind != "bare":
            row["pot"] = rng.choice(["", "virtual"]) if kind == "virtual" else "real"
            chosen = parties if n == 0 else sorted(rng.sample(parties, rng.randint(1, len(parties))))
            cuts = [rng.randint(15, 85) for _ in chosen]
            for p, s in zip(chosen, shares_of(cuts), strict=True):
                d.add("shares", initiative=i, party=p, share=s)
    if d.hard("ranking"):
        draw_ranking(d)
    if d.maybe(0.2):
        use_criteria(d)


def draw_chain(d: Draft, row: Row, durations: list[int]) -> None:
    """Milestones of one initiative around a reference schedule, which every window leaves possible."""
    rng, T = d.rng, d.periods
    slack, t = T - sum(durations), 1
    starts = []
    for n, length in enumerate(durations):
        wait = 0 if d.hard("milestones:sunset") or d.hard("milestones:max_pause") else rng.randint(0, slack)
        slack -= wait
        t += wait
        starts.append(t)
        cost = d.some(2, 12)
        worth = cost * rng.choice([0.3, 0.8, 1.2, 2.0]) * (1 if n == 0 else 1.3)
        m: Row = d.add("milestones", initiative=row["initiative"], milestone=f"m{n + 1}", order=str(n + 1))
        m |= {"duration": str(length), "cost": money(cost, row["currency"]), "value": f"{worth:.2f}"}
        if d.maybe(0.05):
            m["value"] = f"-{worth / 4:.2f}"
        if d.maybe(0.4):
            m["stage"] = rng.choice(["research", "deploy"])
        if d.maybe(0.7 if d.hard("risk_tolerance") else 0.3):
            m["success"] = str(d.some(0.4, 0.95, 2))
        if d.maybe(0.25):
            draw_profile(d, m, length + (1 if t + length <= T and d.maybe(0.4) else 0))
        t += length
    d.reference[row["initiative"]] = starts
    if d.timed or d.maybe(0.15):
        draw_timing(d, row, starts, durations)


def draw_profile(d: Draft, m: Row, length: int) -> None:
    """Cost by offset; the last one may fall due after the end of the milestone."""
    for offset, share in enumerate(shares_of([d.rng.randint(1, 9) for _ in range(length)])):
        row = d.add("cost_profile", initiative=m["initiative"], milestone=m["milestone"])
        row |= {"offset": str(offset), "share": share}


def last_offset(d: Draft, m: Row) -> int:
    """Last offset at which a milestone's cost falls due."""
    mine = [r for r in d.rows("cost_profile") if all(r[k] == m[k] for k in ("initiative", "milestone"))]
    return max([int(r["offset"]) for r in mine], default=int(m["duration"]) - 1)


def draw_timing(d: Draft, row: Row, starts: list[int], durations: list[int]) -> None:
    """Windows, deadlines, sunset, pauses, all-or-nothing, status and price growth around the reference."""

    def draws(part: str, share: float) -> bool:
        if d.hard(f"milestones:{part}"):
            return d.maybe(0.75)
        return d.maybe(share) and not d.featured & set(PARTS)

    rng, T = d.rng, d.periods
    mine = [m for m in d.rows("milestones") if m["initiative"] == row["initiative"]]
    for m, t, length in zip(mine, starts, durations, strict=True):
        if draws("windows", 0.6):
            column, label = rng.choice([("earliest_start", t), ("latest_start", t), ("deadline", t + length - 1)])
            m[column] = d.label(label)
    end = max(t + max(length - 1, last_offset(d, m)) for m, t, length in zip(mine, starts, durations, strict=True))
    if draws("sunset", 0.3):
        row["sunset"] = d.label(end if d.hard("milestones:sunset") else rng.randint(end, T))
    if len(starts) > 1:
        gaps = [b - a - n for a, b, n in zip(starts, starts[1:], durations, strict=False)]
        if draws("max_pause", 0.3):
            row["max_pause"] = str(max(gaps))
        if draws("complete", 0.4):
            row["complete"] = "true"
    if draws("status", 0.3):
        row["status"] = rng.choice(["mandatory", "mandatory", "excluded", "candidate"])
    if draws("escalation", 0.3):
        row["escalation"] = str(d.some(0.05, 0.4))


def draw_ranking(d: Draft) -> None:
    """A joint call that ranks best what brings least for its cost, with ties."""

    def bargain(row: Row) -> float:
        mine = [m for m in d.rows("milestones") if m["initiative"] == row["initiative"]]
        cost = sum(float(m["cost"]) for m in mine) * RATES[row["currency"]]
        return sum(float(m["value"]) for m in mine) / cost

    rank = 1
    for row in sorted(d.rows("initiatives"), key=bargain):
        row |= {"call": "joint", "rank": str(rank)}
        rank += d.rng.choice([0, 1, 1])


def use_criteria(d: Draft) -> None:
    """Restate every value as a weighted sum of two scores."""
    d.settings["weights"] = {"science": 0.6, "industry": 0.4}
    for m in d.rows("milestones"):
        value = float(m.pop("value"))
        tilt = d.some(-2, 2, 1)
        scores = {"science": value + 2 * tilt, "industry": value - 3 * tilt}
        for name, score in scores.items():
            row = d.add("criteria", initiative=m["initiative"], milestone=m["milestone"])
            row |= {"criterion": name, "score": f"{score:.2f}"}


def draw_order_rules(d: Draft) -> None:
    """Precedence (with failed gates) and choices between initiatives."""
    rng = d.rng
    names = [r["initiative"] for r in d.rows("initiatives")]
    if d.hard("precedence") or d.hard("precedence:gate") or d.maybe(0.1):
        a, b = sorted(rng.sample(names, 2))
        ends = []
        for i in (a, b):
            mine = [m["milestone"] for m in d.rows("milestones") if m["initiative"] == i]
            ends.append(i if d.maybe(0.4) else f"{i}/{rng.choice(mine)}")
        kinds = ["finish-start", ""] if d.hard("precedence:gate") else ["finish-start", "start-start", ""]
        lag = str(rng.choice([0, 0, 1, 2]))
        d.add("precedence", predecessor=ends[0], successor=ends[1], type=rng.choice(kinds), lag=lag)
        if d.hard("precedence:gate") or d.maybe(0.2):
            rng.choice([m for m in d.rows("milestones") if m["initiative"] == a])["success"] = "0"
    if d.hard("choices") or d.maybe(0.1):
        members = names if d.maybe(0.5) else sorted(rng.sample(names, 2))
        for i in members:
            d.add("groups", group="rivals", kind="initiative", member=i)
        mine = [r for r in d.rows("initiatives") if r["initiative"] in members]
        forced = sum(r.get("status") == "mandatory" for r in mine)
        ceiling, floor = max(1, forced, len(members) - 2), len(members) - 1
        limits = {"at_most": str(ceiling)} if d.maybe(0.75) else {"at_least": str(floor)}
        d.add("choices", choice="pick", initiatives="rivals", **limits)

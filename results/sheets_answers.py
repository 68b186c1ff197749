"""Tables of a report that a run has only when somebody asked: what it depends on, why, another goal, a re-plan.

Each is a file that was added to the run folder (or stands in the folder of a frontier). A column that a file does not
have is left out; what should be a number and is none is shown as it stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from .shown import NUMBER, TEXT, Amount, Cell, Column, Part, Record, Sheet, ShownRun, records

FRONTIER = "frontier"
DIGITS = Decimal("0.000001")


@dataclass(frozen=True)
class Source:
    """How a file becomes a table: title, what it says, and for each column its heading and kind."""

    title: str
    note: str
    columns: Mapping[str, tuple[str, str]]
    most: int = 60


INTERVAL, SHARE, PERCENT, FLAG = "interval", "share", "percent", "flag"
SOURCES = {
    "tornado": Source(
        "What the objective swings by",
        "each limit moved down and up; an effect is the interval that certainly holds it, in the goal's units",
        {
            **{"rank": ("rank", NUMBER), "limit": ("limit", TEXT), "unit": ("unit", TEXT), "base": ("now", NUMBER)},
            **{"low_value": ("down to", NUMBER), "low": ("effect", INTERVAL)},
            **{"high_value": ("up to", NUMBER), "high": ("effect of more", INTERVAL), "swing": ("swing", INTERVAL)},
        },
        40,
    ),
    "sensitivity": Source(
        "What-ifs",
        "a full search for each; what lies within the gaps is not distinguishable",
        {
            **{"change": ("change", TEXT), "status": ("effect is", TEXT), "effect": ("effect", INTERVAL)},
            **{"portfolio": ("other portfolio", TEXT), "added": ("added", TEXT), "dropped": ("dropped", TEXT)},
            **{"starts_binding": ("starts binding", TEXT), "note": ("note", TEXT)},
        },
    ),
    "initiatives": Source(
        "Which initiatives are settled",
        "core: in every plan as good, exterior: in none; loss: what forcing the opposite costs, in the goal's units; "
        "?: not known",
        {
            **{"initiative": ("initiative", TEXT), "place": ("place", TEXT), "funded": ("funded", FLAG)},
            **{"forced": ("forced", TEXT), "loss": ("loss", INTERVAL)},
            **{"scenario_frequency": ("funded in scenarios", SHARE), "instead_added": ("instead added", TEXT)},
            **{"instead_dropped": ("instead dropped", TEXT), "why": ("note", TEXT)},
        },
        250,
    ),
    "alternatives": Source(
        "Other portfolios",
        "plans within the tolerance, each another portfolio; loss in the goal's units",
        {
            **{"number": ("number", NUMBER), "loss": ("loss", INTERVAL), "added": ("added", TEXT)},
            **{"dropped": ("dropped", TEXT), "moved": ("moved", TEXT), "note": ("note", TEXT)},
        },
    ),
    "prices": Source(
        "Prices in this portfolio",
        "public money that one unit more (or less) of a limit saves, and as far as that holds",
        {
            **{"limit": ("limit", TEXT), "value": ("now", NUMBER), "unit": ("unit", TEXT)},
            **{"direction": ("direction", TEXT), "price": ("price", NUMBER), "price_unit": ("price in", TEXT)},
            **{"holds_from": ("from", NUMBER), "holds_to": ("to", NUMBER), "status": ("status", TEXT)},
        },
    ),
    "ceilings": Source(
        "Ceilings on what more of a limit can gain",
        "in any portfolio, from the relaxation: the gain is at most this",
        {
            **{"limit": ("limit", TEXT), "value": ("now", NUMBER), "unit": ("unit", TEXT)},
            **{"direction": ("direction", TEXT), "price": ("at most", NUMBER), "price_unit": ("in", TEXT)},
            **{"status": ("status", TEXT)},
        },
    ),
    "why": Source(
        "Why initiatives are funded or not",
        "the smallest single change of each kind with which an initiative enters or leaves, made and solved",
        {
            **{"initiative": ("initiative", TEXT), "words": ("what", TEXT), "unit": ("unit", TEXT)},
            **{"base": ("now", NUMBER), "needed": ("needed", NUMBER), "change_percent": ("change", PERCENT)},
            **{"entered": ("sure", TEXT), "effect": ("effect", INTERVAL), "added": ("added", TEXT)},
            **{"dropped": ("dropped", TEXT), "note": ("note", TEXT)},
        },
    ),
    FRONTIER: Source(
        "What another goal costs",
        "undominated plans from the most value to the best of the other goal; each is a verified run",
        {
            **{"point": ("point", NUMBER), "end": ("end point", TEXT), "value": ("value", NUMBER)},
            **{"goal": ("goal", NUMBER), "status": ("status", TEXT), "gap": ("gap", SHARE)},
            **{"knee": ("knee", FLAG), "funded": ("funded", NUMBER), "added": ("added", TEXT)},
            **{"dropped": ("dropped", TEXT), "note": ("note", TEXT)},
        },
    ),
}


def answer_sheets(added: Mapping[str, Sequence[Record]], other_goal: str) -> Iterator[Sheet]:
    """Yield a table for each file that was added to the run, in the order of `SOURCES`.

    `other_goal` is what a frontier sets value against, with its unit.
    """
    for name, source in SOURCES.items():
        if added.get(name):
            if name == FRONTIER:
                source = replace(source, columns={**source.columns, "goal": (other_goal, NUMBER)})
            yield _sheet(name, source, added[name])


def _sheet(name: str, source: Source, rows: Sequence[Record]) -> Sheet:
    most = source.most
    if name == "why":  # what nobody looked at stands last, and in the workbook only
        rows = sorted(rows, key=lambda row: not _answered(row))
        most = min(most, max(1, sum(map(_answered, rows))))
    has = set(rows[0])
    kept = {
        key: value
        for key, value in source.columns.items()
        if ({f"{key}_least", f"{key}_most"} if value[1] == INTERVAL else {key}) <= has
    }
    columns = tuple(Column(heading, TEXT if kind in (TEXT, FLAG) else NUMBER) for heading, kind in kept.values())
    cells = tuple(tuple(_cell(row, key, kind) for key, (_, kind) in kept.items()) for row in rows)
    return Sheet(name, source.title, columns, cells, source.note, most, f"{name}.csv")


def _answered(row: Record) -> bool:
    return any(row.get(key) for key in ("entered", "needed", "effect_least", "effect_most"))


def _cell(row: Record, key: str, kind: str) -> Cell:
    if kind == INTERVAL:
        return interval(row[f"{key}_least"], row[f"{key}_most"])
    text = row[key]
    if kind == FLAG:
        return {"true": "yes", "false": "no"}.get(text, text)
    value = number_in(text) if kind != TEXT else None
    if value is None:
        return text
    if kind == SHARE:
        return Part(value)
    if kind == PERCENT:
        return Part(value / 100)
    return shortest(value)


def number_in(text: str) -> Decimal | None:
    """Return the number that a cell holds, None where it holds none."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def shortest(value: Decimal) -> Decimal:
    """Return a number without digits that say nothing."""
    if abs(value) >= 10**20:
        return value
    rounded = value.quantize(DIGITS) if value != value.to_integral_value() else value
    return rounded.normalize() + 0


def interval(least: str, most: str) -> str:
    """Return an interval in few digits; a question mark where an end is not known."""
    ends = []
    for end in (least, most):
        value = number_in(end)
        ends.append(f"{float(value):+,.4g}".replace("-", "−") if value is not None else "?")
    if ends == ["?", "?"]:
        return ""
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} … {ends[1]}"


def differences(run: ShownRun) -> Sheet:
    """Return what a re-plan changes against the approved plan, what differs first."""
    order = ("dropped", "added", "resized", "moved", "kept")
    rows = records(run.plan, "differences")
    rows.sort(key=lambda row: order.index(row["change"]) if row["change"] in order else 0)
    cells = tuple(
        (
            *(row["initiative"], row["change"]),
            *(both(row[f"approved_{name}"], row[name]) for name in ("start", "finish")),
            *((Amount(Decimal(row[c]), row["currency"]) if row[c] else None) for c in ("approved_cost", "cost")),
            Amount(Decimal(row["money_moved"] or 0), run.case.base),
            row["because"],
        )
        for row in rows
    )
    columns = (
        *(Column(heading, TEXT) for heading in ("initiative", "change", "start", "finish")),
        *(Column("approved cost"), Column("cost"), Column("money moved"), Column("because", TEXT)),
    )
    note = "cost in the initiative's currency, money moved in the base currency"
    return Sheet("differences", "Against the approved plan", columns, cells, note, files="differences.csv")


def both(before: str, after: str) -> str:
    """Return what differs as before → after."""
    return before if before == after else f"{before or '–'} → {after or '–'}"

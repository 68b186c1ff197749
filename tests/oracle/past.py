"""What a re-plan has to keep of an approved plan, read from the tables of its run: text only, no code of the package.

Amounts are in the case's `unit` of base currency at reference rates, as everywhere in the oracle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data import Data

Step = tuple[str, str]
Place = tuple[str, str, str]  # initiative, stage, party
Records = Iterable[Mapping[str, Any]]
WHOLE_UNITS = ("JPY",)
"""Currencies without a minor unit."""
NEAR = 20
"""Minor units by which what is frozen may differ while amounts are exact: ratios hold to some minor units only."""


@dataclass(frozen=True)
class Past:
    """Nothing new before period `frozen`; what began keeps its start and level, what was paid or signed its amount.

    `paid`, `committed` by (funder, place, period) and `hedged` by (funder, currency, period), all before `frozen`;
    `guaranteed` by (guarantee, initiative). `promised` is what was to be paid later, by (funder, initiative, period);
    `room` what rounding may take of it. `signed` is False where only payments are frozen.
    """

    frozen: int
    begun: dict[Step, int] = field(default_factory=dict)
    levels: dict[Step, float] = field(default_factory=dict)
    paid: dict[tuple[str, Place, int], float] = field(default_factory=dict)
    hedged: dict[tuple[str, str, int], float] = field(default_factory=dict)
    committed: dict[tuple[str, Place, int], float] = field(default_factory=dict)
    guaranteed: dict[tuple[str, str], float] = field(default_factory=dict)
    promised: dict[tuple[str, str, int], float] = field(default_factory=dict)
    room: float = 0.0
    max_change: float | None = None
    price: float | None = None
    signed: bool = True


def cent(data: Data, currency: str) -> float:
    """A minor unit of a currency, in base at reference."""
    return (1.0 if currency in WHOLE_UNITS else 0.01) * data.reference(currency) / float(data.settings.get("unit", 1))


def worth(data: Data, row: Mapping[str, Any], column: str) -> float:
    """An amount of a row that names its currency, in base at reference."""
    return float(row[column]) * data.reference(row["currency"]) / float(data.settings.get("unit", 1))


def stage(name: str) -> str:
    """The oracle has no name for the stage that a milestone without one is in."""
    return "" if name == "all" else name


def place(row: Mapping[str, Any]) -> Place:
    return row["initiative"], stage(row["stage"]), row["party"]


def read_past(
    data: Data, tables: Mapping[str, Records], until: str, max_change: float | None, price: float | None
) -> Past:
    """The past and the promises of a run's tables in the periods and at the rates of a case."""
    frozen = data.period(until) or 1
    done = [(r, data.period(r["start"]) or 0) for r in tables["schedule"] if r["done"] == "true"]
    begun = {(r["initiative"], r["milestone"]): (t, float(r["level"])) for r, t in done if t < frozen}
    paid = {(r["funder"], place(r), data.period(r["period"]) or 0): worth(data, r, "amount") for r in tables["funding"]}
    promised: dict[tuple[str, str, int], float] = defaultdict(float)
    for (f, (i, _, _), t), amount in paid.items():
        if t >= frozen:
            promised[f, i, t] += amount
    later = [r for r in tables["funding"] if (data.period(r["period"]) or 0) >= frozen]
    return Past(
        frozen,
        begun={step: t for step, (t, _) in begun.items()},
        levels={step: level for step, (_, level) in begun.items()},
        paid={key: amount for key, amount in paid.items() if key[2] < frozen},
        **signed(data, tables, frozen),
        promised=dict(promised),
        room=sum(cent(data, r["currency"]) for r in later),
        max_change=max_change,
        price=price,
    )


def signed(data: Data, tables: Mapping[str, Records], frozen: int) -> dict[str, Any]:
    """Hedges and commitments before the first free period, and every guarantee."""

    def before(rows: Records) -> list[tuple[Mapping[str, Any], int]]:
        dated = ((r, data.period(r["period"]) or 0) for r in rows)
        return [(r, t) for r, t in dated if t < frozen]

    hedged = {(r["funder"], r["currency"], t): worth(data, r, "hedged") for r, t in before(tables["currency"])}
    committed = {(r["funder"], place(r), t): worth(data, r, "amount") for r, t in before(tables["commitments"])}
    given = {(r["guarantee"], r["initiative"]): worth(data, r, "guaranteed") for r in tables["guarantees"]}
    return {"hedged": hedged, "committed": committed, "guaranteed": given}

"""The plain tables of a tiny case, read for the oracle: periods, selectors, rates, lines, probabilities.

Works on the dicts that `case_from_tables` takes and shares no code with the package. Amounts stay in the
case's `unit` and are floats: the oracle compares to 1e-6, it does not certify cents.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

Row = Mapping[str, Any]
Tables = Mapping[str, list[dict[str, Any]]]
Settings = Mapping[str, Any]

PER_YEAR = {"Y": 1, "H": 2, "Q": 4, "M": 12}


@dataclass(frozen=True)
class Line:
    """A funding line (initiative, stage, party); party "" in a real pot; in `currency` it falls due."""

    initiative: str
    stage: str
    party: str
    currency: str


@dataclass(frozen=True)
class Span:
    """A budget cycle in period numbers, both ends included; amounts in the funder's currency."""

    name: str
    first: int
    last: int
    payments: float
    carry_over: float
    reserved: float


def number(value: Any, default: float = 0.0) -> float:
    """An optional number: empty means the default."""
    return default if value in (None, "") else float(value)


def text(value: Any) -> str:
    return "" if value is None else str(value)


def flag(value: Any, default: bool = False) -> bool:
    return default if value in (None, "") else str(value).lower() == "true"


def position(label: str, frequency: str) -> int:
    """Absolute count of periods up to a label such as 2027, 2027H1, 2027Q3 or 2027-05."""
    found = re.fullmatch(r"(\d{4})(?:H|Q|-)?(\d{1,2})?", label)
    if found is None:
        raise ValueError(label)
    return int(found[1]) * PER_YEAR[frequency] + int(found[2] or 1) - 1


class Data:
    """Everything the enumeration and the payment check ask about one case."""

    def __init__(self, settings: Settings, tables: Tables) -> None:
        self.settings = settings
        self.tables = tables
        self.T = int(settings["periods"])
        self.base = str(settings["currency"])
        self.frequency = str(settings.get("frequency", "Y"))
        self.per_year = PER_YEAR[self.frequency]
        self.funders = {text(r["funder"]): r for r in self.rows("funders")}
        self.initiatives = {text(r["initiative"]): r for r in self.rows("initiatives")}
        self.shares: dict[str, dict[str, float]] = {}
        for r in self.rows("shares"):
            self.shares.setdefault(r["initiative"], {})[r["party"]] = number(r["share"])
        for part in self.shares.values():
            total = sum(part.values())
            part.update({p: s / total for p, s in part.items()})

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.tables.get(table, [])

    def period(self, label: Any, default: int | None = None) -> int | None:
        """Planning period 1..T of a label (may lie outside), or the default if empty."""
        if label in (None, ""):
            return default
        first = position(str(self.settings["first_period"]), self.frequency)
        return position(str(label), self.frequency) - first + 1

    @cached_property
    def parties(self) -> tuple[str, ...]:
        named = [r["party"] for r in self.rows("parties")]
        used = [p for part in self.shares.values() for p in part]
        homes = [text(r.get("party")) for r in self.funders.values()]
        return tuple(dict.fromkeys(p for p in [*named, *used, *homes] if p))

    @cached_property
    def keys(self) -> dict[str, float]:
        return {r["party"]: number(r["key"]) for r in self.rows("parties") if r.get("key") not in (None, "")}

    @cached_property
    def milestones(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {i: [] for i in self.initiatives}
        for r in sorted(self.rows("milestones"), key=lambda r: int(r["order"])):
            found[r["initiative"]].append(r)
        return found

    @cached_property
    def spans(self) -> dict[str, list[Span]]:
        """The cycles of each funder in time order."""
        found: dict[str, list[Span]] = {f: [] for f in self.funders}
        for r in self.rows("budgets"):
            first, last = self.period(r["first_period"]), self.period(r["last_period"])
            assert first is not None
            assert last is not None
            found[r["funder"]].append(
                Span(
                    r["cycle"],
                    first,
                    last,
                    number(r["payments"]),
                    number(r.get("carry_over")),
                    number(r.get("reserved")),
                )
            )
        return {f: sorted(spans, key=lambda s: s.first) for f, spans in found.items()}

    def members(self, group: str, kind: str) -> set[str]:
        return {r["member"] for r in self.rows("groups") if r["group"] == group and r["kind"] == kind}

    def pick_funders(self, selector: Any) -> set[str]:
        chosen = text(selector)
        grouped = self.members(chosen, "funder")
        return {f for f, r in self.funders.items() if not chosen or f == chosen or r["kind"] == chosen or f in grouped}

    def pick_sources(self, selector: Any) -> set[str]:
        """Co-funding: public and private mean whose money it is."""
        if text(selector) in ("public", "private"):
            return {f for f in self.funders if self.source(f) == selector}
        return self.pick_funders(selector)

    def pick_initiatives(self, selector: Any) -> set[str]:
        chosen = text(selector)
        grouped = self.members(chosen, "initiative")
        return {
            i
            for i, r in self.initiatives.items()
            if not chosen or i in grouped or chosen in (i, text(r.get("theme")), text(r.get("call")))
        }

    def pick_parties(self, selector: Any) -> set[str]:
        chosen = text(selector)
        grouped = self.members(chosen, "party")
        return {p for p in self.parties if not chosen or p == chosen or p in grouped}

    def source(self, funder: str) -> str:
        row = self.funders[funder]
        return text(row.get("source")) or ("private" if row["kind"] == "private" else "public")

    def virtual(self, initiative: str) -> bool:
        pot = text(self.initiatives[initiative].get("pot"))
        return pot == "virtual" or (not pot and initiative in self.shares)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        own = {r["party"]: text(r.get("currency")) for r in self.rows("parties")}
        found: dict[Line, None] = {}
        for i, milestones in self.milestones.items():
            home = text(self.initiatives[i]["currency"])
            parties: Iterable[str] = self.shares[i] if self.virtual(i) else [""]
            for m in milestones:
                for p in parties:
                    found[Line(i, text(m.get("stage")), p, own.get(p) or home)] = None
        return tuple(found)

    def part(self, line: Line) -> float:
        """Share of the initiative's cost that falls on the line's party."""
        return self.shares[line.initiative][line.party] if line.party else 1.0

    def reference(self, currency: str) -> float:
        """Base currency per unit, for comparisons."""
        if currency == self.base:
            return 1.0
        return next(number(r["rate"]) for r in self.rows("currencies") if r["currency"] == currency)

    def planning(self, currency: str, t: int) -> float:
        """Base currency per unit in period t, for cash."""
        for r in self.rows("rates"):
            if r["currency"] == currency and self.period(r["period"]) == t:
                return number(r["rate"])
        return self.reference(currency)

    def volatility(self, currency: str) -> float:
        return sum(number(r.get("volatility")) for r in self.rows("currencies") if r["currency"] == currency)

    def correlation(self, a: str, b: str) -> float:
        pairs = [r for r in self.rows("correlations") if {r["currency_a"], r["currency_b"]} == {a, b}]
        return sum(number(r["correlation"]) for r in pairs)

    def hedge_cost(self, currency: str) -> float | None:
        """Per unit hedged and year; None where it cannot be hedged."""
        if currency == self.base:
            return 0.0
        row = next(r for r in self.rows("currencies") if r["currency"] == currency)
        return None if row.get("hedge_cost") in (None, "") else number(row["hedge_cost"])

    @property
    def buffer(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.settings.get("buffer", {})
        return found

    def years(self, span: Span, t: int) -> float:
        """How long a rate has had to move by the end of t."""
        since_cycle = self.buffer.get("since", "plan") == "cycle"
        return (t - span.first + 1 if since_cycle else t) / self.per_year

    def loss(self, home: str, currency: str, span: Span, t: int) -> float:
        """Possible loss per unit of `currency`, in the funder's currency, one-sided at the confidence."""
        if self.buffer.get("method", "none") == "none":
            return 0.0
        a, b = self.volatility(currency), self.volatility(home)
        cross = math.sqrt(max(a * a + b * b - 2 * self.correlation(currency, home) * a * b, 0.0))
        z = NormalDist().inv_cdf(float(self.buffer.get("confidence", 0.95)))
        rise = math.exp(z * cross * math.sqrt(self.years(span, t))) - 1
        return self.planning(currency, t) / self.planning(home, t) * rise

    def profile(self, initiative: str, milestone: Row) -> dict[int, float]:
        """Share of the milestone's cost by offset from its first period."""
        given = {
            int(r["offset"]): number(r["share"])
            for r in self.rows("cost_profile")
            if (r["initiative"], r["milestone"]) == (initiative, milestone["milestone"])
        }
        d = int(milestone["duration"])
        return given or dict.fromkeys(range(d), 1 / d)

    def value(self, initiative: str, milestone: Row) -> float:
        if not self.rows("criteria"):
            return number(milestone["value"])
        weights = self.settings["weights"]
        return sum(
            number(weights[r["criterion"]]) * number(r["score"])
            for r in self.rows("criteria")
            if (r["initiative"], r["milestone"]) == (initiative, milestone["milestone"])
        )

    @cached_property
    def precedence(self) -> list[tuple[tuple[str, str], tuple[str, str], bool, int]]:
        """(predecessor, successor, is finish-start, lag) with both ends spelled out."""
        found = []
        for r in self.rows("precedence"):
            finish = text(r.get("type")) != "start-start"
            ends = []
            for end, at in ((r["predecessor"], -1 if finish else 0), (r["successor"], 0)):
                i, _, m = str(end).partition("/")
                ends.append((i, m or str(self.milestones[i][at]["milestone"])))
            found.append((ends[0], ends[1], finish, int(number(r.get("lag")))))
        return found

    def chance(self, initiative: str, milestone: str) -> float:
        """Probability that a value is reached: the milestone's success times its finish-start ancestors'."""
        if not flag(self.settings.get("expected_value"), True):
            return 1.0
        before: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for i, chain in self.milestones.items():
            for m, n in itertools.pairwise(chain):
                before.setdefault((i, n["milestone"]), set()).add((i, m["milestone"]))
        for a, b, finish, _ in self.precedence:
            if finish:
                before.setdefault(b, set()).add(a)
        seen: set[tuple[str, str]] = set()
        stack = [(initiative, milestone)]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack.extend(before.get(node, ()))
        rows = {(i, m["milestone"]): m for i, chain in self.milestones.items() for m in chain}
        return math.prod(number(rows[node].get("success"), 1.0) for node in seen)

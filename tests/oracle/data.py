"""The programme of a tiny case as the oracle sees it: selectors, lines, milestones, values, probabilities."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .book import Book, Row, Settings, Span, Tables, flag, given, number, text
from .draws import joint_moves
from .past import Past

__all__ = ["Data", "Line", "Row", "Span", "Step", "text"]

Floats = npt.NDArray[np.float64]
Step = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """A funding line (initiative, stage, party); party "" in a real pot; in `currency` it falls due."""

    initiative: str
    stage: str
    party: str
    currency: str


class Data(Book):
    """Everything the enumeration and the payment check ask about one case."""

    def __init__(self, settings: Settings, tables: Tables, past: Past | None = None) -> None:
        super().__init__(settings, tables)
        self.past = past
        self.funders = {text(r["funder"]): r for r in self.rows("funders")}
        self.initiatives = {text(r["initiative"]): r for r in self.rows("initiatives")}
        self.shares: dict[str, dict[str, float]] = {}
        for r in self.rows("shares"):
            self.shares.setdefault(r["initiative"], {})[r["party"]] = number(r["share"])
        for part in self.shares.values():
            total = sum(part.values())
            part.update({p: s / total for p, s in part.items()})

    @cached_property
    def parties(self) -> tuple[str, ...]:
        named = [r["party"] for r in self.rows("parties")]
        used = [p for part in self.shares.values() for p in part]
        homes = [text(r.get("party")) for r in self.funders.values()]
        return tuple(dict.fromkeys(p for p in [*named, *used, *homes] if p))

    @cached_property
    def keys(self) -> dict[str, float]:
        return {r["party"]: number(r["key"]) for r in self.rows("parties") if given(r, "key")}

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
            ends = self.period(r["first_period"]) or 0, self.period(r["last_period"]) or 0
            payments, carried, reserved = (number(r.get(c)) for c in ("payments", "carry_over", "reserved"))
            ceiling = number(r["commitments"]) if given(r, "commitments") else None
            found[r["funder"]].append(Span(r["cycle"], *ends, payments, carried, reserved, ceiling))
        return {f: sorted(spans, key=lambda s: s.first) for f, spans in found.items()}

    def members(self, group: str, kind: str) -> set[str]:
        return {r["member"] for r in self.rows("groups") if r["group"] == group and r["kind"] == kind}

    def pick_funders(self, selector: object) -> set[str]:
        chosen = text(selector)
        grouped = self.members(chosen, "funder")
        return {f for f, r in self.funders.items() if not chosen or f == chosen or r["kind"] == chosen or f in grouped}

    def pick_sources(self, selector: object) -> set[str]:
        """Co-funding: public and private mean whose money it is."""
        if text(selector) in ("public", "private"):
            return {f for f in self.funders if self.source(f) == selector}
        return self.pick_funders(selector)

    def pick_initiatives(self, selector: object) -> set[str]:
        chosen = text(selector)
        grouped = self.members(chosen, "initiative")
        return {
            i
            for i, r in self.initiatives.items()
            if not chosen or i in grouped or chosen in (i, text(r.get("theme")), text(r.get("call")))
        }

    def pick_parties(self, selector: object) -> set[str]:
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

    @cached_property
    def moves(self) -> dict[str, Floats]:
        """How far each currency moves within a year in every scenario, as the log of its rate; cvar only."""
        used = {g.currency for g in self.lines} | {text(r["currency"]) for r in self.funders.values()}
        return joint_moves(self, sorted(c for c in used if self.volatility(c)))

    def losses(self, home: str, currency: str, span: Span, t: int) -> Floats:
        """Loss per unit of `currency` in every scenario, in the home currency; negative where it is a gain."""
        still = np.zeros(int(self.buffer.get("scenarios", 500)))
        rise = (self.moves.get(currency, still) - self.moves.get(home, still)) * math.sqrt(self.years(span, t))
        return np.asarray(self.planning(currency, t) / self.planning(home, t) * (np.exp(rise) - 1))

    def profile(self, initiative: str, milestone: Row) -> dict[int, float]:
        """Share of the milestone's cost by offset from its first period."""
        listed = {
            int(r["offset"]): number(r["share"])
            for r in self.rows("cost_profile")
            if (r["initiative"], r["milestone"]) == (initiative, milestone["milestone"])
        }
        d = int(milestone["duration"])
        return listed or dict.fromkeys(range(d), 1 / d)

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
    def precedence(self) -> list[tuple[Step, Step, bool, int]]:
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

    @cached_property
    def before(self) -> dict[Step, set[Step]]:
        """What must have succeeded right before each milestone."""
        found: dict[Step, set[Step]] = {}
        for i, chain in self.milestones.items():
            for m, n in itertools.pairwise(chain):
                found.setdefault((i, text(n["milestone"])), set()).add((i, text(m["milestone"])))
        for a, b, finish, _ in self.precedence:
            if finish:
                found.setdefault(b, set()).add(a)
        return found

    def reached(self, initiative: str, milestone: str) -> float:
        """Probability that a milestone succeeds: its success times that of its finish-start ancestors."""
        seen: set[Step] = set()
        stack = [(initiative, milestone)]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack.extend(self.before.get(node, ()))
        rows = {(i, text(m["milestone"])): m for i, chain in self.milestones.items() for m in chain}
        return math.prod(number(rows[node].get("success"), 1.0) for node in seen)

    def chance(self, initiative: str, milestone: str) -> float:
        """The weight of a milestone's value."""
        expected = flag(self.settings.get("expected_value"), True)
        return self.reached(initiative, milestone) if expected else 1.0

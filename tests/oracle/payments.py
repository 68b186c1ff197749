"""Whether the payments of a given schedule exist: the columns, and cover, levels, eligibility, co-funding, budgets.

Everything is measured in base currency at reference rates (x = pay·R̄ of the line's currency), so ratio and
comparison rules need no rates; cash rules convert back. Every rule stands as its own rows, line by line from the
model; the others are in rows_matching, rows_promises, rows_risk and rows_fairness.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from .book import Span, given, number, text
from .data import Data
from .program import Key, Program, Terms
from .schedules import Floats
from .who_pays import eligible, permitted
from .work import Work


class Payments(Program):
    """The LP of one case in the making.

    `use` collects what uses up the budget of each (funder, cycle); `tie` is the row that keeps the value when a
    tie is broken.
    """

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.data: Data = work.data
        self.periods = range(1, self.data.T + 1)
        self.x: dict[Key, None] = {
            ("x", f, n, t): None
            for n, line in enumerate(self.data.lines)
            for f in self.data.funders
            if permitted(self.data, f, line)
            for t in self.periods
        }
        self.tie = 0
        self.use: dict[tuple[str, int], Terms] = {
            (f, k): self.spent(f, span) for f, spans in self.data.spans.items() for k, span in enumerate(spans)
        }

    @cached_property
    def by_funder(self) -> dict[str, list[Key]]:
        return {f: [key for key in self.x if key[1] == f] for f in self.data.funders}

    def lines(self, initiatives: set[str], stage: str = "") -> list[int]:
        lines = enumerate(self.data.lines)
        return [n for n, line in lines if line.initiative in initiatives and stage in ("", line.stage)]

    def at(self, initiative: str, stage: str) -> list[int]:
        """The lines of exactly this stage."""
        return [n for n, g in enumerate(self.data.lines) if (g.initiative, g.stage) == (initiative, stage)]

    def paid(self, funders: Iterable[str], lines: Iterable[int], by: int = 0, factor: float = 1.0) -> Terms:
        """factor·Σ x of these funders on these lines up to `by` (0: ever)."""
        inside, last = set(lines), by or self.data.T
        return {key: factor for f in funders for key in self.by_funder[f] if key[2] in inside and key[3] <= last}

    def spent(self, funder: str, span: Span) -> Terms:
        """What a funder pays in a cycle, in its currency (in base at reference)."""
        home = text(self.data.funders[funder]["currency"])
        return {
            key: self.data.cash(self.data.lines[key[2]].currency, home, key[3])
            for key in self.by_funder[funder]
            if span.first <= key[3] <= span.last
        }

    def money(self, funder: str) -> float:
        """Base currency per unit of a funder's, at the reference rate."""
        return self.data.reference(text(self.data.funders[funder]["currency"]))

    def due(self, n: int, t: int) -> Floats:
        found: Floats = self.work.due[n, t - 1]
        return found

    def cover(self) -> None:
        for n in range(len(self.data.lines)):
            for t in self.periods:
                terms: Terms = {("x", f, n, t): 1.0 for f in self.data.funders if ("x", f, n, t) in self.x}
                self.row("cover", terms | {("s", "cover", n, t): 1.0}, level=self.due(n, t), equal=True)

    def levels(self) -> None:
        """Between the least level and 1 where a milestone starts; none is higher than the one before it."""
        work = self.work
        for (i, k, t), j in work.slots.items():
            here = work.started(i, k, t, t)
            if work.partial[j]:
                self.row("", {("level", j): 1.0}, begin=here)
                self.row("", {("level", j): -1.0}, begin=-float(work.least[j]) * here)
                self.row("", {("level", j): -1.0}, begin=-here, only="levels")
            if k and t == 1 and (work.partial[j] or work.partial[work.slots[i, k - 1, 1]]):
                self.row("levels", {}, level=work.milestone(i, k - 1) - work.milestone(i, k))

    def eligibility(self) -> None:
        data = self.data
        barred = {(f, n) for f in data.funders for n, g in enumerate(data.lines) if not eligible(data, f, g)}
        terms: Terms = {key: 1.0 for key in self.x if (key[1], key[2]) in barred}
        if terms:
            self.row("eligibility", terms)

    def cofunding(self) -> None:
        for k, r in enumerate(self.data.rows("cofunding")):
            scope = self.data.pick_sources(r["funders"])
            for i in self.data.pick_initiatives(r.get("initiatives")):
                lines = self.lines({i}, text(r.get("stage")))
                cost = self.work.of(lines)
                if number(r.get("at_least")):
                    terms = self.paid(scope, lines, factor=-1.0) | {("s", "cofunding", k, i): -1.0}
                    self.row("cofunding", terms, level=-number(r["at_least"]) * cost)
                if given(r, "at_most"):
                    self.row("cofunding", self.paid(scope, lines), level=number(r["at_most"]) * cost)

    def budgets(self) -> None:
        """Last of all: what is used must be in `use` by now."""
        for f, spans in self.data.spans.items():
            inside = {t for span in spans for t in span.periods}
            outside: Terms = {key: 1.0 for key in self.by_funder[f] if key[3] not in inside}
            if outside:
                self.row("budgets", outside)
            for k, span in enumerate(spans):
                self.cycle(f, k, span, last=k + 1 == len(spans))

    def cycle(self, f: str, k: int, span: Span, last: bool) -> None:
        """What is used, and the buffer, fit into what there is; what is carried is limited."""
        use, money = self.use[f, k], self.money(f)
        kept: Terms = {("need", f, k): 1.0, ("contingency", f, k): 1.0}
        brought: Terms = {("carried", f, k - 1): -1.0} if k else {}
        carried: Terms = {("carried", f, k): 1.0}
        held = {} if self.data.buffer.get("released", False) else kept
        plain, freed = (0.0, "reserved", ""), (span.reserved, "", "reserved")
        for reserved, only, also in (freed, plain) if span.reserved else ((0.0, "", ""),):
            own = (span.payments - reserved) * money
            limit = min(span.carry_over * span.payments, span.payments - reserved) * money
            self.row("budgets", use | kept | brought, own, only=only, also=also)
            self.row("budgets", use | held | brought | carried, own, only=only, also=also)
            self.row("", carried, 0.0 if last else limit, only=only, also=also)
        self.row("", carried, only="carry_over")
        share = number(self.data.funders[f].get("contingency"))
        if share:
            terms = {key: share * factor for key, factor in self.spent(f, span).items()}
            self.row("contingency", terms | {("contingency", f, k): -1.0})

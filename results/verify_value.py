"""Recomputes the objective and summary.json.

    value = Σ value(m)·S(m)·discount(finish(m))
    S(m) = product of success over m and its distinct finish-start ancestors

Source: model.md, objective; results.md.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import isfinite

from .verify_cells import Row
from .verify_facts import Facts, Milestone
from .verify_rows import ZERO, plain, six_digits

_PLAIN = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,2})?")
_RELATIVE = Fraction(1, 10**9)
_STATUSES = ("optimal", "feasible", "interrupted")
_ENTRIES = (
    *("case", "status", "objective", "terms", "bound", "gap", "seconds", "limit", "currency", "unit"),
    *("counts", "totals", "leverage", "phase"),
)


class Values:
    """The value of each done milestone, nominal and present (expected and discounted)."""

    def __init__(self, facts: Facts) -> None:
        """Evaluate every done milestone."""
        case = facts.case
        self.nominal: defaultdict[str, list[Fraction]] = defaultdict(list)
        self.present: defaultdict[str, list[Fraction]] = defaultdict(list)
        chances = _chances(facts) if case.settings.expected_value else {}
        for initiative, name in facts.start:
            value = Fraction(case.value(initiative, name))
            chance = chances.get((initiative, name), Fraction(1))
            discount = facts.factors.discount(facts.finish((initiative, name)))
            self.nominal[initiative].append(value)
            self.present[initiative].append(value * chance * discount)

    @property
    def terms(self) -> list[Fraction]:
        """Return the present value of every done milestone."""
        return [term for terms in self.present.values() for term in terms]

    def compare(self, row: Row, initiative: str) -> None:
        """Check value and present_value of a row of portfolio.csv."""
        for column, found in (("value", self.nominal), ("present_value", self.present)):
            stated, terms = row.number_in(column), found[initiative]
            if stated is not None and not _close(stated, terms):
                row.fault(f"{column} is {plain(stated)}, should be {plain(sum(terms, ZERO))}")


def _close(stated: Fraction, terms: list[Fraction]) -> bool:
    return abs(stated - sum(terms, ZERO)) <= _RELATIVE * sum(map(abs, terms), ZERO)


def _chances(facts: Facts) -> dict[Milestone, Fraction]:
    """Return S(m) of every done milestone."""
    before: defaultdict[Milestone, set[Milestone]] = defaultdict(set)
    for name, steps in facts.case.milestones.items():
        for one, two in pairwise(steps):
            before[name, two.milestone].add((name, one.milestone))
    for link in facts.case.predecessors():
        if link.type == "finish-start":
            before[link.succ_i, link.succ_m].add((link.pred_i, link.pred_m))
    chances = {}
    for milestone in facts.start:
        chance, open_, seen = Fraction(1), [milestone], {milestone}
        while open_:
            current = open_.pop()
            chance *= Fraction(facts.steps[current].success)
            fresh = before[current] - seen
            seen |= fresh
            open_ += fresh
        chances[milestone] = chance
    return chances


class Summary:
    """Checks summary.json against the recomputation."""

    def __init__(self, facts: Facts, summary: Mapping[str, object], values: Values) -> None:
        """Hold the summary and what it must agree with."""
        self._facts, self._summary, self._values = facts, summary, values

    def check(self) -> None:
        """Check every entry."""
        for name in _ENTRIES:
            if name not in self._summary:
                self._fault(f"{name} is missing")
        status = self._summary.get("status")
        if status not in _STATUSES:
            self._fault(f"status is {status!r}, but a plan is {', '.join(_STATUSES[:-1])} or {_STATUSES[-1]}")
        case = self._facts.case
        self._same("case", self._summary.get("case"), case.settings.name)
        self._same("currency", self._summary.get("currency"), case.base)
        self._same("unit", number(self._summary.get("unit")), Fraction(case.unit))
        self._objective()
        self._gap()
        self._counts()
        self._totals()

    def _fault(self, sentence: str) -> None:
        self._facts.findings.account("summary.json", sentence)

    def _same(self, name: str, stated: object, expected: object) -> None:
        if stated != expected:
            self._fault(f"{name} is {_word(stated)}, should be {_word(expected)}")

    def _objective(self) -> None:
        terms = self._summary.get("terms")
        if not isinstance(terms, Mapping) or list(terms) != ["value"]:
            self._fault("terms should hold the one term value")
            terms = {}
        exact = sum(self._values.terms, ZERO)
        for name, stated in (
            ("objective", self._summary.get("objective")),
            ("term value", terms.get("value")),
        ):
            amount = number(stated)
            if amount is None or not _close(amount, self._values.terms):
                self._fault(f"{name} is {_word(stated)}, should be {plain(exact)}")

    def _gap(self) -> None:
        """gap = |bound − objective| / max(|objective|, 1e-9); the bound is an upper one, or none is known."""
        objective, bound = number(self._summary.get("objective")), number(self._summary.get("bound"))
        gap = number(self._summary.get("gap"))
        if objective is None or (bound is None and self._summary.get("bound") is None):
            return
        if bound is None or gap is None:
            self._fault("bound and gap should be numbers")
            return
        exact = abs(bound - objective) / max(abs(objective), _RELATIVE) if bound != objective else ZERO
        if abs(gap - exact) > _RELATIVE * max(Fraction(1), exact):
            self._fault(f"gap is {plain(gap)}, but bound and objective are {plain(exact)} apart")
        if bound < objective - _RELATIVE * abs(objective):
            self._fault(f"bound {plain(bound)} is below the objective {plain(objective)}")

    def _counts(self) -> None:
        facts, case = self._facts, self._facts.case
        done = {name: [(name, m.milestone) in facts.start for m in steps] for name, steps in case.milestones.items()}
        expected = {
            "initiatives": len(case.initiatives),
            "funded": sum(map(facts.funded, case.initiatives)),
            "complete": sum(bool(flags) and all(flags) for flags in done.values()),
            "milestones": len(facts.steps),
            "milestones_done": len(facts.start),
            "funders": len(case.funders),
            "payments": len(facts.payments),
        }
        self._entries("counts", {name: Fraction(count) for name, count in expected.items()})

    def _totals(self) -> None:
        totals = dict.fromkeys(("public", "private", "matching", "all"), ZERO)
        for payment in self._facts.payments:
            totals[self._facts.case.funders[payment.funder].kind] += payment.base
            totals["all"] += payment.base
        self._entries("totals", totals)
        stated = self._summary.get("leverage")
        if not totals["public"]:
            self._same("leverage", stated, None)
            return
        exact, leverage = totals["private"] / totals["public"], number(stated)
        if leverage is None or not six_digits(leverage, exact):
            self._fault(f"leverage is {_word(stated)}, should be {plain(exact)}")

    def _entries(self, name: str, expected: Mapping[str, Fraction]) -> None:
        stated = self._summary.get(name)
        if not isinstance(stated, Mapping):
            self._fault(f"{name} is not a table of names")
            return
        for key in stated.keys() - expected.keys():
            self._fault(f"{name}: unknown entry {key!r}")
        for key, amount in expected.items():
            self._same(f"{name}.{key}", number(stated.get(key)), amount)


def number(value: object) -> Fraction | None:
    """Return a JSON number, or a number in text, exactly as written; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Fraction(value)
    if isinstance(value, float):
        return Fraction(repr(value)) if isfinite(value) else None
    return Fraction(value) if isinstance(value, str) and _PLAIN.fullmatch(value) else None


def _word(value: object) -> str:
    return plain(value) if isinstance(value, Fraction) else repr(value)

"""Recomputes summary.json: goal and objective, how far from the best it can be, counts, totals and leverage.

    gap = |bound − objective| / max(|objective|, 1e-9), 0 when both are 0
    leverage = private pay / (public pay + hedge costs and provisions of public funders), null without any

Numbers are JSON numbers; totals are exact text. Source: results.md.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import isfinite

from .verify_facts import Facts
from .verify_goals import Term, goal_terms, outlay
from .verify_rows import ZERO, money, plain, six_digits
from .verify_value import Values

_RELATIVE = Fraction(1, 10**9)
_LONGEST = 80
_STATUSES = ("optimal", "feasible", "interrupted")
_LIMITS = ("time_limit", "other_limit", "rounding")
_PARTS = ("settling", "tie-break", "keeping", "second goal")
_NEEDED = (
    *("case", "status", "objective", "terms", "bound", "gap", "seconds", "limit", "phase", "currency", "unit"),
    *("counts", "totals", "leverage"),
)
_OTHER = ("goal", "value", "public_outlay", "model", "timings", "explanation", "scenario", "set", "cut_short")


class Summary:
    """Checks summary.json against the recomputation."""

    def __init__(self, facts: Facts, summary: Mapping[str, object], values: Values) -> None:
        """Hold the summary and what it must agree with."""
        self._facts, self._summary, self._values = facts, summary, values

    def check(self) -> None:
        """Check every entry."""
        for name in _NEEDED:
            if name not in self._summary:
                self._fault(f"{name} is missing")
        for name in self._summary:
            if name not in _NEEDED + _OTHER:
                self._fault(f"unknown entry {_word(name)}")
        case = self._facts.case
        self._same("case", self._summary.get("case"), case.settings.name)
        self._same("currency", self._summary.get("currency"), case.base)
        self._number("unit", self._summary.get("unit"), Fraction(case.unit))
        self._goal()
        self._objective()
        self._gap()
        self._ending()
        self._effort()
        self._asked()
        self._counts()
        self._totals()

    def _fault(self, sentence: str) -> None:
        self._facts.findings.account("summary.json", sentence)

    def _same(self, name: str, stated: object, expected: object) -> None:
        if stated != expected:
            self._fault(f"{name} is {_word(stated)}, should be {_word(expected)}")

    def _number(self, name: str, stated: object, expected: Fraction) -> None:
        if number(stated) != expected:
            self._fault(f"{name} is {_word(stated)}, should be {plain(expected)}")

    def _objective(self) -> None:
        expected, terms = goal_terms(self._facts, self._values), self._summary.get("terms")
        if not isinstance(terms, Mapping) or list(terms) != list(expected):
            self._fault(f"terms should hold {_listed(list(expected))}")
            terms = {}
        for name, term in expected.items():
            self._term(f"term {name}", terms.get(name), term)
        parts = [part for term in expected.values() for part in term.parts]
        whole = Term(parts, sum((term.within for term in expected.values()), ZERO))
        self._term("objective", self._summary.get("objective"), whole)

    def _term(self, name: str, stated: object, term: Term) -> None:
        amount = number(stated)
        if amount is None or not term.met_by(amount):
            self._fault(f"{name} is {_word(stated)}, should be {plain(term.exact)}")

    def _goal(self) -> None:
        """Check the goal, and for another one than value the value that is kept beside it."""
        goal = self._facts.case.settings.objective.goal
        if "goal" in self._summary or goal != "value":
            self._same("goal", self._summary.get("goal"), goal)
        if goal != "value":
            self._term("value", self._summary.get("value"), Term(self._values.all_terms))
        elif "value" in self._summary:
            self._fault("value is only stated beside another goal")

    def _gap(self) -> None:
        """Check bound and gap: no plan is beyond the bound; only a plan that is not optimal may have none."""
        stated, bound = self._summary.get("bound"), number(self._summary.get("bound"))
        objective, gap = number(self._summary.get("objective")), number(self._summary.get("gap"))
        if stated is None and self._summary.get("status") != "optimal":
            if self._summary.get("gap") is not None:
                self._fault(f"gap is {_word(self._summary.get('gap'))}, but no bound is known: it should be null")
            return
        if bound is None or gap is None:
            self._fault(f"bound is {_word(stated)} and gap {_word(self._summary.get('gap'))}, both should be numbers")
            return
        if objective is None:
            return
        exact = abs(bound - objective) / max(abs(objective), _RELATIVE)
        if abs(gap - exact) > _RELATIVE * max(Fraction(1), exact):
            self._fault(f"gap is {plain(gap)}, but bound and objective are {plain(exact)} apart")
        if self._facts.case.settings.objective.goal == "public_money":
            if bound > objective:
                self._fault(f"bound {plain(bound)} is above the objective {plain(objective)}")
        elif bound < objective:
            self._fault(f"bound {plain(bound)} is below the objective {plain(objective)}")

    def _ending(self) -> None:
        """Check that status and limit tell the same ending."""
        status, limit = self._summary.get("status"), self._summary.get("limit")
        if status not in _STATUSES:
            self._fault(f"status is {_word(status)}, but a plan is {', '.join(_STATUSES[:-1])} or {_STATUSES[-1]}")
        elif status == "optimal" and limit is not None:
            self._fault(f"limit is {_word(limit)}, but the status is optimal: it should be null")
        elif (status == "feasible" or limit is not None) and limit not in _LIMITS:
            self._fault(f"limit is {_word(limit)}, should be {', '.join(_LIMITS[:-1])} or {_LIMITS[-1]}")

    def _effort(self) -> None:
        """Check the type of what the search took: amounts, not below 0."""
        seconds = number(self._summary.get("seconds"))
        if "seconds" in self._summary and (seconds is None or seconds < 0):
            self._fault(f"seconds is {_word(self._summary['seconds'])}, should be a number, 0 or more")
        for name in ("model", "timings"):
            stated = self._summary.get(name, {})
            if not isinstance(stated, Mapping):
                self._fault(f"{name} is not a table of names")
                continue
            for key, value in stated.items():
                amount = number(value)
                if amount is None or amount < 0:
                    self._fault(f"{name}: {_word(key)} is {_word(value)}, should be a number, 0 or more")

    def _asked(self) -> None:
        """Check the type of what is text."""
        if not isinstance(self._summary.get("phase", ""), str):
            self._fault(f"phase is {_word(self._summary['phase'])}, should be text")
        for name in ("explanation", "scenario"):
            stated = self._summary.get(name)
            if stated is not None and not isinstance(stated, str):
                self._fault(f"{name} is {_word(stated)}, should be text or null")
        changes = self._summary.get("set", [])
        if not isinstance(changes, list) or not all(isinstance(change, str) for change in changes):
            self._fault(f"set is {_word(changes)}, should be a list of changes in text")
        cut = self._summary.get("cut_short", [])
        if not isinstance(cut, list) or not all(part in _PARTS for part in cut):
            self._fault(f"cut_short is {_word(cut)}, should be a list of {', '.join(_PARTS[:-1])} or {_PARTS[-1]}")

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
        stated = self._entries("counts", expected)
        if stated is not None:
            for name, count in expected.items():
                self._number(f"counts.{name}", stated.get(name), Fraction(count))

    def _totals(self) -> None:
        totals = dict.fromkeys(("public", "private", "matching", "all"), ZERO)
        for payment in self._facts.payments:
            totals[self._facts.case.funders[payment.funder].kind] += payment.base
            totals["all"] += payment.base
        stated, digits = self._entries("totals", totals), self._facts.case.minor_digits(self._facts.case.base)
        if stated is not None:
            for name, amount in totals.items():
                self._same(f"totals.{name}", stated.get(name), money(amount, digits))
        parts = outlay(self._facts)
        if "public_outlay" in self._summary:
            rounded = sum((Fraction(money(sum(amounts, ZERO), digits)) for amounts in parts.values()), ZERO)
            self._same("public_outlay", self._summary["public_outlay"], money(rounded, digits))
        self._leverage(totals["private"], sum((sum(amounts, ZERO) for amounts in parts.values()), ZERO))

    def _leverage(self, private: Fraction, public: Fraction) -> None:
        stated = self._summary.get("leverage")
        if not public:
            self._same("leverage", stated, None)
            return
        exact, leverage = private / public, number(stated)
        if leverage is None or not six_digits(leverage, exact):
            self._fault(f"leverage is {_word(stated)}, should be {plain(exact)}")

    def _entries(self, name: str, expected: Mapping[str, object]) -> Mapping[str, object] | None:
        """Return a table of names in the summary; None where it is none."""
        stated = self._summary.get(name)
        if not isinstance(stated, Mapping):
            self._fault(f"{name} is not a table of names")
            return None
        for key in stated:
            if key not in expected:
                self._fault(f"{name}: unknown entry {_word(key)}")
        return stated


def number(value: object) -> Fraction | None:
    """Return a JSON number exactly as written; None for anything else, text too."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return Fraction(repr(float(value))) if isfinite(value) else None
    return Fraction(value) if isinstance(value, int) else None


def _listed(names: list[str]) -> str:
    """Return how many terms there should be, and their names."""
    return f"the one term {names[0]}" if len(names) == 1 else f"the terms {', '.join(names)}"


def _word(value: object) -> str:
    """Return what is stated as it could stand in the file, not too long."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."

"""From a joint call's ranking list and budgets to a case: who may pay what of which project, exactly.

A party is what funders tell apart: a country, or a country's partners of one funder where several are asked there. So
every funder pays its own partners and nobody else's. What partners bring themselves is a party and a private funder of
its own. A project is an initiative with one milestone; its cost is all that is asked for and brought, in base currency
at the rates given; shares are to 18 decimals, so that amounts come back to the cent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Context, Decimal
from typing import Any, Final, Literal

from .case import Case
from .faults import InputError
from .import_ranking import OWN, CallSheets
from .periods import PERIODS_PER_YEAR, Frequency, label_of, ordinal
from .read import case_from_tables

Tables = dict[str, list[dict[str, object]]]
Rows = list[tuple[int, dict[str, Any]]]
_PLACES: Final = Decimal("1e-18")
_EXACT: Final = Context(prec=40)


@dataclass(frozen=True)
class Call:
    """What the sheets do not say: the call's name, money, horizon, what a project is worth, whether ranks bind."""

    name: str
    currency: str = "EUR"
    first_period: str = ""
    periods: int | None = None
    frequency: Frequency = "Y"
    value: Literal["score", "requested", "equal"] = "score"
    ranks_bind: bool = True
    rates: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """The case, and what its reader should know."""

    case: Case
    notes: tuple[str, ...]


def case_of(sheets: CallSheets, call: Call) -> Imported:
    """Return the case; ``InputError`` lists all faults of the two sheets, or else of the case they make."""
    _check_currencies(sheets, call)
    periods = _periods(sheets, call)
    if faults := [*sheets.ranking.faults, *sheets.budgets.faults]:
        raise InputError(faults)
    maker = _Maker(sheets, call, periods)
    settings = {
        "name": call.name,
        "currency": call.currency,
        "first_period": call.first_period,
        "periods": periods,
        "frequency": call.frequency,
    }
    case = case_from_tables(settings, maker.tables(), call.name)
    return Imported(case, tuple(maker.notes))


def _check_currencies(sheets: CallSheets, call: Call) -> None:
    """Add a fault for every currency without a rate, in the row that first names it."""
    told: set[str] = set()
    for sheet in (sheets.ranking, sheets.budgets):
        for number, cells in sheet.rows:
            code = cells.get("currency", call.currency)
            if code != call.currency and code not in call.rates and code not in told:
                told.add(code)
                sheet.fault(number, "currency", code, f"a rate of {code}", f"--rate {code}=X, {call.currency} per unit")


def _periods(sheets: CallSheets, call: Call) -> int:
    """Return the periods of the plan: as asked for, or until the last project that starts as early as it may ends."""
    months = 12 // PERIODS_PER_YEAR[call.frequency]
    first = ordinal(call.first_period, call.frequency)
    longest = 1
    for number, cells in sheets.ranking.rows:
        begin = ordinal(cells["start"], call.frequency) - first if "start" in cells else 0
        if begin < 0:
            sheets.ranking.fault(
                number, "start", cells["start"], f"a period from {call.first_period}", "--first-period"
            )
        end = begin + -(-cells.get("duration_months", 1) // months)
        longest = max(longest, end)
        if call.periods is not None and end > call.periods:
            hint = f"it needs {end} periods from {call.first_period}; the plan has {call.periods} (--periods)"
            sheets.ranking.fault(
                number, "duration_months", cells.get("duration_months"), "a project that can end", hint
            )
    return call.periods or longest


class _Maker:
    """Makes the tables of a case from sheets without faults."""

    def __init__(self, sheets: CallSheets, call: Call, periods: int) -> None:
        self.sheets, self.call, self.periods = sheets, call, periods
        self.notes: list[str] = []
        asked: dict[str, dict[str, None]] = {}
        for _, cells in sheets.ranking.rows:
            asked.setdefault(cells["country"], {})[cells["funder"]] = None
        self.split = {country for country, funders in asked.items() if len(funders) > 1}
        self.asked = asked
        self.has_own = any(cells.get("own", 0) for _, cells in sheets.ranking.rows)

    def party(self, cells: Mapping[str, Any]) -> str:
        """Return the party to which a row's partner belongs."""
        country = str(cells["country"])
        return f"{country} {cells['funder']}" if country in self.split else country

    def in_base(self, amount: Decimal, cells: Mapping[str, Any]) -> Decimal:
        """Return an amount of a row in base currency."""
        code = cells.get("currency", self.call.currency)
        return amount if code == self.call.currency else _EXACT.multiply(amount, self.call.rates[code])

    def tables(self) -> Tables:
        """Return every table of the case."""
        projects = [self._project(name, rows) for name, rows in self.sheets.projects.items()]
        codes = {
            cells.get("currency") for sheet in (self.sheets.ranking, self.sheets.budgets) for _, cells in sheet.rows
        }
        rates = [code for code in sorted(code for code in codes if code) if code != self.call.currency]
        found: Tables = {
            "funders": [*self._funders()],
            "budgets": [*self._budgets()],
            "currencies": [{"currency": code, "rate": self.call.rates[code]} for code in rates],
            "parties": [*self._parties()],
            "initiatives": [initiative for initiative, _, _ in projects],
            "milestones": [milestone for _, milestone, _ in projects],
            "shares": [share for _, _, shares in projects for share in shares],
            "groups": [
                {"group": country, "kind": "party", "member": f"{country} {funder}"}
                for country in self.asked
                if country in self.split
                for funder in self.asked[country]
            ],
            "eligibility": [*self._eligibility()],
            "matching": [*self._matching()],
        }
        return {name: rows for name, rows in found.items() if rows}

    def homes(self, funder: str) -> list[str]:
        """Return the parties whose partners ask a funder."""
        of = (self.party(cells) for _, cells in self.sheets.ranking.rows if cells["funder"] == funder)
        return list(dict.fromkeys(of))

    def _taking_part(self) -> Iterator[tuple[str, Rows]]:
        for funder, rows in self.sheets.funders.items():
            if rows[0][1].get("kind") == "matching" or self.homes(funder):
                yield funder, rows

    def _funders(self) -> Iterator[dict[str, object]]:
        taking = dict(self._taking_part())
        idle = [funder for funder in self.sheets.funders if funder not in taking]
        if idle:
            self.notes.append(f"left out, since no partner asks for their money: {', '.join(idle)}")
        for funder, rows in taking.items():
            first, homes = rows[0][1], self.homes(funder)
            yield {
                "funder": funder,
                "name": first.get("name"),
                "kind": first.get("kind", "public"),
                "party": homes[0] if len(homes) == 1 else None,
                "currency": first.get("currency", self.call.currency),
            }
        if self.has_own:
            yield {"funder": OWN, "kind": "private", "party": OWN, "currency": self.call.currency}

    def _budgets(self) -> Iterator[dict[str, object]]:
        begin = self.call.first_period
        end = label_of(ordinal(begin, self.call.frequency) + self.periods - 1, self.call.frequency)
        for funder, rows in self._taking_part():
            for _, cells in rows:
                first = cells.get("first_period", begin)
                last = cells.get("last_period", first if "first_period" in cells else end)
                yield {
                    "funder": funder,
                    "cycle": first if first == last else f"{first} to {last}",
                    "first_period": first,
                    "last_period": last,
                    "payments": cells["budget"],
                    "carry_over": cells.get("carry_over"),
                }
        if self.has_own:
            own = sum((self.in_base(c.get("own", Decimal(0)), c) for _, c in self.sheets.ranking.rows), Decimal(0))
            most = own.to_integral_value(ROUND_CEILING) + len(self.sheets.ranking.rows)
            self.notes.append(f"the budget of '{OWN}' is all that partners bring, rounded up: it never binds")
            span = {"first_period": begin, "last_period": end}
            yield {"funder": OWN, "cycle": "call", **span, "payments": most}

    def _parties(self) -> Iterator[dict[str, object]]:
        codes: dict[str, set[str]] = {}
        for _, cells in self.sheets.ranking.rows:
            codes.setdefault(self.party(cells), set()).add(cells.get("currency", self.call.currency))
        for party, found in codes.items():
            only = next(iter(found))
            yield {"party": party, "currency": only if len(found) == 1 and only != self.call.currency else None}
        if self.has_own:
            yield {"party": OWN, "name": "What partners bring themselves"}

    def _eligibility(self) -> Iterator[dict[str, object]]:
        for funder, rows in self._taking_part():
            homes = self.homes(funder)
            if rows[0][1].get("kind") == "matching":
                if self.has_own:
                    yield {
                        "rule": f"{funder} tops up funders",
                        "funders": funder,
                        "parties": OWN,
                        "allow": False,
                        "reason": "what partners bring is not topped up",
                    }
            elif len(homes) > 1:
                rule = {"rule": f"{funder} pays its partners", "funders": funder, "allow": True}
                yield from ({**rule, "parties": party} for party in homes)

    def _matching(self) -> Iterator[dict[str, object]]:
        for funder, rows in self.sheets.funders.items():
            if rows[0][1].get("kind") == "matching":
                ratio = rows[0][1]["ratio"]
                yield {"rule": f"{funder} top-up", "funders": funder, "base": "public", "ratio": ratio}

    def _project(
        self, project: str, rows: Rows
    ) -> tuple[dict[str, object], dict[str, object], list[dict[str, object]]]:
        said: dict[str, Any] = {}
        amounts: dict[str, Decimal] = {}
        for _, cells in rows:
            said = {**cells, **said}
            party = self.party(cells)
            amounts[party] = amounts.get(party, Decimal(0)) + self.in_base(cells["requested"], cells)
            if cells.get("own"):
                amounts[OWN] = amounts.get(OWN, Decimal(0)) + self.in_base(cells["own"], cells)
        cost = sum(amounts.values(), Decimal(0))
        months = 12 // PERIODS_PER_YEAR[self.call.frequency]
        start = {"earliest_start": said["start"], "latest_start": said["start"]} if "start" in said else {}
        initiative = {
            "initiative": project,
            "name": " – ".join(said[name] for name in ("acronym", "title") if name in said)[:200] or None,
            "theme": said.get("topic"),
            "currency": self.call.currency,
            "call": self.call.name,
            "rank": said["rank"] if self.call.ranks_bind else None,
        }
        milestone = {
            "initiative": project,
            "milestone": "project",
            "order": 1,
            "duration": -(-said["duration_months"] // months),
            "cost": cost,
            "value": self._value(said, cost - amounts.get(OWN, Decimal(0))),
            **start,
        }
        return initiative, milestone, _shares(project, amounts, cost)

    def _value(self, said: Mapping[str, Any], requested: Decimal) -> Decimal:
        score: Decimal = said.get("score", Decimal(0))
        return {"score": score, "requested": requested, "equal": Decimal(1)}[self.call.value]


def _shares(project: str, amounts: Mapping[str, Decimal], cost: Decimal) -> list[dict[str, object]]:
    """Return the parties' shares to 18 decimals, the largest taking what is left to 1."""
    parts = {party: _EXACT.divide(amount, cost).quantize(_PLACES) for party, amount in amounts.items() if amount}
    largest = max(parts, key=lambda party: parts[party])
    parts[largest] += 1 - sum(parts.values())
    return [
        {"initiative": project, "party": party, "share": share.normalize() if share != 1 else Decimal(1)}
        for party, share in parts.items()
    ]

"""Recomputes guarantees: covered funders pay only what a guarantee backs, within its leverage, cycle and cap.

    Σ_j backed[j,f,i,g] = pay[f,i,g]                 a covered funder pays nothing that no guarantee in scope backs
    Σ_f Σ_g backed[j,f,i,g] ≤ leverage·guaranteed[j,i]
    guaranteed[j,i] ≤ due in scope / leverage        only in the guarantor's cycle in which its first milestone begins
    Σ_i guaranteed·R̄ ≤ cap                           exactly
    provision = provisioning_rate·guaranteed·R(κ(i),t0)/R(κ(G),t0), rounded up, t0 the first period of the cycle

in the initiative's currency, to one minor unit per amount in the row but for cap and provision. Where several
guarantees apply to a payment, guarantees.csv says how much each mobilises; an exact linear program decides whether that
can be. Source: model.md, rule 7, "Money is exact".
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from ..inputs.case import Cycle
from ..inputs.tables import GuaranteeRow
from .verify_cells import Row, Sheet
from .verify_facts import Facts, Guaranteed
from .verify_linear import maximise
from .verify_ratios import Amounts
from .verify_replanning import kept_guarantees
from .verify_rows import ZERO, RuleRow, nine_decimals, plain

Fits = tuple[int, ...]


@dataclass(frozen=True)
class _Rule:
    """A row of guarantees.csv of the case with its selectors resolved."""

    row: GuaranteeRow
    funders: frozenset[str]
    initiatives: frozenset[str]

    def applies(self, initiative: str, stage: str) -> bool:
        """Tell whether the initiative's stage is in scope."""
        return initiative in self.initiatives and self.row.stage in ("", stage)


class Guarantees:
    """Checks the guarantees of a plan; made before the budgets are checked, because provisions use them up."""

    def __init__(self, facts: Facts, tables: Mapping[str, pd.DataFrame]) -> None:
        """Resolve the rules and read guarantees.csv; without guarantees in the case it may be missing."""
        self.facts, case = facts, facts.case
        self.rules = [
            _Rule(row, case.select_funders(row.funders), case.select_initiatives(row.initiatives))
            for row in case.rows(GuaranteeRow)
        ]
        self.given: dict[tuple[int, str], Guaranteed] = {}
        self.kept = kept_guarantees(facts)
        if "guarantees" in tables or self.rules:
            self._read(Sheet(case, tables, "guarantees", facts.findings))

    def _read(self, sheet: Sheet) -> None:
        places = {rule.row.guarantee: n for n, rule in enumerate(self.rules)}
        seen: dict[tuple[int, str], Row] = {}
        for row in sheet.rows():
            n, initiative = places.get(row.text("guarantee")), row.text("initiative")
            if n is None or initiative not in self.rules[n].initiatives:
                row.fault(f"no guarantee {row.text('guarantee')!r} for {initiative!r}")
                continue
            if sheet.once((n, initiative), row, seen, f"{row.text('guarantee')} for {initiative}"):
                found = self._given(row, n, initiative)
                if found is not None:
                    self.given[n, initiative] = found
                    self.facts.guarantees.append(found)
                    place = self.rules[n].row.guarantor, found.cycle.name
                    self.facts.provisions[place] = self.facts.provisions.get(place, ZERO) + found.provision

    def _given(self, row: Row, n: int, initiative: str) -> Guaranteed | None:
        """Read and check one row; its provision is the recomputed one."""
        facts, rule = self.facts, self.rules[n].row
        own, currency = facts.case.funders[rule.guarantor].currency, facts.case.initiatives[initiative].currency
        row.says("guarantor", rule.guarantor)
        row.says("currency", currency)
        row.says("provision_currency", own)
        row.says("leverage", plain(Fraction(rule.leverage)))
        row.says("cap", "" if rule.cap is None else plain(facts.units(rule.cap)))
        cycle = next((k for k in facts.case.cycles[rule.guarantor] if k.name == row.text("cycle")), None)
        amount, mobilised = row.money("guaranteed", currency), row.money("mobilised", currency)
        if cycle is None:
            row.fault(f"unknown cycle {row.text('cycle')!r} of {rule.guarantor!r}")
        if cycle is None or amount is None or mobilised is None:
            return None
        row.says("achieved", nine_decimals(mobilised / amount if amount else None))
        exact = Fraction(rule.provisioning_rate) * amount * facts.cash(rule.guarantor, currency, cycle.first)
        provision = -(-exact // facts.minor(own)) * facts.minor(own)
        row.ties("provision", own, provision)
        return Guaranteed(row.number, n, initiative, cycle, amount, mobilised, provision)

    def check(self, amounts: Amounts) -> None:
        """Check every rule for each initiative that covered funders pay for."""
        for initiative in self.facts.case.initiatives:
            if initiative in amounts.stages:
                self._backing(amounts, initiative)
        for (n, initiative), given in self.given.items():
            self._begins(amounts, n, initiative, given)
        for n, rule in enumerate(self.rules):
            if rule.row.cap is not None:
                self._cap(n, rule)

    def _backing(self, amounts: Amounts, initiative: str) -> None:
        """Check that what covered funders pay is mobilised by guarantees, and those by what is guaranteed."""
        paid: defaultdict[Fits, Fraction] = defaultdict(Fraction)
        units = [ZERO] * len(self.rules)
        bare: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        currency = self.facts.case.initiatives[initiative].currency
        for stage in amounts.stages[initiative]:
            for payment, amount, unit in amounts.payments[initiative, stage]:
                covering = [n for n, rule in enumerate(self.rules) if payment.funder in rule.funders]
                fits = tuple(n for n in covering if self.rules[n].applies(initiative, stage))
                if fits:
                    paid[fits] += amount
                elif covering:
                    bare[payment.funder, stage] += amount
                for n in fits:
                    units[n] += unit
        for (funder, stage), amount in bare.items():
            row = RuleRow(
                *("guarantees", "no guarantee applies", initiative, (funder, stage), amount),
                at_most=ZERO,
                unit=currency,
            )
            words = f"no guarantee covers {plain(amount)} {currency} of {funder} for stage {stage}"
            self.facts.findings.rule(row, f"guarantees: {initiative}: {words}")
        self._mobilised(initiative, paid, currency)
        for n in sorted({n for fits in paid for n in fits}):
            self._leverage(n, initiative, units[n], currency)

    def _mobilised(self, initiative: str, paid: Mapping[Fits, Fraction], currency: str) -> None:
        """Check that the guarantees together mobilise what covered funders pay, to half a minor unit each."""
        scope = sorted({n for fits in paid for n in fits} | {n for n, i in self.given if i == initiative})
        half = self.facts.minor(currency) / 2
        stated = {n: self.given[n, initiative].mobilised if (n, initiative) in self.given else ZERO for n in scope}
        limits = {n: stated[n] + half * ((n, initiative) in self.given) for n in scope}
        total = sum(paid.values(), ZERO)
        backed = sum(_most(paid, limits), ZERO)
        mobilised = sum(stated.values(), ZERO)
        if backed < total:
            words = f"guarantees mobilise {plain(backed)} of the {plain(total)} {currency} covered funders pay"
            self.facts.findings.account("guarantees.csv", f"{initiative}: {words}")
        elif abs(mobilised - total) > half * len(scope):
            words = f"guarantees mobilise {plain(mobilised)}, covered funders pay {plain(total)} {currency}"
            self.facts.findings.account("guarantees.csv", f"{initiative}: {words}")

    def _leverage(self, n: int, initiative: str, units: Fraction, currency: str) -> None:
        rule, given = self.rules[n].row, self.given.get((n, initiative))
        leverage, amount = Fraction(rule.leverage), ZERO if given is None else given.amount
        row = RuleRow(
            *("guarantees", rule.guarantee, initiative, ("leverage",)),
            ZERO if given is None else given.mobilised,
            at_most=leverage * amount,
            tolerance=units + leverage * self.facts.minor(currency),
            total=amount,
            unit=currency,
        )
        words = f"mobilises {plain(row.value)} {currency}, {plain(amount)} guaranteed allow {plain(leverage * amount)}"
        self.facts.findings.rule(row, f"guarantees: {rule.guarantee}: {initiative}: {words}")

    def _begins(self, amounts: Amounts, n: int, initiative: str, given: Guaranteed) -> None:
        """A guarantee is given in the cycle in which the first milestone in scope begins, for no more than is due."""
        facts, rule = self.facts, self.rules[n]
        pairs, unit = amounts.scope(initiative, rule.row.stage), facts.case.initiatives[initiative].currency
        begins = self._cycle(n, initiative) == given.cycle
        most, units = ZERO, ZERO
        if begins:
            leverage = Fraction(rule.row.leverage)
            most = sum((amounts.due[pair] for pair in pairs), ZERO) / leverage
            units = sum(map(amounts.due_units, pairs), ZERO) / leverage + facts.minor(unit)
        most = max(most, self.kept.get((n, initiative), ZERO))
        index = ("guaranteed", given.cycle.name)
        row = RuleRow(
            *("guarantees", rule.row.guarantee, initiative, index, given.amount),
            at_most=most,
            tolerance=units,
            unit=unit,
        )
        words = f"guarantees {plain(given.amount)} {unit} in cycle {given.cycle.name}"
        limit = f"{plain(most)} are needed at most" if begins else "in which nothing in scope begins"
        facts.findings.rule(row, f"guarantees: {rule.row.guarantee}: {initiative}: {words}, {limit}")

    def _cycle(self, n: int, initiative: str) -> Cycle | None:
        """Return the guarantor's cycle in which the first milestone in scope, by order, begins."""
        rule = self.rules[n]
        for step in self.facts.case.milestones[initiative]:
            if rule.applies(initiative, step.stage):
                start = self.facts.start.get((initiative, step.milestone))
                return None if start is None else self.facts.cycle_at(rule.row.guarantor, start)
        return None

    def _cap(self, n: int, rule: _Rule) -> None:
        facts = self.facts
        given = [g for (m, _), g in self.given.items() if m == n]
        total = sum((g.amount * facts.reference(facts.case.initiatives[g.initiative].currency) for g in given), ZERO)
        most = facts.units(rule.row.cap or 0)
        row = RuleRow("guarantees", rule.row.guarantee, "", ("cap",), total, at_most=most, unit=facts.case.base)
        words = f"guarantees {plain(total)} {row.unit} in all, its cap is {plain(most)}"
        facts.findings.rule(row, f"guarantees: {rule.row.guarantee}: {words}")


def _most(paid: Mapping[Fits, Fraction], limits: Mapping[int, Fraction]) -> list[Fraction]:
    """Return the largest assignment of payments to guarantees that fit them, none above its limit."""
    pairs = [(fits, n) for fits in paid for n in fits]
    if not pairs:
        return []
    rows = [[Fraction(group == fits) for group, _ in pairs] for fits in paid]
    rows += [[Fraction(other == n) for _, other in pairs] for n in limits]
    return maximise([Fraction(1)] * len(pairs), rows, [*paid.values(), *limits.values()])

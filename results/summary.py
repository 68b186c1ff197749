"""summary.json: the run in one page of facts."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from ..inputs.case import Case
from .goals import exact_outlay, total_value
from .ledger import half_up, minor_text
from .plan import SolveReport
from .table_cells import number

KINDS = ("public", "private", "matching")


def totals(case: Case, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return what each kind of funder pays in all, in base currency, as exact text."""
    funding = tables["funding"]
    kind = funding["funder"].map({name: row.kind for name, row in case.funders.items()})
    zero = Decimal(0).scaleb(-case.minor_digits(case.base))
    found = {k: sum((Decimal(amount) for amount in funding.loc[kind == k, "amount_base"]), zero) for k in KINDS}
    return {**{k: str(v) for k, v in found.items()}, "all": str(sum(found.values(), zero))}


def summarise(case: Case, report: SolveReport, tables: Mapping[str, pd.DataFrame] | None) -> dict[str, Any]:
    """Return the content of summary.json."""
    goal = case.settings.objective.goal
    summary: dict[str, Any] = {
        "case": case.settings.name,
        "goal": goal,
        "status": report.status.value,
        "objective": report.objective,
        "terms": dict(report.terms),
        "bound": report.bound,
        "gap": report.gap,
        "seconds": round(report.seconds, 3),
        "limit": report.limit,
        "phase": report.phase,
        "currency": case.base,
        "unit": case.unit,
        "model": dict(report.model),
        "timings": {name: round(seconds, 3) for name, seconds in report.timings.items()},
        "counts": {
            "initiatives": len(case.initiatives),
            "milestones": sum(len(steps) for steps in case.milestones.values()),
            "funders": len(case.funders),
        },
        "totals": None,
        "leverage": None,
    }
    if report.cut_short:
        summary["cut_short"] = list(report.cut_short)
    if tables is not None:
        portfolio, schedule = tables["portfolio"], tables["schedule"]
        summary["counts"] |= {
            "funded": int((portfolio["funded"] == "true").sum()),
            "complete": int((portfolio["complete"] == "true").sum()),
            "milestones_done": int((schedule["done"] == "true").sum()),
            "payments": len(tables["funding"]),
        }
        summary |= _money(case, tables)
        if goal != "value":
            summary["value"] = total_value(case, tables)
    return summary


def _money(case: Case, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return totals, public outlay (the sum of its terms, each rounded) and leverage."""
    money, outlay = totals(case, tables), exact_outlay(case, tables).values()
    digits, public = case.minor_digits(case.base), sum(outlay, Fraction(0))
    return {
        "totals": money,
        "public_outlay": minor_text(sum(half_up(amount * 10**digits) for amount in outlay), digits),
        "leverage": float(number(Fraction(money["private"]) / public, 6)) if public else None,
    }

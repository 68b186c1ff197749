"""The first words of a report: what was decided, with which money, how good it is, and what to be careful about."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .page_tables import amount_text
from .shown import Amount, ShownRun
from .words import (
    NAMES,
    Money,
    empty_words,
    far_words,
    is_empty,
    minimised,
    number,
    percentages,
    reached,
    stopper,
    telling,
    what_if,
)

MOST_CHANGES = 3
KINDS = ("public", "private", "matching")


@dataclass(frozen=True)
class Headline:
    """Title, how the search ended, sentences, figures as (what, figure, what it means), and what was changed."""

    title: str
    status: str
    good: bool
    sentences: tuple[str, ...]
    figures: tuple[tuple[str, str, str], ...] = ()
    changed: str = ""


def headline(run: ShownRun) -> Headline:
    """Return what stands at the top of the report of a run."""
    if run.plan is None:
        return _without_plan(run)
    sentences = (
        (empty_words(run).capitalize() + ".",) if is_empty(run) else (_decided(run), _money(run), *_leverage(run))
    )
    good = run.report.status == "optimal"
    words = (*sentences, *_quality(run))
    return Headline(run.case.settings.name, _status(run), good, words, tuple(_figures(run)), _changed(run))


def _changed(run: ShownRun) -> str:
    """Return the scenario and the first changes that were solved, "" for the case as it is."""
    found = what_if(run.options)
    more = f" and {len(found) - MOST_CHANGES} more changes" if len(found) > MOST_CHANGES else ""
    return f"What-if: {', '.join(found[:MOST_CHANGES])}{more}" if found else ""


def _status(run: ShownRun) -> str:
    if run.report.status == "optimal":
        return "Optimal within the gap asked for"
    return f"The best plan found when {stopper(run)} ended the search"


def _decided(run: ShownRun) -> str:
    counts = run.summary["counts"]
    verb = "is" if counts["funded"] == 1 else "are"
    return (
        f"{counts['funded']} of {counts['initiatives']} initiatives {verb} funded, with "
        f"{counts['milestones_done']} of {counts['milestones']} milestones."
    )


def _money(run: ShownRun) -> str:
    money, totals = Money(run.case.base, run.case.unit), run.summary["totals"]
    whole = Decimal(totals["all"])
    paid = {kind: Decimal(totals[kind]) for kind in KINDS if whole and Decimal(totals[kind])}
    parts = percentages(list(paid.values()))
    kinds = [f"{_told(run, paid[kind])} {kind} ({part}%)" for kind, part in zip(paid, parts, strict=True)]
    verb = "It costs" if run.summary["counts"]["funded"] == 1 else "They cost"
    return f"{verb} {_told(run, whole)} {money.label}: {listed(kinds)}."


def _told(run: ShownRun, amount: Decimal | str) -> str:
    """Return base currency as the page prints it."""
    return amount_text(Amount(Decimal(amount), run.case.base), run.case.unit)


def _leverage(run: ShownRun) -> Sequence[str]:
    leverage = run.summary["leverage"]
    if not leverage:
        return ()
    return (f"Each unit of public outlay brings {Decimal(str(leverage)):.2f} of private money with it.",)


def _quality(run: ShownRun) -> Sequence[str]:
    """Return how far from the best the plan can be at most, in words."""
    report, case = run.report, run.case
    goal, what = case.settings.objective, reached(case, report.objective)
    least = number(float(goal.required_value))
    told = {
        "value": f"The plan reaches a value of {what}",
        "public_money": f"The plan needs {what} of public money, for a value of at least {least}",
        "received": f"The plan brings {what} to {goal.group}",
        "key": f"The least that any party receives per unit of its key is {what}",
    }[goal.goal]
    if report.bound is None or report.gap is None or report.objective is None:
        return (f"{told}; {far_words(run)}.",)
    if report.bound == report.objective:
        return (f"{told}, and it is proved that no plan that keeps every rule is better.",)
    side = "below" if minimised(case) else "above"
    proof = f"It is proved that no plan that keeps every rule is {side} {reached(case, report.bound)}"
    return (f"{told}.", f"{proof}: {far_words(run)}.")


def _figures(run: ShownRun) -> list[tuple[str, str, str]]:
    counts, money = run.summary["counts"], Money(run.case.base, run.case.unit)
    goal, report = run.case.settings.objective.goal, run.report
    found = [
        ("Initiatives funded", f"{counts['funded']} of {counts['initiatives']}", f"{counts['complete']} to the end"),
        ("Money", _told(run, run.summary["totals"]["all"]), money.label),
    ]
    if run.summary["leverage"]:
        found.append(("Leverage", f"{Decimal(str(run.summary['leverage'])):.2f}", "private per public outlay"))
    shown, _, unit = reached(run.case, report.objective).partition(" ")
    found.append((NAMES[goal].capitalize(), shown, unit or "expected, discounted"))
    if report.gap is not None and telling(report.gap, report.objective):
        found.append(("From the best at most", f"{report.gap:.2%}", "proved"))
    return found


def _without_plan(run: ShownRun) -> Headline:
    """Return honest words about a run that has no plan."""
    status = run.report.status
    words: dict[str, tuple[str, str]] = {
        "infeasible": ("There is no plan", "It is proved that no plan keeps every rule of this case."),
        "no_plan": ("No plan was found", "A limit ended the search before any plan was found; there may be one."),
    }
    state, sentence = words.get(status, ("There is no plan", f"The search ended as {status.replace('_', ' ')}."))
    counts: dict[str, Any] = run.summary.get("counts") or {}
    size = f"The case has {counts.get('initiatives', 0)} initiatives and {counts.get('funders', 0)} funders."
    return Headline(run.case.settings.name, state, False, (sentence, size), (), _changed(run))


def listed(parts: Sequence[str]) -> str:
    """Return parts as a list in words."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else "nothing"

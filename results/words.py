"""What a run says of itself in words: amounts in the case's `unit`, the goal, and how the search ended."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..inputs.case import Case
from ..inputs.money import counted_in
from .shown import ShownRun

NAMES = {"value": "value", "public_money": "public money", "received": "received", "key": "least received per key"}
MOST_TELLING = 10.0  # a relative gap beyond this says nothing: the distance in value does
RECOMPUTED = "limits and totals hold exactly, ratios and tickets to one minor unit per amount"
SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


@dataclass(frozen=True)
class Money:
    """How amounts of one currency are printed: divided by `unit` where they come in whole currency units."""

    currency: str
    unit: int

    @property
    def label(self) -> str:
        """The unit as words, such as "EUR million"."""
        return counted_in(self.currency, self.unit)

    def text(self, amount: Decimal | float) -> str:
        """Return an amount that is in `unit`s already; a dash for nothing."""
        return f"{amount:,.2f}" if amount else "–"

    def whole(self, amount: Decimal | float | str) -> str:
        """Return an amount given in whole currency units, "" when there is none."""
        return self.text(Decimal(str(amount)) / self.unit) if amount != "" else ""


def share(value: Decimal | float | str, digits: int = 0) -> str:
    """Return a ratio as a percentage, "" when there is none."""
    return f"{Decimal(str(value)) * 100:.{digits}f}%" if value != "" else ""


def percentages(parts: Sequence[Decimal]) -> list[int]:
    """Return what parts are of their sum in whole per cent that sum to 100: by largest remainder."""
    whole = sum(parts)
    exact = [part * 100 / whole for part in parts]
    found = [int(each) for each in exact]
    by_rest = sorted(range(len(parts)), key=lambda k: found[k] - exact[k])
    for k in by_rest[: 100 - sum(found)]:
        found[k] += 1
    return found


def number(value: float | None) -> str:
    """Return an objective value with as many digits as a reader needs."""
    if value is None:
        return "none"
    text = f"{value:,.{2 if abs(value) >= 10 else 4}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def reached(case: Case, value: float | None) -> str:
    """Return a value of the case's goal with its unit: points, money in `unit`s, or money per unit of key."""
    goal = case.settings.objective.goal
    if value is None or goal == "value":
        return number(value)
    if goal == "key":
        return f"{value:,.6g} {case.base} per unit of key"
    money = Money(case.base, case.unit)
    whole = case.unit == 1 and not case.minor_digits(case.base)
    shown = f"{value:,.0f}" if whole else money.whole(value)
    return f"{shown if value else '0'} {money.label}"


def minimised(case: Case) -> bool:
    """Tell whether less is better."""
    return bool(case.settings.objective.goal == "public_money")


def title(run: ShownRun) -> str:
    """Return what was solved: the name of the case, its scenario and the changes made to it."""
    return ", ".join([run.case.settings.name, *what_if(run.options)])


def what_if(options: Mapping[str, object]) -> list[str]:
    """Return the scenario and the changes among the options of a run, in the order in which they were made."""
    scenario, changes = options.get("scenario"), options.get("set")
    told = [f"scenario '{scenario}'"] if scenario is not None else []
    return told + [str(change) for change in changes] if isinstance(changes, list | tuple) else told


def telling(gap: float | None, objective: float | None) -> bool:
    """Tell whether a relative gap says anything: it does not where the objective is nothing, or next to it."""
    return gap is not None and bool(objective) and gap <= MOST_TELLING


def is_empty(run: ShownRun) -> bool:
    """Tell whether the plan funds nothing."""
    return not run.summary["counts"].get("funded")


def empty_words(run: ShownRun) -> str:
    """Return what an empty plan means."""
    if run.report.status == "optimal" and minimised(run.case):
        return "nothing needs to be funded: the empty plan reaches the value required"
    if run.report.status == "optimal":
        return "nothing can be funded: no plan is worth more than the empty one"
    return "only the empty plan was found; give it more time"


def stopper(run: ShownRun) -> str:
    """Return what ended the search early."""
    report, steps = run.report, run.options.get("steps")
    if report.limit == "other_limit" and steps is not None:
        return f"the limit of {steps} steps"
    if report.status == "interrupted":
        return SIGNALS[signal.Signals(report.signal)] if report.signal in SIGNALS else "a signal"
    return f"the {limit_name(report.limit)}"


def limit_name(limit: str | None) -> str:
    """Return a limit of the search as words: "time limit"."""
    words = {"rounding": "rounding of amounts to minor units", "other_limit": "solver's own limits"}
    return words.get(limit or "", (limit or "limit").replace("_", " "))


def far_words(run: ShownRun) -> str:
    """Return how far above (or below) the plan the best one can be at most."""
    report = run.report
    if report.bound is None or report.objective is None or report.gap is None:
        return "how much better the best plan is, is not known"
    distance = reached(run.case, abs(report.bound - report.objective))
    much = f"{report.gap:.2%} ({distance})" if telling(report.gap, report.objective) else distance
    side = "above" if report.bound >= report.objective else "below"
    return f"the best plan can be at most {much} {side} this one"


def value_text(measure: str, value: str) -> str:
    """Return what an equity measure reaches: a share as a percentage, a ratio with two decimals, a count as it is."""
    if measure in ("received", "contributed"):
        return share(value, 1)
    return value if measure == "initiatives" else f"{float(value):.2f}"

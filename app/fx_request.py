"""What `fx` is asked for: which base, which history, which currencies, and what a history lacks of it.

What the ECB's history cannot tell was asked of it wrongly; what a file of the user's lacks is a fault of that file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

from ..inputs.faults import Fault, InputError, UsageError, did_you_mean
from ..inputs.fx_estimate import LEAST, STALE_DAYS, Estimates, FxOptions, estimate, quoted
from ..inputs.fx_history import History, ecb_history, read_history
from ..inputs.fx_tables import CaseMoney
from ..inputs.money import MINOR_DIGITS

LONGER = "add older rates, or begin earlier with --since"


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    case: str | None
    base: str | None
    currencies: tuple[str, ...] | None
    rates: Path | None
    inverse: bool
    quoted_in: str | None
    method: Literal["sample", "ewma"]
    decay: float
    shrinkage: float
    shrink_to: Literal["constant", "identity"]
    floor: float
    since: date | None
    until: date | None

    @property
    def options(self) -> FxOptions:
        """How to estimate."""
        floor = Decimal(repr(self.floor))
        return FxOptions(self.method, self.decay, self.shrinkage, self.shrink_to, floor, self.since, self.until)


def base_of(request: Request, money: CaseMoney | None) -> str:
    """Return the base currency of the case or of --base, which must not differ."""
    if money is not None and request.base not in (None, money.base):
        raise UsageError(f"--base {request.base}: the base currency of the case is {money.base}")
    base = money.base if money is not None else request.base
    if base is None:
        raise UsageError("give a CASE or --base, such as --base EUR --currencies USD,JPY")
    for option, code in (("--base", base), ("--quoted-in", request.quoted_in)):
        if code is not None and code not in MINOR_DIGITS:
            meant = did_you_mean(code, MINOR_DIGITS, "such as EUR or USD")
            raise UsageError(f"{option} {code}: no ISO 4217 currency code; {meant}")
    if request.rates is None and (request.inverse or request.quoted_in):
        raise UsageError("--quoted and --quoted-in say how the FILE of --rates is quoted; the ECB's is known")
    if request.since and request.until and request.since >= request.until:
        raise UsageError(f"--since {request.since} is not before --until {request.until}")
    return base


def history_for(request: Request, base: str) -> History:
    """Return the history asked for, which must know the base."""
    if request.rates is None:
        history = ecb_history()
    else:
        history = read_history(request.rates, request.quoted_in or base, inverse=request.inverse)
    if not history.knows(base):
        if request.rates is None:
            raise UsageError(f"{history.source} has no rates of the base currency {base}")
        hint = f"add rates of {base} in {history.pivot}, or name with --quoted-in what the file is quoted in"
        raise InputError([Fault(history.source, None, base, None, f"rates of the base currency {base}", hint)])
    return history


def estimates_of(request: Request, history: History, base: str, money: CaseMoney | None) -> Estimates:
    """Return what the history says of the currencies asked for; all it should say and does not is told at once."""
    wanted = _wanted(request, history, base, money)
    faults: list[Fault] = []
    if money is None or request.currencies is not None:
        faults = _scarce(request, history, base, wanted)
    try:
        found = estimate(history, base, wanted, request.options)
    except InputError as error:
        raise InputError([*faults, *error.faults]) from None
    if faults:
        raise InputError(faults)
    if not found.currencies:
        hint = f"add rates of {', '.join(wanted)}" if wanted else LONGER
        fault = Fault(
            history.source, None, None, None, f"{LEAST + 1} days with a rate in {base} of some currency", hint
        )
        if request.rates is not None:
            raise InputError([fault])
        raise UsageError(f"{history.source} has no rates of what was asked for: nothing to estimate")
    return found


def _scarce(request: Request, history: History, base: str, wanted: Sequence[str]) -> list[Fault]:
    """Return a fault per currency of a file that is quoted too seldom; UsageError where it is the ECB's history."""
    days = {code: len(quoted(history, base, code, request.options)) for code in wanted}
    scarce = {code: count for code, count in days.items() if count <= LEAST}
    since, until = request.options.window(history)
    window = f"from {since} to {until}"
    if scarce and request.rates is None:
        raise UsageError(f"{', '.join(scarce)}: fewer than {LEAST + 1} days with a rate in {base} {window}")
    expected = f"at least {LEAST + 1} days with a rate in {base} {window}"
    return [
        Fault(history.source, None, code, f"{count} day{'' if count == 1 else 's'}", expected, LONGER)
        for code, count in scarce.items()
    ]


def _wanted(request: Request, history: History, base: str, money: CaseMoney | None) -> list[str]:
    """Return the currencies to estimate: as listed, those of the case, or all still quoted."""
    if request.currencies is not None:
        for code in request.currencies:
            _askable(request, history, base, code)
        return list(request.currencies)
    if money is not None:
        if not money.currencies:
            raise UsageError(f"the case names no currency other than its base, {base}")
        return list(money.currencies)
    until = min(request.until or history.last, history.last)
    recent = until - timedelta(days=STALE_DAYS)
    codes = sorted({*history.quotes, history.pivot} - {base})
    return [code for code in codes if any(recent <= day <= until for day in history.days(code, base))]


def _askable(request: Request, history: History, base: str, code: str) -> None:
    """Raise UsageError for a currency that cannot be asked for: the base, no currency, or one the ECB lacks."""
    if code == base:
        raise UsageError(f"--currencies {code}: it is the base currency")
    if request.rates is not None:
        if code not in MINOR_DIGITS and not history.knows(code):
            meant = did_you_mean(code, MINOR_DIGITS, "such as USD,JPY")
            raise UsageError(f"--currencies {code}: no ISO 4217 currency code; {meant}")
    elif not history.knows(code):
        known = sorted({*history.quotes, history.pivot} - {base})
        others = f"it has {', '.join(known)}; --rates takes a file of your own"
        meant = others if code in MINOR_DIGITS else did_you_mean(code, known, others)
        raise UsageError(f"--currencies {code}: {history.source} has no rates of it in {base}; {meant}")

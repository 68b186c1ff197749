"""Volatilities and correlations by hand: rates that jump between two values on consecutive days."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from fundalign.inputs.correlations import is_possible, matrix_of
from fundalign.inputs.faults import InputError
from fundalign.inputs.fx_estimate import Estimates, FxOptions, estimate, possible, stale
from fundalign.inputs.fx_history import History, ecb_history

START = date(2026, 1, 1)
UP = 1.01
R2 = math.log(UP) ** 2  # 9.900907e-5: every return is ln 1.01 or its negative


def history(**paths: Sequence[int]) -> History:
    """Return a history in EUR, in which a currency is worth 1.01^k on consecutive days for each k of its path."""
    quotes = {
        code: {START + timedelta(days=n): Decimal("1.01") ** k for n, k in enumerate(path)}
        for code, path in paths.items()
    }
    return History("test", "EUR", False, quotes)


def steps(signs: Sequence[int]) -> list[int]:
    """Return the path whose returns have these signs."""
    return [0, *(int(k) for k in np.cumsum(signs))]


ZIGZAG = [1, -1] * 20  # 40 returns of mean 0
MOSTLY = [1, -1] * 15 + [-1, 1] * 5  # the same for 30 returns, the opposite for 10: correlation (30 - 10)/40
PLAIN = FxOptions(floor=Decimal(0))


def run(options: FxOptions = PLAIN, **paths: Sequence[int]) -> Estimates:
    return estimate(history(**paths), "EUR", list(paths), options)


def test_sample_volatility_by_hand() -> None:
    # Σ r² / 39 · 365.25 returns a year = 40/39 · 9.900907e-5 · 365.25 = 0.0370903; square root 0.19259
    (found,) = run(USD=steps(ZIGZAG)).currencies
    assert math.isclose(found.estimated, math.sqrt(R2 * 40 / 39 * 365.25))
    assert (found.volatility, found.rate, found.returns) == (Decimal("0.1926"), Decimal(1), 40)
    assert (found.first, found.last) == (START, START + timedelta(days=40))


def test_a_drift_is_no_volatility() -> None:
    found = run(USD=steps([1] * 40)).currencies[0]
    assert found.volatility == 0
    assert found.rate == Decimal("1.01") ** 40


def test_ewma_by_hand() -> None:
    # all squares are the same: r²·365.25 = 0.0361631, square root 0.19017, whatever the decay
    options = FxOptions("ewma", decay=0.9, floor=Decimal(0))
    assert run(options, USD=steps(ZIGZAG)).currencies[0].volatility == Decimal("0.1902")
    # only the last of 40 moves: its weight is (1 - 0.5)/(1 - 0.5^40) = 0.5, and 0.1902·√0.5 = 0.1345
    last = steps([0] * 39 + [1])
    assert run(FxOptions("ewma", decay=0.5, floor=Decimal(0)), USD=last).currencies[0].volatility == Decimal("0.1345")


def test_correlations_by_hand() -> None:
    found = run(USD=steps(ZIGZAG), JPY=steps(ZIGZAG), SEK=steps(MOSTLY), NOK=steps([-1, 1] * 20))
    assert found.correlations == {
        ("USD", "JPY"): 1,
        ("USD", "SEK"): Decimal("0.5"),
        ("USD", "NOK"): -1,
        ("JPY", "SEK"): Decimal("0.5"),
        ("JPY", "NOK"): -1,
        ("SEK", "NOK"): Decimal("-0.5"),
    }
    assert found.drawn == 0


SHRUNK = [
    ("identity", 0.2, ["0.8000", "0.4000", "0.4000"]),
    ("constant", 0.3, ["0.9000", "0.5500", "0.5500"]),  # mean (1 + 0.5 + 0.5)/3: 0.7·1 + 0.3·2/3, 0.7·0.5 + 0.3·2/3
    ("constant", 1.0, ["0.6667", "0.6667", "0.6667"]),
    ("identity", 1.0, []),
]


@pytest.mark.parametrize(("target", "weight", "wanted"), SHRUNK)
def test_shrinkage_by_hand(target: str, weight: float, wanted: list[str]) -> None:
    options = FxOptions(shrinkage=weight, target="identity" if target == "identity" else "constant")
    found = run(options, USD=steps(ZIGZAG), JPY=steps(ZIGZAG), SEK=steps(MOSTLY), DKK=[0] * 41)
    assert [str(value) for value in found.correlations.values()] == wanted


def test_the_floor_is_for_pegged_currencies() -> None:
    found = run(FxOptions(floor=Decimal("0.02")), USD=steps(ZIGZAG), DKK=[0] * 41)
    assert [each.volatility for each in found.currencies] == [Decimal("0.1926"), Decimal("0.02")]
    assert found.currencies[1].estimated == 0
    assert found.correlations == {}


def test_a_base_that_is_not_the_pivot() -> None:
    # SEK stands still against EUR: in SEK, EUR stands still, and USD moves as it does in EUR
    found = estimate(history(USD=steps(ZIGZAG), SEK=[-2] * 41), "SEK", ["USD", "EUR"], PLAIN)
    assert [each.volatility for each in found.currencies] == [Decimal("0.1926"), 0]
    assert [each.rate for each in found.currencies] == [Decimal("1.0201"), Decimal("1.0201")]


def test_weekends_and_holidays_are_no_volatility() -> None:
    # the same returns on every seventh day: 52.18 of them a year instead of 365.25
    weekly = {START + timedelta(weeks=n): Decimal("1.01") ** k for n, k in enumerate(steps(ZIGZAG))}
    found = estimate(History("test", "EUR", False, {"USD": weekly}), "EUR", ["USD"], PLAIN)
    assert math.isclose(found.currencies[0].estimated, math.sqrt(R2 * 40 / 39 * 365.25 / 7))


def test_pairs_are_told_from_days_on_which_both_are_quoted() -> None:
    whole = history(USD=steps(ZIGZAG), SEK=steps(ZIGZAG))
    late = {day: rate for day, rate in whole.quotes["SEK"].items() if day >= START + timedelta(days=8)}
    found = estimate(History("test", "EUR", False, {**whole.quotes, "SEK": late}), "EUR", ["USD", "SEK"], PLAIN)
    assert [each.returns for each in found.currencies] == [40, 32]
    assert found.correlations == {("USD", "SEK"): 1}
    early = {day: rate for day, rate in whole.quotes["USD"].items() if day < START + timedelta(days=36)}
    found = estimate(History("test", "EUR", False, {"USD": early, "SEK": late}), "EUR", ["USD", "SEK"], PLAIN)
    assert found.correlations == {}
    assert "USD-SEK: too few days on which both are quoted; taken as uncorrelated" in found.warnings


def test_what_is_odd_is_a_warning() -> None:
    path = {START + timedelta(days=n): Decimal(1) for n in range(400) if not 100 < n < 200 and 60 < n < 380}
    path[START + timedelta(days=300)] = Decimal(10)
    found = estimate(
        History(
            "test", "EUR", False, {"ISK": path, "USD": {START: Decimal(1), START + timedelta(days=399): Decimal(1)}}
        ),
        "EUR",
        ["ISK", "RUB", "USD"],
        FxOptions(since=START),
    )
    assert found.warnings == (
        "ISK: quoted only from 2026-03-03",
        "ISK: not quoted between 2026-04-11 and 2026-07-20",
        "ISK: last quoted 2027-01-15; its rate is of that day",
        "ISK: changes by a factor of 10 from 2026-10-27 to 2026-10-28",
        "ISK: changes by a factor of 0.1 from 2026-10-28 to 2026-10-29",
    )
    assert found.lacking == ("RUB", "USD")


def test_a_volatility_no_case_may_have_is_a_fault() -> None:
    with pytest.raises(InputError, match="at most 5 per year"):
        run(USD=steps([k * 40 for k in ZIGZAG]))


def test_a_history_may_be_old() -> None:
    last = START + timedelta(days=40)
    quotes = history(USD=steps(ZIGZAG))
    assert stale(quotes, last + timedelta(days=60)) is None
    assert stale(quotes, last + timedelta(days=61)) == f"the history ends {last}, 61 days ago"


def test_contradicting_correlations_are_drawn_until_they_can_be() -> None:
    # smallest eigenvalue 1 - 2·0.9·(1 - w) ≥ 0 from w = 0.4445 on: at 0.444, 0.5004; at 0.445, 0.4995
    matrix = np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]])
    values, drawn = possible(["A", "B", "C"], matrix)
    assert drawn == 0.445
    assert [str(value) for value in values.values()] == ["0.4995", "0.4995", "-0.4995"]


@pytest.mark.parametrize("method", ["sample", "ewma"])
def test_what_the_ecb_tells_is_possible_as_written(method: str) -> None:
    history = ecb_history()
    codes = [code for code in sorted(history.quotes) if max(history.quotes[code]) > date(2022, 2, 1)]
    options = FxOptions("ewma" if method == "ewma" else "sample", decay=0.94, until=date(2024, 12, 31))
    found = estimate(history, "EUR", codes, options)
    names = [each.currency for each in found.currencies]
    assert len(names) > 25
    assert is_possible(matrix_of(names, found.correlations))
    by_name = {each.currency: each for each in found.currencies}
    assert by_name["RUB"].last == date(2022, 3, 1)
    assert by_name["BGN"].volatility == Decimal("0.01")  # pegged to the euro
    assert Decimal("0.05") < by_name["USD"].volatility < Decimal("0.1")


def test_windows() -> None:
    found = run(FxOptions(since=START + timedelta(days=5), until=START + timedelta(days=36)), USD=steps(ZIGZAG))
    assert (found.since, found.until) == (START + timedelta(days=5), START + timedelta(days=36))
    assert found.currencies[0].returns == 31
    assert run(FxOptions(until=START + timedelta(days=30)), USD=steps(ZIGZAG)).currencies[0].returns == 30
    assert run(FxOptions(until=START + timedelta(days=29)), USD=steps(ZIGZAG)).lacking == ("USD",)

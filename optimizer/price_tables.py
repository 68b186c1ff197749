"""prices.csv and ceilings.csv: every price and every ceiling as a row of text that says what it is."""

from collections.abc import Iterable

import pandas as pd

from ..inputs.levers import Lever
from ..inputs.texts import to_text
from .ceilings import Ceiling
from .prices import Price

DIGITS = 9  # significant digits of what a solver says
LIMIT = ("kind", "table", "row", "column", "owner", "limit", "value", "unit")
PRICES = (
    *("label", *LIMIT, "direction", "measure", "price", "price_unit", "holds_from", "holds_to", "beyond", "status"),
    *("least_public_money", "plan_public_money"),
)
CEILINGS = ("label", *LIMIT, "direction", "price", "price_unit", "relaxation", "plan", "status")


def price_rows(prices: Iterable[Price]) -> pd.DataFrame:
    """Return prices as text; money in the case's `unit` of the base currency, the limit in its own unit."""
    cells = [
        (
            *(price.label, *_limit(price.lever), price.direction, price.measure, _text(price.price), price.unit),
            *("" if price.price is None else to_text(price.lever.base), _text(price.holds_to), price.beyond),
            *(price.status, _text(price.least), _text(price.outlay)),
        )
        for price in prices
    ]
    return pd.DataFrame(cells, columns=list(PRICES), dtype=object)


def ceiling_rows(ceilings: Iterable[Ceiling]) -> pd.DataFrame:
    """Return ceilings as text: with an amount more room the gain is at most |relaxation − plan| + price·amount."""
    cells = [
        (
            *(each.label, *_limit(each.lever), each.direction, _text(each.price), each.unit),
            *(_text(each.relaxed), _text(each.incumbent), each.status),
        )
        for each in ceilings
    ]
    return pd.DataFrame(cells, columns=list(CEILINGS), dtype=object)


def _limit(lever: Lever) -> tuple[str, ...]:
    place = lever.kind, lever.table, str(lever.row), lever.column, lever.owner
    return *place, lever.words, to_text(lever.base), lever.unit


def _text(value: float | None) -> str:
    """Return a number without exponent, to so many significant digits."""
    return "" if value is None else to_text(float(f"{value:.{DIGITS}g}"))

"""The command `fx`: its arguments and options; what it does is in `estimating.py`."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from .console import Talk
from .errors import talking

DAY = click.DateTime(["%Y-%m-%d"])


def _finite(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """Refuse `nan`, which no bound of a range refuses."""
    if math.isnan(value):
        raise click.BadParameter(f"{value} is not a number", context, parameter)
    return value


@click.command(short_help="Estimate rates, volatilities and correlations from history.")
@click.argument("case", metavar="[CASE]", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the two tables.")
@click.option("--force", is_flag=True, help="Replace currencies.csv and correlations.csv in DIR.")
@click.option("--base", metavar="CODE", help="Base currency; default that of CASE.")
@click.option("--currencies", metavar="CODES", help="Such as USD,JPY; default those of CASE, else all still quoted.")
@click.option("--rates", type=click.Path(path_type=Path), metavar="FILE", help="A file of rates instead of the ECB's.")
@click.option(
    "--quoted",
    type=click.Choice(["per-unit", "per-base"]),
    default="per-unit",
    show_default=True,
    help="FILE has base currency per one unit, or units per one of the base.",
)
@click.option("--quoted-in", metavar="CODE", help="Currency against which FILE is quoted; default the base.")
@click.option(
    "--method",
    type=click.Choice(["sample", "ewma"]),
    default="sample",
    show_default=True,
    help="All quotes weigh the same, or decay into the past.",
)
@click.option(
    "--lambda",
    "decay",
    type=click.FloatRange(0.5, 1, max_open=True),
    default=0.997,
    show_default=True,
    callback=_finite,
    metavar="X",
    help="Decay of ewma per quote: 0.997 halves the weight in 231 quotes, 0.94 in 11.",
)
@click.option(
    "--shrinkage",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    callback=_finite,
    metavar="SHARE",
    help="How far correlations are drawn to the target.",
)
@click.option(
    "--shrink-to",
    type=click.Choice(["constant", "identity"]),
    default="constant",
    show_default=True,
    help="The target: the mean of all pairs, or no correlation.",
)
@click.option(
    "--floor",
    type=click.FloatRange(0, 5),
    default=0.01,
    show_default=True,
    callback=_finite,
    metavar="X",
    help="Least volatility per year, for currencies that are pegged; 0 = none.",
)
@click.option("--since", type=DAY, metavar="DATE", help="First day, such as 2016-10-30; default ten years back.")
@click.option("--until", type=DAY, metavar="DATE", help="Last day; default the last of the history.")
@talking
def fx(
    talk: Talk,
    case: str | None,
    output: Path | None,
    force: bool,
    base: str | None,
    currencies: str | None,
    rates: Path | None,
    quoted: str,
    quoted_in: str | None,
    method: Literal["sample", "ewma"],
    decay: float,
    shrinkage: float,
    shrink_to: Literal["constant", "identity"],
    floor: float,
    since: datetime | None,
    until: datetime | None,
) -> int:
    """Estimate currencies.csv and correlations.csv from the ECB's daily euro rates, or from a file of your own.

    Base and currencies are those of CASE, which may still lack the two tables and whose hedging costs are kept, or
    of --base and --currencies. The rate is the latest of the history. FILE is CSV: `date,currency,rate`, or `date`
    and one column per currency. The ECB's history comes with the extra `fx`; nothing is fetched.

    Without -o the tables are only shown. With --format json: base, since, until, currencies, correlations,
    warnings and files.
    """
    from .estimating import estimate_tables
    from .fx_request import Request

    named = None if currencies is None else tuple(code.strip() for code in currencies.split(","))
    days = (since.date() if since else None, until.date() if until else None)
    source = (rates, quoted == "per-base", quoted_in)
    request = Request(case, base, named, *source, method, decay, shrinkage, shrink_to, floor, *days)
    return estimate_tables(talk, request, output, force=force)

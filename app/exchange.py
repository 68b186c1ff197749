"""The commands `import` and `export`: a subcommand per format, with its own options. The work is in `exchanging`.

A new format is a command here and its name in `IMPORTS` or `EXPORTS`.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click

from .console import Talk
from .errors import talking

FILE = click.Path(path_type=Path)
FORCE = click.option("--force", is_flag=True, help="Replace what is there already.")
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "ODC-BY-1.0", "ODbL-1.0", "PDDL-1.0")


def _rates(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Decimal]:
    """Return rates by currency; refuse what is not CODE=NUMBER, more than 0, each code once."""
    found: dict[str, Decimal] = {}
    for value in values:
        code, _, number = value.partition("=")
        try:
            rate = Decimal(number)
        except ArithmeticError:
            rate = Decimal("nan")
        if not rate.is_finite() or rate <= 0 or not code or code in found:
            raise click.BadParameter(f"{value!r} is not a rate such as SEK=0.0869, once a currency", context, parameter)
        found[code] = rate
    return found


@click.command("sdmx-rates", short_help="Exchange rates in SDMX-CSV (ECB) → currencies.csv, rates.csv.")
@click.argument("file", metavar="FILE", type=FILE)
@click.argument("folder", metavar="DIR", type=FILE)
@click.option("--series", metavar="KEY", help="Series of the reference rates, such as D.SP00.A; needed where several.")
@click.option("--planning", metavar="KEY", help="Series of the planning rates, of the case's frequency.")
@click.option("--at", metavar="TIME", help="Time of the reference rates; default the last before the plan begins.")
@click.option("--base", metavar="CODE", help="Base currency of a new folder; default EUR.")
@click.option(
    "--digits", type=click.IntRange(4, 28), default=12, show_default=True, help="Significant digits of a rate."
)
@FORCE
@talking
def import_sdmx_rates(talk: Talk, file: Path, folder: Path, **named: Any) -> int:
    """Read exchange rates from the SDMX-CSV file FILE into the case in DIR, or into a new folder.

    FILE needs the columns FREQ, CURRENCY, CURRENCY_DENOM, TIME_PERIOD and OBS_VALUE (units of CURRENCY per one
    CURRENCY_DENOM), as the ECB's data portal exports them; the series is FREQ.EXR_TYPE.EXR_SUFFIX. Rates are inverted
    to base currency per unit, to --digits. currencies.csv keeps volatilities, hedge costs and currencies that FILE
    lacks; observations of the case's own frequency within the plan become rates.csv. A daily file is also a history
    for `fundalign fx --rates FILE`.
    """
    from .exchanging import read_rates

    return read_rates(talk, file, folder, **named)


@click.command("call-ranking", short_help="A joint call's ranking list and budgets (CSV, xlsx) → a case.")
@click.argument("file", metavar="FILE", type=FILE)
@click.argument("folder", metavar="DIR", type=FILE)
@click.option("--budgets", type=FILE, metavar="FILE", help="The funders' budgets; default another sheet of FILE.")
@click.option("--sheet", metavar="NAME", help="Sheet of the ranking list, where FILE is a workbook of several.")
@click.option("--budgets-sheet", metavar="NAME", help="Sheet of the budgets.")
@click.option("--header-row", type=click.IntRange(1), default=1, show_default=True, help="Row with the titles.")
@click.option("--map", "mapped", multiple=True, metavar="FIELD=TITLE", help="Title of a field of the ranking list.")
@click.option("--map-budgets", multiple=True, metavar="FIELD=TITLE", help="Title of a field of the budgets.")
@click.option("--first-period", required=True, metavar="PERIOD", help="First period of the plan, such as 2027.")
@click.option("--periods", type=click.IntRange(1, 1200), metavar="N", help="Periods; default until all projects end.")
@click.option(
    "--frequency", type=click.Choice(["Y", "H", "Q", "M"]), default="Y", show_default=True, help="Of periods."
)
@click.option("--name", metavar="TEXT", help="Name of the call; default that of FILE.")
@click.option("--base", default="EUR", show_default=True, metavar="CODE", help="Base currency.")
@click.option("--rate", "rates", multiple=True, callback=_rates, metavar="CODE=X", help="Base currency per unit.")
@click.option(
    "--value",
    type=click.Choice(["score", "requested", "equal"]),
    default="score",
    show_default=True,
    help="What a project is worth: its score, what it asks for, or 1.",
)
@click.option(
    "--ranks",
    type=click.Choice(["bind", "free"]),
    default="bind",
    show_default=True,
    help="Whether no project is funded while a better ranked one is not.",
)
@FORCE
@talking
def import_call_ranking(talk: Talk, file: Path, folder: Path, **named: Any) -> int:
    """Make a case in DIR from the ranking list FILE of a joint call, one row per partner.

    Fields of the ranking list: rank, project, acronym, title, topic, partner, country, funder, requested, own,
    currency, duration_months, start, score; needed are rank, project, partner, country, funder, requested and
    duration_months. Of the budgets: funder, budget, currency, name, kind (public, private or matching), ratio (of a
    top-up), first_period, last_period, carry_over; needed are funder and budget. Amounts are in whole currency units. A
    title is a field's name or mapped to it: --map requested='Requested budget (EUR)'. All faults are told at once, with
    row and column.

    Every funder pays its own partners only; what partners bring themselves ('own') is a party and a private funder.
    """
    from .exchanging import read_call

    return read_call(talk, file, folder, **named)


@click.command("sdmx-rates", short_help="The rates of a case → SDMX-CSV.")
@click.argument("subject", metavar="RUN|CASE")
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--at", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day of the reference rates, YYYY-MM-DD.")
@FORCE
@talking
def export_sdmx_rates(talk: Talk, subject: str, file: Path, **named: Any) -> int:
    """Write the rates of a case as SDMX-CSV: reference rates as a daily series, rates.csv in the case's frequency.

    Values are units per one of the base currency to 15 significant digits, so that rates of up to 12 digits come back
    unchanged by `import sdmx-rates`.
    """
    from .exchanging import write_rates

    return write_rates(talk, subject, file, **named)


@click.command("iati", short_help="Commitments and disbursements of a run → IATI-like CSV.")
@click.argument("subject", metavar="RUN")
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--organisation", required=True, metavar="REF", help="Identifier of the reporting organisation.")
@FORCE
@talking
def export_iati(talk: Talk, subject: str, file: Path, **named: Any) -> int:
    """Write what a run commits and pays as a flat CSV in the terms of IATI 2.03, one row per transaction.

    Type 2 is an outgoing commitment, dated on the first day of its period, type 3 a disbursement, dated on the last.
    Amounts are those of commitments.csv and funding.csv; where no commitment ceiling applies, all that is paid on a
    line is committed when its first milestone begins. The run is verified first. Dates are those of a plan: IATI's own
    register takes transactions of the past only.
    """
    from .exchanging import write_iati

    return write_iati(talk, subject, file, **named)


@click.command("datapackage", short_help="A run or case with a Frictionless descriptor (datapackage.json).")
@click.argument("subject", metavar="RUN|CASE")
@click.argument("folder", metavar="[DIR]", type=FILE, required=False)
@click.option("--licence", type=click.Choice(LICENCES), help="Licence under which the tables are published.")
@FORCE
@talking
def export_datapackage(talk: Talk, subject: str, folder: Path | None, **named: Any) -> int:
    """Describe the tables of a run (or case) in datapackage.json, beside them or with copies of them in the new DIR.

    A Tabular Data Package with a Table Schema per table: types, units, one sentence per column, keys and references;
    fiscal concepts as `columnType`. A run is verified first.
    """
    from .exchanging import write_datapackage

    return write_datapackage(talk, subject, folder, **named)


IMPORTS: Final = (import_call_ranking, import_sdmx_rates)
EXPORTS: Final = (export_datapackage, export_iati, export_sdmx_rates)


def _group(name: str, says: str, formats: tuple[click.Command, ...]) -> click.Group:
    group = click.Group(name, help=says, short_help=says.split(".")[0] + ".", subcommand_metavar="FORMAT ARGUMENTS ...")
    for command in formats:
        group.add_command(command)
    return group


import_: Final = _group(
    "import",
    "Make a case, or tables of one, from another format. Nothing is written where anything is wrong, and nothing "
    "replaced without --force.",
    IMPORTS,
)
export: Final = _group(
    "export",
    "Write a run or a case in another format. Nothing is replaced without --force.",
    EXPORTS,
)

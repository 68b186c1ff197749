"""Whether a run is vouched for: by its manifest, by the version that reads it, and by its own sums.

This is what costs nothing to look at; `verify` recomputes the run as a whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

from .compare_tables import decimal, total
from .compare_units import Record
from .plan import NUMBERS, Run
from .verify_manifest import check_case_files

MOST = 5


def doubts(run: Run, folder: Path | None, tables: Mapping[str, Sequence[Record]]) -> tuple[str, ...]:
    """Return why not to take a run at its word; nothing for a run as this version of the program wrote it."""
    found = [*_written(run, folder), *_numbers(tables)]
    if run.plan is not None and not found:
        found = [*_sums(run, tables)]
    return tuple(found)


def _written(run: Run, folder: Path | None) -> Iterator[str]:
    if folder is None:
        if not run.genuine:
            yield "it is not as it was written, or another version wrote it"
        return
    versions = run.manifest.get("versions")
    theirs = versions.get("fundalign") if isinstance(versions, Mapping) else None
    if theirs != version("fundalign"):
        yield f"fundalign {theirs or 'of an unknown version'} wrote it, this is {version('fundalign')}"
    faults = check_case_files(folder, run.manifest)
    yield from faults[:MOST]
    if len(faults) > MOST:
        yield f"{len(faults) - MOST} more files are not as they were written"


def _numbers(tables: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    """Yield the tables that have something else where a number should be."""
    for name, rows in tables.items():
        wrong = sum(bool(row.get(c)) and decimal(row[c]) is None for row in rows for c in NUMBERS[name])
        if wrong:
            yield f"{name}.csv: {wrong} cell{'s are no numbers' if wrong > 1 else ' is no number'}"


def _sums(run: Run, tables: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    """Yield where summary.json, portfolio.csv, flows.csv and funding.csv do not say the same of all money."""
    paid = total([decimal(row.get("amount_base")) or Decimal(0) for row in tables.get("funding", ())])
    stated = run.summary.get("totals")
    if isinstance(stated, Mapping) and decimal(str(stated.get("all"))) != paid:
        yield f"summary.json says {stated.get('all')} is paid in all, funding.csv {paid}"
    flows = total([decimal(row.get("amount_base")) or Decimal(0) for row in tables.get("flows", ())])
    if flows != paid:
        yield f"flows.csv sums to {flows}, funding.csv to {paid}"
    counts = run.summary.get("counts")
    funded = sum(row.get("funded") == "true" for row in tables.get("portfolio", ()))
    if isinstance(counts, Mapping) and counts.get("funded") != funded:
        yield f"summary.json says {counts.get('funded')} initiatives are funded, portfolio.csv {funded}"

"""What the commands `import` and `export` do: refusals first, then reading, then writing, then what is said of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.faults import InputError, NotVerified, UsageError, did_you_mean
from .console import Talk
from .errors import invalid_input
from .exits import Exit
from .folders import case_path, output_folder

if TYPE_CHECKING:
    from ..inputs.import_call import Call, Imported
    from ..inputs.import_rates import Found
    from ..inputs.import_sheet import Sheet
    from ..results.plan import Run

SHOWN = 3
SOURCE = "the file"


def read_rates(
    talk: Talk,
    file: Path,
    folder: Path,
    series: str | None,
    planning: str | None,
    at: str | None,
    base: str | None,
    digits: int,
    force: bool,
) -> int:
    """Import SDMX-CSV rates into a folder."""
    from ..inputs.import_rates import FILES, Wanted, rate_files, rates_of, target_of
    from ..inputs.import_sdmx import read_sdmx

    _refuse_files(folder, FILES, force)
    target = target_of(folder, base)
    try:
        found = rates_of(read_sdmx(file), target, Wanted(series, planning, at, digits))
    except InputError as error:
        return invalid_input(talk, error, SOURCE)
    texts = rate_files(found)
    folder.mkdir(parents=True, exist_ok=True)
    files = [str(_write(folder / name, text)) for name, text in texts.items()]
    if found.kept:
        talk.log.warning(f"not in {file.name}, left as they are: {', '.join(found.kept)}")
    return _told_of_rates(talk, target.base, digits, found, files)


def _told_of_rates(talk: Talk, base: str, digits: int, found: Found, files: list[str]) -> int:
    """Say which rates were written, of which time and to how many digits."""
    stated = f"{base} per unit, to {digits} significant digits"
    if talk.wants_json:
        rows = [
            {"currency": row.currency, "rate": f"{row.rate:f}", "time": found.times.get(row.currency)}
            for row in found.currencies
        ]
        planned = [{"currency": r.currency, "period": r.period, "rate": f"{r.rate:f}"} for r in found.rates]
        told = {"base": base, "digits": digits, "series": found.series, "planning": found.planning}
        talk.data({**told, "currencies": rows, "rates": planned, "kept": list(found.kept), "files": files})
    else:
        lines = [f"{code}  {time}" for code, time in found.times.items()]
        talk.show(f"reference rates of {found.series} ({stated}):", *lines)
        if found.rates:
            talk.show(f"planning rates of {found.planning}: {len(found.rates)} in rates.csv")
        talk.show(f"written: {', '.join(files)}")
    return Exit.DONE


def read_call(
    talk: Talk,
    file: Path,
    folder: Path,
    budgets: Path | None,
    sheet: str | None,
    budgets_sheet: str | None,
    header_row: int,
    mapped: tuple[str, ...],
    map_budgets: tuple[str, ...],
    frequency: Any,
    value: Any,
    ranks: str,
    force: bool,
    **named: Any,
) -> int:
    """Import a ranking list and budgets as a new case."""
    from ..inputs.import_call import Call, case_of
    from ..inputs.import_ranking import Source, budget_fields, ranking_fields
    from ..inputs.import_ranking import read_call as read
    from ..inputs.import_sheet import parse_mapping
    from ..inputs.read import write_case
    from ..results.complete import complete

    if budgets is None and budgets_sheet is None:
        raise UsageError("give the funders' budgets: --budgets FILE, or --budgets-sheet NAME of the same workbook")
    output_folder(file, folder, force, refuse=_refuse_case)
    ranking = Source(file, sheet, header_row, parse_mapping(mapped, ranking_fields()))
    money = Source(
        budgets or file, budgets_sheet, 1 if budgets else header_row, parse_mapping(map_budgets, budget_fields())
    )
    call = Call(
        named["name"] or file.stem,
        named["base"],
        named["first_period"],
        named["periods"],
        frequency,
        value,
        ranks == "bind",
        named["rates"],
    )
    _check_call(call)
    try:
        sheets = read(ranking, money, frequency, value == "score")
        found = case_of(sheets, call)
    except InputError as error:
        return invalid_input(talk, error, "the call")
    with complete(folder) as temporary:
        write_case(found.case, temporary)
    return _told_of_call(talk, folder, found, (sheets.ranking, sheets.budgets))


def _told_of_call(talk: Talk, folder: Path, found: Imported, sheets: Sequence[Sheet]) -> int:
    """Say what an imported case holds, and what its reader should know."""
    unused = [f"not used of {each.file}: {', '.join(each.unused)}" for each in sheets if each.unused]
    for note in (*unused, *found.notes, *map(str, found.case.warnings)):
        talk.log.warning(note)
    counts = {name: len(rows) for name, rows in found.case.tables.items() if rows}
    if talk.wants_json:
        talk.data({"case": str(folder), "rows": counts, "notes": [*unused, *found.notes]})
    else:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        talk.show(f"{folder}: {told}", f"next: fundalign check {folder}; fundalign solve {folder}")
    return Exit.DONE


def _check_call(call: Call) -> None:
    """Raise UsageError for options that are no currency, rate of one, period or name."""
    from ..inputs.cells import is_label
    from ..inputs.money import MINOR_DIGITS
    from ..inputs.periods import EXAMPLES, ordinal

    for option, codes in (("--base", [call.currency]), ("--rate", call.rates)):
        for code in codes:
            if code not in MINOR_DIGITS:
                hint = did_you_mean(code, MINOR_DIGITS, "such as EUR")
                raise UsageError(f"{option} {code}: no ISO 4217 currency code; {hint}")
    if call.currency in call.rates:
        raise UsageError(f"--rate {call.currency}: it is the base currency")
    try:
        ordinal(call.first_period, call.frequency)
    except ValueError:
        told = f"a period of frequency {call.frequency} such as {EXAMPLES[call.frequency]}"
        raise UsageError(f"--first-period {call.first_period}: {told}") from None
    if not is_label(call.name):
        raise UsageError(f"--name {call.name!r}: a name of one line, without '/'")


def write_rates(talk: Talk, subject: str, file: Path, at: datetime, force: bool) -> int:
    """Export the rates of a case."""
    from ..inputs.import_rates import export_sdmx
    from ..inputs.read import read_case
    from ..inputs.tables import CurrencyRow, RateRow

    _refuse_file(file, force)
    path = Path(subject)
    case = read_case(path / "case" if _is_run(path) else case_path(subject))
    reference = {row.currency: row.rate for row in case.rows(CurrencyRow)}
    if not reference:
        raise UsageError(f"{subject} has no currencies other than {case.base}: no rates to write")
    planning = {(row.currency, _sdmx_time(row.period)): row.rate for row in case.rows(RateRow)}
    _write(file, export_sdmx(case.base, reference, planning, at.date().isoformat()))
    return _said(talk, {"reference": len(reference), "planning": len(planning)}, "rates", [file])


def _sdmx_time(label: str) -> str:
    """Return the label of a period as SDMX writes it: 2027Q3 as 2027-Q3."""
    return f"{label[:4]}-{label[4:]}" if label[4:5] in ("Q", "H") else label


def write_iati(talk: Talk, subject: str, file: Path, organisation: str, force: bool) -> int:
    """Export the transactions of a run."""
    from ..results.export_iati import COMMITMENT, DISBURSEMENT, iati_text, transactions

    _refuse_file(file, force)
    run = _verified(talk, Path(subject))
    rows = transactions(run, organisation)
    _write(file, iati_text(rows))
    counts = {
        words: sum(row["transaction-type"] == code for row in rows)
        for code, words in ((COMMITMENT[0], "commitments"), (DISBURSEMENT[0], "disbursements"))
    }
    return _said(talk, counts, "transactions", [file])


def write_datapackage(talk: Talk, subject: str, folder: Path | None, licence: str | None, force: bool) -> int:
    """Export a run or a case with its descriptor."""
    import json

    from ..inputs.read import read_case
    from ..results.complete import complete
    from ..results.export_datapackage import FILE, describe_case, describe_run

    path = Path(subject) if _is_run(Path(subject)) else case_path(subject)
    if folder is None:
        _refuse_file(path / FILE, force)
    else:
        output_folder(path, folder, force, refuse=_refuse_package)
    if _is_run(path):
        packed = describe_run(_verified(talk, path).case, path, licence)
    else:
        packed = describe_case(read_case(path), path, licence)
    if licence is None:
        talk.log.warning("no licence is named, so nobody may use the tables: --licence, such as CC-BY-4.0")
    text = json.dumps(packed.descriptor, indent=2, ensure_ascii=False) + "\n"
    if folder is None:
        _write(path / FILE, text)
        return _said(talk, {"tables": len(packed.files)}, "tables described", [path / FILE])
    with complete(folder) as temporary:
        for name in packed.files:
            (temporary / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(path / name, temporary / name)
        (temporary / FILE).write_text(text, encoding="utf-8", newline="\n")
    return _said(talk, {"tables": len(packed.files)}, "tables described", [folder / FILE])


def _said(talk: Talk, counts: Mapping[str, int], what: str, files: Sequence[Path]) -> int:
    names = [str(file) for file in files]
    if talk.wants_json:
        talk.data({**counts, "files": names})
    else:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        talk.show(f"{what}: {told}", f"written: {', '.join(names)}")
    return Exit.DONE


def _is_run(path: Path) -> bool:
    return (path / "summary.json").is_file() and (path / "case").is_dir()


def _verified(talk: Talk, path: Path) -> Run:
    """Return the run in a folder; NotVerified where it does not hold, UsageError where there is none."""
    from ..results.store import read_run
    from ..results.verify import verify

    if not path.exists():
        raise UsageError(f"no such run folder: {path}")
    run = read_run(path)
    if run.plan is None:
        raise UsageError(f"{path} has no plan, so there is nothing to export")
    with talk.waiting(f"verifying {path}"):
        audit = verify(path)
    if not audit.holds:
        more = f" and {len(audit.faults) - SHOWN} more" if len(audit.faults) > SHOWN else ""
        raise NotVerified(f"{path} does not hold: {'; '.join(audit.faults[:SHOWN])}{more}")
    return run


def _refuse_files(folder: Path, names: Sequence[str], force: bool) -> None:
    """Raise UsageError where tables cannot be written to a folder, or are there already (unless `force`)."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    there = [name for name in names if (folder / name).exists()]
    if there and not force:
        raise UsageError(f"{folder} has {' and '.join(there)} already; --force replaces them")
    _refuse_place(folder)


def _refuse_file(file: Path, force: bool) -> None:
    """Raise UsageError where a file cannot be written, or is there already (unless `force`)."""
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name a file")
    if file.exists() and not force:
        raise UsageError(f"{file} exists already; --force replaces it")
    _refuse_place(file)


def _refuse_place(path: Path) -> None:
    ancestor = next(parent for parent in path.resolve().parents if parent.exists())
    if not ancestor.is_dir() or not os.access(ancestor, os.W_OK | os.X_OK):
        raise UsageError(f"{path} cannot be written: {ancestor} is no folder that may be written to")


def _refuse_case(folder: Path, force: bool) -> None:
    from ..results.complete import refuse_taken

    refuse_taken(folder, force, "a case alone", _is_case)


def _refuse_package(folder: Path, force: bool) -> None:
    from ..results.complete import refuse_taken

    refuse_taken(folder, force, "a data package", _is_package)


def _is_case(folder: Path) -> bool:
    """Tell whether a folder holds a case and nothing else."""
    from ..inputs.files import TOMLS
    from ..inputs.tables import TABLES

    known = {*TOMLS, *(f"{name}.csv" for name in TABLES)}
    return (folder / "case.toml").is_file() and all(path.name in known for path in folder.iterdir())


def _is_package(folder: Path) -> bool:
    """Tell whether a folder holds a descriptor and tables, and nothing else."""
    known = all(path.name in ("datapackage.json", "case") or path.suffix == ".csv" for path in folder.iterdir())
    return (folder / "datapackage.json").is_file() and known


def _write(path: Path, text: str) -> Path:
    """Write a file complete or not at all, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part{os.getpid()}")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)
    return path

"""From a run folder to its report on disk: verified first, nothing written where the run does not hold.

The run folder may hold `report.html` and `report.xlsx`; anything else of a report goes elsewhere, so that the folder
stays a run. Nothing is overwritten without `force`, and with it only a report of ours.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.faults import Fault, InputError, NotVerified, UsageError
from .added import add_files
from .compare_trust import doubts
from .folder import is_run
from .shown import Record, rows_of
from .store import read_run
from .verify_files import UnreadableError, read_json, read_table

if TYPE_CHECKING:
    from .report_material import Material

PAGE, BOOK = "report.html", "report.xlsx"
FRONTIER = "frontier"
ANSWERS = ("tornado", "sensitivity", "initiatives", "alternatives", "prices", "ceilings", "why")
DOCUMENTS = ("explanation",)
NEEDED = {
    "tornado": ("limit", "base", "low_value", "low_least", "low_most", "high_value", "high_least", "high_most"),
    "frontier": ("point", "goal", "value"),
}
SHOWN = 5
CLAIM = b'name="generator" content="fundalign'


@dataclass(frozen=True)
class Written:
    """What was written: the files, and the material they were made from."""

    files: tuple[Path, ...]
    material: "Material"


def report(
    run: str | Path, outputs: Sequence[str | Path] = (), frontier: str | Path | None = None, force: bool = False
) -> Written:
    """Write the report of a run folder: a page and a workbook, into the folder or to `outputs`.

    An output that ends in .html or .xlsx is a file, any other a folder for both. `frontier` is the folder of one of the
    same case. Raises UsageError before any work (no such run, an output exists), InputError when a file cannot be read,
    NotVerified when the run does not hold.
    """
    folder = Path(run)
    check_run(folder)
    targets = targets_of(folder, [Path(each) for each in outputs], force)
    material = material_of(folder, None if frontier is None else Path(frontier))
    return Written(write_report(material, targets), material)


def write_report(material: "Material", targets: Sequence[Path]) -> tuple[Path, ...]:
    """Write the page and the workbook of gathered material to the targets."""
    from .report import page
    from .report_parts import assemble
    from .workbook import workbook

    made = assemble(material)
    books = any(target.suffix == ".xlsx" for target in targets)
    contents: dict[Path, bytes] = {}
    for target in targets:
        contents[target] = workbook(made) if target.suffix == ".xlsx" else page(made, books).encode("utf-8")
    add_files(contents)
    return tuple(contents)


def check_run(folder: Path) -> None:
    """Raise UsageError where a path is no run folder."""
    if not folder.is_dir():
        raise UsageError(f"no such run folder: {folder}")
    if (folder / "frontier.csv").is_file() and not (folder / "summary.json").exists():
        raise UsageError(f"{folder} is a frontier; report one of its points, such as {folder / 'points' / '01'}")
    if not (folder / "summary.json").exists() or not (folder / "case").is_dir():
        raise UsageError(f"{folder} is not a run folder: no summary.json and case/ in it")


def targets_of(folder: Path, outputs: Sequence[Path], force: bool) -> tuple[Path, ...]:
    """Return the files to write; UsageError where one may not be written."""
    targets: list[Path] = []
    for output in outputs or [folder]:
        single = output.suffix.lower() in (".html", ".xlsx") and not output.is_dir()
        targets += [output] if single else [output / PAGE, output / BOOK]
    twice = [str(target) for k, target in enumerate(targets) if target in targets[:k]]
    if twice:
        raise UsageError(f"{twice[0]} is asked for twice")
    for target in targets:
        _check_target(folder, target, force)
    return tuple(targets)


def _check_target(folder: Path, target: Path, force: bool) -> None:
    place = target.resolve().parent
    inside = next((each for each in (place, *place.parents) if is_run(each)), None)
    if inside is not None and (place != folder.resolve() or target.name not in (PAGE, BOOK)):
        told = f"{target} would be a foreign file in the run {inside}"
        raise UsageError(f"{told}; in its own run folder a report is called {PAGE} and {BOOK}")
    if target.is_symlink() or target.is_dir():
        raise UsageError(f"{target} is a {'link' if target.is_symlink() else 'folder'}; choose another name with -o")
    if target.exists() and not force:
        raise UsageError(f"{target} exists already; choose another place (-o) or replace it (--force, or force=True)")
    if target.exists() and not _is_report(target):
        raise UsageError(f"{target} is not a report and is not replaced, not even with --force")
    ancestor = next(parent for parent in (place, *place.parents) if parent.exists())
    if not ancestor.is_dir():
        raise UsageError(f"{target} cannot be written: {ancestor} is no folder")


def _is_report(path: Path) -> bool:
    """Tell whether a file is a report of ours."""
    if path.suffix.lower() == ".html":
        with path.open("rb") as file:
            return CLAIM in file.read(2048)
    try:
        with zipfile.ZipFile(path) as book:
            return b"<dc:creator>fundalign</dc:creator>" in book.read("docProps/core.xml")
    except (zipfile.BadZipFile, KeyError):
        return False


def material_of(folder: Path, frontier: Path | None = None) -> "Material":
    """Read and verify a run folder, with what was added to it, and the frontier that it is a point of, or another.

    Raises NotVerified with what does not hold, InputError for files that cannot be read.
    """
    from .report_material import Material
    from .verify import verify

    run, audit = read_run(folder), verify(folder)
    tables = {} if run.plan is None else {name: rows_of(frame) for name, frame in run.plan.tables.items()}
    if run.plan is not None and not audit.holds:
        raise NotVerified(_broken(folder, audit.faults))
    found = doubts(run, folder, tables)
    changed = [doubt for doubt in found if not doubt.startswith("fundalign ")]
    if changed:
        raise NotVerified(_broken(folder, changed))
    added, documents = _added(folder)
    beside = frontier if frontier is not None else _own_frontier(folder)
    if beside is not None:
        rows, document = read_frontier(beside, run.case.settings.name)
        added[FRONTIER], documents[FRONTIER] = rows, document
    manifest = folder / "manifest.json"
    fingerprint = sha256(manifest.read_bytes()).hexdigest()[:12]
    return Material(run, audit if run.plan is not None else None, added, documents, found, run.manifest, fingerprint)


def _broken(folder: Path, faults: Sequence[str]) -> str:
    more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return f"the run {folder} does not hold: {'; '.join(faults[:SHOWN])}{more} (fundalign verify {folder} shows all)"


def _own_frontier(folder: Path) -> Path | None:
    home = folder.resolve().parent
    return home.parent if home.name == "points" and (home.parent / "frontier.csv").is_file() else None


def _added(folder: Path) -> tuple[dict[str, list[Record]], dict[str, Mapping[str, Any]]]:
    """Return the tables and documents that were added to a run; InputError with all faults of them."""
    added: dict[str, list[Record]] = {}
    documents: dict[str, Mapping[str, Any]] = {}
    faults: list[Fault] = []
    for name in ANSWERS:
        if (folder / f"{name}.csv").exists():
            added[name] = _rows(folder, name, faults)
    for name in DOCUMENTS:
        if (folder / f"{name}.json").exists():
            try:
                documents[name] = read_json(folder / f"{name}.json")
            except UnreadableError as error:
                faults += _faults(f"{name}.json", error)
                continue
            if not _is_explanation(documents[name]):
                told = "conflicts with rules, and repairs with steps"
                faults.append(Fault(f"{name}.json", None, None, None, told, "it is not as fundalign writes it"))
    if faults:
        raise InputError(faults)
    return added, documents


def _is_explanation(document: Mapping[str, Any]) -> bool:
    """Tell whether a document has the lists that the report reads, as far as it has any."""
    for outer, inner in (("conflicts", "rules"), ("repairs", "steps")):
        for each in _list(document.get(outer)):
            if not isinstance(each, dict) or not all(isinstance(part, dict) for part in _list(each.get(inner))):
                return False
            if not all(isinstance(cell, dict) for part in _list(each.get(inner)) for cell in _list(part.get("cells"))):
                return False
    return True


def _list(value: object) -> list[Any]:
    """Return a list; nothing for nothing, and what is none as a list of itself, which then is seen to be none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _rows(folder: Path, name: str, faults: list[Fault]) -> list[Record]:
    file = f"{name}.csv"
    try:
        frame = read_table(folder / file)
    except UnreadableError as error:
        faults += _faults(file, error)
        return []
    missing = [column for column in NEEDED.get(name, ()) if column not in frame.columns]
    faults += [Fault(file, 1, column, None, "a column as fundalign writes it", "it is missing") for column in missing]
    return rows_of(frame)


def _faults(file: str, error: UnreadableError) -> list[Fault]:
    return [Fault(file, row, None, None, "a file as fundalign writes it", words) for row, words in error.reasons]


def read_frontier(folder: Path, case: str) -> tuple[list[Record], Mapping[str, Any]]:
    """Return the points and the document of a frontier; UsageError where it is none, or of another case."""
    if not (folder / "frontier.csv").is_file() or not (folder / "frontier.json").is_file():
        raise UsageError(f"{folder} is not the folder of a frontier: no frontier.csv and frontier.json in it")
    faults: list[Fault] = []
    rows = _rows(folder, FRONTIER, faults)
    try:
        document = read_json(folder / "frontier.json")
    except UnreadableError as error:
        document, faults = {}, faults + _faults("frontier.json", error)
    if faults:
        raise InputError(faults)
    if document.get("case") != case:
        raise UsageError(
            f"{folder} is a frontier of {json.dumps(document.get('case'))}, the run is of {json.dumps(case)}"
        )
    return rows, document

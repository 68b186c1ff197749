"""Checks manifest.json of a run folder: what the run was made from, and that its case is still what was solved.

Source: results.md, a run folder.
"""

from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..inputs.case import Case
from .verify_files import changed_files
from .verify_rows import plain
from .verify_summary import number

_FILE = "manifest.json"
_SLACK = Fraction(1, 10**9)


def check_case_files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Return a fault for each file of case/ and approved/ that is not as it was written.

    Where the manifest does not tell, that is one.
    """
    if "case_files" not in manifest:
        return [f"{_FILE}: case_files is missing"]
    hashes = manifest["case_files"]
    if not isinstance(hashes, Mapping):
        return [f"{_FILE}: case_files is not a table of names"]
    approved = manifest.get("approved_files", {})
    if not isinstance(approved, Mapping):
        return [f"{_FILE}: approved_files is not a table of names"]
    return changed_files(folder, hashes) + changed_files(folder, approved, "approved") + check_summary(folder, manifest)


def check_summary(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Return a fault where summary.json is not as it was written: nobody can recompute its bound."""
    path = folder / "summary.json"
    now = sha256(path.read_bytes()).hexdigest() if path.is_file() else None
    return [] if now == manifest.get("summary") else ["summary.json is not as it was written"]


def check_manifest(case: Case, manifest: Mapping[str, Any], summary: Mapping[str, Any]) -> list[str]:
    """Return the faults of the other entries: case, versions, options and replay.

    An `optimal` plan of the summary is within the gap of the options.
    """
    entries = ("case", "versions", "options", "replay")
    faults = [f"{_FILE}: {name} is missing" for name in entries if name not in manifest]
    if "case" in manifest and manifest["case"] != case.settings.name:
        faults.append(f"{_FILE}: case is {manifest['case']!r}, should be {case.settings.name!r}")
    if "versions" in manifest and not _texts(manifest["versions"]):
        faults.append(f"{_FILE}: versions does not name the version of each program")
    if manifest.get("case_hash", case.hash) != case.hash:
        faults.append(f"{_FILE}: case_hash is not that of case/")
    replay = manifest.get("replay")
    start = ["fundalign", "solve" if case.approved is None else "replan", "case"]
    if "replay" in manifest and (not isinstance(replay, str) or replay.split()[:3] != start):
        faults.append(f"{_FILE}: replay should start with {' '.join(start)}")
    if "options" in manifest:
        faults += _check_options(manifest["options"], summary)
    return faults


def _texts(versions: object) -> bool:
    if not isinstance(versions, Mapping) or not versions:
        return False
    return all(isinstance(text, str) and text for text in versions.values())


def _check_options(options: object, summary: Mapping[str, Any]) -> list[str]:
    if not isinstance(options, Mapping):
        return [f"{_FILE}: options is not a table of names"]
    allowed, gap = number(options.get("gap")), number(summary.get("gap"))
    if allowed is None or allowed < 0:
        return [f"{_FILE}: options: gap is {options.get('gap')!r}, should be a number, 0 or more"]
    if summary.get("status") == "optimal" and gap is not None and gap > allowed + _SLACK:
        return [f"summary.json: status is optimal, but the gap {plain(gap)} is above the {plain(allowed)} asked for"]
    return []

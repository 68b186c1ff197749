"""manifest.json: what a run was made from, so that it can be made again anywhere."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from ..inputs.case import Case


def make_manifest(case: Case, options: Mapping[str, Any], hashes: Mapping[str, str]) -> dict[str, Any]:
    """Return input hashes (SHA-256), options, versions and a replay command that names no machine.

    `inputs` are the files as given; `case_hash` is of settings and tables as solved, whatever files they came in.
    """
    given = {"gap": "--gap", "time_limit": "--time-limit", "seed": "--seed", "threads": "--threads"}
    words = [f"{flag} {options[name]}" for name, flag in given.items() if options.get(name) is not None]
    return {
        "case": case.settings.name,
        "inputs": dict(hashes),
        "case_hash": case.hash,
        "options": dict(options),
        "seed": options.get("seed"),
        "versions": {
            "fundalign": version("fundalign"),
            "python": platform.python_version(),
            "pyomo": version("pyomo"),
            "highs": version("highspy"),
        },
        "replay": " ".join([_command(case), "-o replay", *words]),
    }


def _command(case: Case) -> str:
    """Return the command that makes such a run; a re-plan's starts from the approved plan that its folder holds."""
    if case.approved is None:
        return "fundalign solve case"
    flags = {"frozen_until": "--frozen-until", "max_change": "--max-change", "price": "--price"}
    asked = [f"{flags[name]} {value}" for name, value in case.approved.terms.items() if value is not None]
    return " ".join(["fundalign replan case --from approved", *asked])

"""CBC's log and solution file, read."""

from __future__ import annotations

import re

import numpy as np

from fundalign.optimizer.compile import Floats

NUMBER = r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)"
PLAN = re.compile(rf"Integer solution of {NUMBER} found")
BOUNDS = (
    re.compile(rf"^Continuous objective value is {NUMBER}"),
    re.compile(rf"At root node, \d+ cuts changed objective from \S+ to {NUMBER}"),
    re.compile(rf"best possible {NUMBER}"),
)
NONE = 1e40  # CBC writes 1e+50 for "none yet"


def _number(found: re.Match[str] | None) -> float | None:
    value = None if found is None else float(found.group(1))
    return None if value is None or abs(value) > NONE else value


def events_of(line: str) -> tuple[float | None, float | None]:
    """Return the plan and the bound that a line of the log tells (of the minimisation), None for neither."""
    found = next((hit for pattern in BOUNDS if (hit := pattern.search(line))), None)
    return _number(PLAN.search(line)), _number(found)


def solution_of(text: str, columns: int) -> tuple[str, Floats | None]:
    """Return CBC's word for the status and its point (None where it has no plan) from its solution file."""
    lines = text.splitlines()
    if not lines:
        return "no solution file", None
    status = lines[0].split(" - objective")[0].strip()
    if "infeasible" in lines[0].lower() or "no integer solution" in lines[0]:
        return status, None
    x = np.zeros(columns)
    for line in lines[1:]:
        _, name, value = line.replace("**", "").split()[:3]
        x[int(name[1:])] = float(value)
    return status, x

"""The benchmark's cases by name: generated ones, shipped ones, folders, knapsacks.

hard-N soft-N call-N   tools/bench/generate.py
knapsack-N-M           a random 0-1 knapsack of N initiatives in M dimensions
mknap1-00 …            OR-Library's problems, as the tests make cases of them
horizon, FOLDER        a shipped case, or the folder of one
"""

from __future__ import annotations

import importlib.util
import random
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from generate import case_named

import fundalign as fa
from fundalign.inputs.read import case_from_tables
from fundalign.inputs.shipped import resolve_case

LARGE = [f"{kind}-{size}" for size in (50, 100, 400, 1600) for kind in ("hard", "soft")] + ["call-100", "horizon"]
SMALL = ["tiny", "quantum", "knapsack-30-5", "knapsack-100-5"]
GENERATED = re.compile(r"(hard|soft|call)-(\d+)")
ORLIB = Path(__file__).resolve().parents[2] / "tests" / "orlib.py"


def knapsack(items: int, dimensions: int, seed: int = 1) -> fa.Case:
    """Return a random knapsack as Chu and Beasley make them: half of all weights fit, values near weights."""
    number = random.Random(seed)
    weights = [[number.randint(1, 1000) for _ in range(dimensions)] for _ in range(items)]
    values = [sum(row) // dimensions + number.randint(0, 500) for row in weights]
    parties = [f"P{d}" for d in range(dimensions)]
    tables: dict[str, list[dict[str, object]]] = {
        "funders": [{"funder": f"F{p}", "kind": "public", "party": p, "currency": "EUR"} for p in parties],
        "budgets": [
            {
                "funder": f"F{party}",
                "cycle": "c",
                "first_period": "2027",
                "last_period": "2027",
                "payments": sum(row[d] for row in weights) // 2,
            }
            for d, party in enumerate(parties)
        ],
        "initiatives": [{"initiative": f"I{i}", "currency": "EUR", "pot": "virtual"} for i in range(items)],
        "milestones": [
            {"initiative": f"I{i}", "milestone": "m", "order": 1, "duration": 1, "cost": sum(row), "value": value}
            for i, (row, value) in enumerate(zip(weights, values, strict=True))
        ],
        "shares": [
            {"initiative": f"I{i}", "party": party, "share": f"{weight / sum(row):.15f}"}
            for i, row in enumerate(weights)
            for party, weight in zip(parties, row, strict=True)
        ],
    }
    settings: dict[str, object] = {"name": "Knapsack", "currency": "EUR", "first_period": "2027", "periods": 1}
    return case_from_tables(settings, tables, name=f"knapsack-{items}-{dimensions}")


@cache
def _orlib() -> Any:
    """Return the tests' module that makes cases of OR-Library's problems."""
    spec = importlib.util.spec_from_file_location("orlib", ORLIB)
    if spec is None or spec.loader is None:
        raise ImportError(str(ORLIB))
    module = importlib.util.module_from_spec(spec)
    sys.modules["orlib"] = module
    spec.loader.exec_module(module)
    return module


def orlib_names() -> list[str]:
    """Return the names of OR-Library's problems."""
    return list(_orlib().read_knapsacks())


def seeded(name: str) -> bool:
    """Tell whether a seed changes the case; otherwise it changes the solvers' random choices only."""
    return GENERATED.fullmatch(name) is not None


def size_of(name: str) -> tuple[str, int] | None:
    """Return kind and number of initiatives of a generated case, None for another."""
    found = GENERATED.fullmatch(name)
    return (found.group(1), int(found.group(2))) if found else None


def case_of(name: str, seed: int = 1) -> fa.Case:
    """Return the case a name means; UsageError for a name that means none."""
    if seeded(name):
        return case_named(name, seed)
    if re.fullmatch(r"knapsack-\d+-\d+", name):
        items, dimensions = name.split("-")[1:]
        return knapsack(int(items), int(dimensions))
    if name in orlib_names():
        return _orlib().knapsack_case(_orlib().read_knapsacks()[name])
    return fa.read_case(resolve_case(name))


def proof_gap(name: str) -> float:
    """Return the gap that proves an optimum; less than one whole unit does where all values are whole."""
    if name not in orlib_names():
        return 0.0
    problem = _orlib().read_knapsacks()[name]
    whole = all(profit == int(profit) for profit in problem.profits)
    return 0.9 / float(problem.optimum) if whole else 0.0

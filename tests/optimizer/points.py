"""What the tests of the search share: cases as programs, whether a point is a plan, and search without a clock."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
from scipy.sparse import csr_array

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.models.build import build
from fundalign.optimizer.columns import Root, relax
from fundalign.optimizer.compile import Floats, Program, compile_model
from fundalign.optimizer.engine import Limits
from fundalign.optimizer.plans import Plans, whole_plans
from fundalign.optimizer.signals import Interrupt

from ..oracle.generator import random_case
from .programs import INFINITE, program

ONE = Limits(threads=1)


@cache
def generator() -> ModuleType:
    """Return the tool that draws joint programmes; tools are scripts, not a package."""
    place = Path(__file__).resolve().parents[2] / "tools" / "bench" / "generate.py"
    spec = importlib.util.spec_from_file_location("drawn_programmes", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def drawn(name: str) -> Case:
    """Return the oracle's case of a number (`oracle-7`), or a joint programme or call (`hard-8`)."""
    kind, _, number = name.partition("-")
    if kind == "oracle":
        settings, tables = random_case(int(number))
        return case_from_tables(dict(settings), dict(tables))
    found: Case = generator().case_named(name)
    return found


@cache
def compiled(name: str) -> Program:
    """Return the compact program of a drawn case."""
    return compile_model(build(drawn(name), compact=True))


def chained(made: Program, chains: list[int]) -> Program:
    """Return a program whose integer columns belong to these chains (−1: money)."""
    return replace(made, chain=np.array(chains, dtype=np.int64))


def enumerated(made: Program) -> Plans:
    """Return the program over whole plans, which must have one for every chain."""
    plans = whole_plans(made)
    assert plans is not None
    return plans


def relaxed(plans: Plans) -> Root:
    """Return the relaxation over whole plans, solved to its end."""
    return relax(plans, ONE, INFINITE, Interrupt(), lambda bound: None)


def violation(made: Program, x: Floats) -> float:
    """Return the largest violation of a row, a bound or integrality by a point (in the solver's scale)."""
    activity = csr_array(made.matrix) @ x
    broken = [activity - made.row_upper, made.row_lower - activity, x - made.upper, made.lower - x]
    whole = x[made.integer]
    return float(max(np.concatenate([*broken, np.abs(whole - np.round(whole))]).max(initial=0.0), 0.0))


def worth(made: Program, x: Floats) -> float:
    """Return the objective at a point."""
    return float(made.cost @ x + made.offset)


def knapsacks(limit: float = 7.0) -> Program:
    """Return three chains of two starts each (the second only after the first) and money that pays for them."""
    sequence = [(-INFINITE, [0] * (2 * c) + [-1, 1] + [0] * (5 - 2 * c), 0.0) for c in range(3)]
    due = (0.0, [-2, -3, -3, -2, -4, -1, 1], 0.0)
    made = program(
        [3, 5, 4, 3, 6, 2, 0],
        [*sequence, due],
        upper=[1, 1, 1, 1, 1, 1, limit],
        integer=[True] * 6 + [False],
    )
    return chained(made, [0, 0, 1, 1, 2, 2, -1])


def everything(plans: Plans) -> Floats:
    """Return the point over plans that starts as much as each chain can; it breaks whatever limits it likes."""
    x = np.zeros(len(plans.program.cost))
    for c, points in enumerate(plans.points):
        if len(points):
            x[plans.first[c] + int(np.argmax(points.sum(axis=1)))] = 1.0
    loose = plans.program.integer[: len(plans.kept)]
    x[: len(plans.kept)][loose] = 1.0
    return x


def broken(made: Program, x: Floats) -> tuple[Floats, Floats]:
    """Return by how much each row is below its lower side and above its upper side."""
    activity = csr_array(made.matrix) @ x
    return np.maximum(made.row_lower - activity, 0.0), np.maximum(activity - made.row_upper, 0.0)

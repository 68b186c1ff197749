"""Golden LPs: the rows of one rule family, written by hand, against those of the model.

The files in `lp/` are CPLEX-LP-like text: sections `Maximize` or `Minimize`, `Subject To`, `Bounds` and `End`, one row
a label, a comment after `\\`. Names are those of the model's components with their plain index, so that a row can be
read aloud: `budget[DE,2027]: pay[DE,A/all,1] - carried[DE,2026] <= 10`. A row goes on in indented lines.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

FOLDER = Path(__file__).parent / "lp"
TOLERANCE = 1e-9
Terms = dict[str, float]


@dataclass(frozen=True)
class Row:
    """`lower ≤ Σ coefficient·variable ≤ upper`."""

    lower: float
    terms: Terms
    upper: float


@dataclass
class Lp:
    """Rows and bounds by name; the objective is the row of that name, `sense` the section it stands in."""

    sense: str = ""
    rows: dict[str, Row] = field(default_factory=dict)
    bounds: dict[str, Row] = field(default_factory=dict)


# family -> (constraints, variables whose bounds are part of the rule)
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "milestones": (("sticky", "sequence", "pause", "complete", "mandatory"), ()),
    "levels": (("level_least", "level_most", "level_sequence"), ("level",)),
    "precedence": (("precedence",), ()),
    "choices": (("choice",), ()),
    "ranking": (("ranking", "ranking_above", "ranking_below"), ("gate",)),
    "synergies": (("synergy_gain", "synergy_loss"), ("bonus",)),
    "cover": (("cover", "match_cap"), ()),
    "cofunding": (("cofunding_at_least", "cofunding_at_most"), ()),
    "matching": (("matching", "matching_split", "matching_base"), ("matched", "used")),
    "thresholds": (("matching_cap", "matching_unlocked", "matching_least_base", "matching_ahead"), ()),
    "thresholds_in": (
        ("matching", "matching_ahead", "matching_split_in", "matching_base_in"),
        ("matched_in", "used_in"),
    ),
    "guarantees": (
        ("guarantee_backed", "guarantee_leverage", "guarantee_begun", "guarantee_cap", "budget"),
        ("guaranteed", "backed"),
    ),
    "commitments": (("commit_all", "commit_ahead", "commit_total", "commitment"), ("commit",)),
    "stability": (("stability_more", "stability_less"), ()),
    "risk": (("risk",), ()),
    "tickets": (("ticket_least", "ticket_most"), ("joins",)),
    "projection": (("projected_pool", "projected_total"), ()),
    "budgets": (("budget", "carry"), ("carried",)),
    "merging": (("cover", "budget"), ("carried",)),
    "currency": (("hedge", "budget"), ("hedged",)),
    "budgeted": (("hedge", "budget", "currency_loss"), ("hedged", "common_loss", "loss_above")),
    "cvar": (
        ("hedge", "budget", "open_position", "tail_loss", "scenario_loss", "mean_loss"),
        ("hedged", "unhedged", "currency_need", "loss_threshold", "loss_beyond"),
    ),
    "equity": (("received_sum", "contributed_sum", "equity_at_least", "equity_at_most"), ()),
    "earmarks": (("earmark_at_least", "earmark_at_most"), ()),
    "replanning": (("begun", "unpayable", "away_least", "moved"), ("pay", "level", "away")),
    "signed": (("unsigned",), ("hedged", "commit", "guaranteed")),
    "objective": (("objective", "required_value", "key_least"), ()),
}

NUMBER = r"\d+(?:\.\d+)?(?:e[+-]?\d+)?"
TERM = re.compile(rf"\s*([+-]?)\s*({NUMBER})?\s*([A-Za-z_]\w*(?:\[[^\]]*\])?)")
LABEL = re.compile(r"^(\S[^:]*):(.*)$")
SECTIONS = {"maximize": "objective", "minimize": "objective", "subject to": "rows", "bounds": "bounds", "end": "end"}


def read_lp(path: Path) -> Lp:
    """Parse a golden file; anything that is not understood is a ValueError."""
    found, section = Lp(), ""
    for name, text in _statements(path):
        if name in SECTIONS and not text:
            section = SECTIONS[name]
            found.sense = name if section == "objective" else found.sense
            continue
        if section == "bounds":
            row = _row(text)
            (variable,) = row.terms
            target, key = found.bounds, variable
        else:
            row = Row(-math.inf, _terms(text), math.inf) if section == "objective" else _row(text)
            target, key = found.rows, name
        if key in target:
            raise ValueError(f"{path.name}: {key} twice")
        target[key] = row
    return found


def _statements(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (label or section, text); an indented line goes on with the row above it."""
    label, text, bounds = "", "", False
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.partition("\\")[0].rstrip()
        if not line:
            continue
        section = line.strip().casefold()
        hit = LABEL.match(line)
        if section in SECTIONS or hit or bounds:
            if label:
                yield label, text
            label, text = "", ""
        if section in SECTIONS:
            bounds = section == "bounds"
            yield section, ""
        elif hit:
            label, text = hit[1].strip(), hit[2]
        elif bounds:
            yield "bound", line
        else:
            text += " " + line.strip()
    if label:
        yield label, text


def _row(text: str) -> Row:
    parts = re.split(r"(<=|>=|=)", text)
    if len(parts) == 5 and parts[1] == parts[3] == "<=":
        return Row(float(parts[0]), _terms(parts[2]), float(parts[4]))
    if len(parts) != 3:
        raise ValueError(f"no row: {text}")
    if re.fullmatch(rf"\s*-?{NUMBER}\s*", parts[0]):
        return Row(float(parts[0]), _terms(parts[2]), math.inf)
    terms, side = _terms(parts[0]), float(parts[2])
    return Row(-math.inf if parts[1] == "<=" else side, terms, math.inf if parts[1] == ">=" else side)


def _terms(text: str) -> Terms:
    found: Terms = {}
    place = 0
    text = text.strip()
    while place < len(text):
        hit = TERM.match(text, place)
        if hit is None or (place and not hit[1]):
            raise ValueError(f"no term: {text[place:]}")
        value = float(hit[2] or 1) * (-1 if hit[1] == "-" else 1)
        if hit[3] in found:
            raise ValueError(f"{hit[3]} twice in {text}")
        found[hit[3]] = value
        place = hit.end()
    return found


def plain_name(component: Any, index: Any = None) -> str:
    """Name a component and its index as the golden files do."""
    if index is None:
        return str(component.local_name)
    parts = index if isinstance(index, tuple) else (index,)
    return f"{component.local_name}[{','.join(map(str, parts))}]"


def variables(model: pyo.ConcreteModel) -> dict[str, Any]:
    """Return every variable by its plain name."""
    found = {}
    for component in model.component_objects(pyo.Var):
        for index in component:
            found[plain_name(component, index)] = component[index]
    return found


def rows_of(model: pyo.ConcreteModel, family: str) -> dict[str, Row]:
    """Read the rows of a family off the model, constants moved to the bounds."""
    names = {id(variable): name for name, variable in variables(model).items()}
    found = {}
    for name in FAMILIES[family][0]:
        component = getattr(model, name)
        for index in component:
            one = component[index]
            objective = component.ctype is pyo.Objective
            body = generate_standard_repn(one.expr if objective else one.body)
            assert body.is_linear()
            terms: Terms = {}
            for variable, value in zip(body.linear_vars, body.linear_coefs, strict=True):
                key = names[id(variable)]
                terms[key] = terms.get(key, 0.0) + value
            low, high = (None, None) if objective else (pyo.value(one.lower), pyo.value(one.upper))
            shift = body.constant or 0.0
            found[plain_name(component, index)] = Row(
                -math.inf if low is None else low - shift, terms, math.inf if high is None else high - shift
            )
    return found


def bounds_of(model: pyo.ConcreteModel, family: str) -> dict[str, Row]:
    """Read the bounds of the family's own variables off the model."""
    found = {}
    for name in FAMILIES[family][1]:
        component = getattr(model, name)
        for index in component:
            key = plain_name(component, index)
            one = component[index]
            low, high = one.lb, one.ub
            found[key] = Row(-math.inf if low is None else low, {key: 1.0}, math.inf if high is None else high)
    return found


def _same(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= TOLERANCE * max(1.0, abs(b))


def differences(got: Mapping[str, Row], wanted: Mapping[str, Row]) -> list[str]:
    """Say in words where two sets of rows differ."""
    found = [f"{name}: only in the golden file" for name in wanted if name not in got]
    found += [f"{name}: only in the model: {got[name]}" for name in got if name not in wanted]
    for name in [name for name in wanted if name in got]:
        model, hand = got[name], wanted[name]
        for side in ("lower", "upper"):
            a, b = getattr(model, side), getattr(hand, side)
            if not _same(a, b):
                found.append(f"{name}: {side} is {a} in the model, {b} by hand")
        for variable in dict.fromkeys([*hand.terms, *model.terms]):
            a, b = model.terms.get(variable, 0.0), hand.terms.get(variable, 0.0)
            if not _same(a, b):
                found.append(f"{name}: {variable} has {a} in the model, {b} by hand")
    return found


def golden_differences(model: pyo.ConcreteModel, family: str, file: str = "") -> list[str]:
    """Compare a family's rows and bounds with `lp/<file or family>.lp`."""
    hand = read_lp(FOLDER / f"{file or family}.lp")
    assert hand.rows
    if hand.sense:
        sense = "minimize" if model.objective.sense == pyo.minimize else "maximize"
        assert sense == hand.sense
    return differences(rows_of(model, family), hand.rows) + differences(bounds_of(model, family), hand.bounds)


def value_at(row: Row, point: Mapping[str, float]) -> float:
    """Return `Σ coefficient·variable` at a point; variables it does not name are 0."""
    return math.fsum(value * point.get(variable, 0.0) for variable, value in row.terms.items())


def broken(model: pyo.ConcreteModel, family: str, point: Mapping[str, float]) -> list[str]:
    """Return the rows and bounds of a family that a point breaks; a name the model does not know is a KeyError."""
    known = variables(model)
    for name in point:
        known[name]
    every = rows_of(model, family) | bounds_of(model, family)
    return [
        name
        for name, row in every.items()
        if not row.lower - TOLERANCE <= value_at(row, point) <= row.upper + TOLERANCE
    ]

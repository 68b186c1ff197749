"""The sections of docs/reference.md on case.toml and scenarios.toml."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args

from pydantic.fields import FieldInfo

from fundalign.inputs.rules import rules_of
from fundalign.inputs.scenarios import KEYS
from fundalign.inputs.settings import SECTIONS, Section
from fundalign.inputs.texts import to_text, toml_value

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]
Feeds = Callable[[Iterable[str]], str]

CASE = """## case.toml

TOML. Required: name, currency, first_period, periods. Unknown keys are faults. Command-line options win over the file.
"""
WEIGHTS = """### [weights]

With `criteria.csv` only: one key per criterion, each a number; the value of a milestone is the sum of weight × score.
Feeds {feeds}.

```toml
[weights]
science = 0.5
"social value" = 0.3
```
"""
SCENARIOS = """## scenarios.toml

Named what-ifs; a scenario is a list of changes to the tables and never copies them. `solve --scenario NAME` solves one.

```toml
[[scenario]]
name = "DE cuts 10 %, weak dollar"
[[scenario.change]]
table = "budgets"
column = "payments"
where = {{ funder = "DE-MIN" }}
multiply = 0.9
[[scenario.change]]
table = "currencies"
column = "rate"
where = {{ currency = "USD" }}
set = 0.85
[[scenario]]
name = "without the red line"
[[scenario.change]]
table = "eligibility"
where = {{ rule = "no-military" }}
remove = true
```

A `[[scenario]]` or `[[grid]]` has a `name` and at least one `[[scenario.change]]` or `[[grid.change]]` with these keys:

{keys}

A change has `table`, `column` and exactly one of `set`, `add` and `multiply`; or `table` and `remove`.
In a `[[grid]]` each change gives a *list* of values, and the grid stands for one scenario per combination, named
`grid name: value, value`; such a name goes after `--scenario` like any other. `--set` on the command line makes the
same changes in one line: `TABLE.COLUMN[key=value,...]=V`, `+=V` or `*=V`, with `case.KEY` for a setting;
and `TABLE[key=value,...]=remove` takes rows out.
"""
BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
KINDS = {"currency": "ISO 4217 code", "first_period": "period", "group": "party or group of parties"}
NUMBERS = {"Decimal": "number", "int": "whole number", "bool": "true/false", "str": "text"}


def _type_text(name: str, info: FieldInfo) -> str:
    """Return type, choices and bounds of a setting."""
    if name in KINDS:
        return KINDS[name]
    marks: list[Any] = list(info.metadata)
    choices = [part for part in get_args(info.annotation) if isinstance(part, str)]
    if choices:
        return ", ".join(f'`"{choice}"`' for choice in choices)
    kind = NUMBERS[getattr(info.annotation, "__name__", "str")]
    bounds = [
        f"{sign} {to_text(getattr(mark, key))}"
        for mark in marks
        for key, sign in BOUNDS.items()
        if getattr(mark, key, None) is not None
    ]
    return f"{kind} {', '.join(bounds)}".strip()


def _row(name: str, info: FieldInfo) -> tuple[str, ...]:
    extra = info.json_schema_extra
    assert isinstance(extra, dict)
    default = "**required**" if info.is_required() else f"`{toml_value(info.default)}`"
    feeds = rules_of(str(extra["feeds"]))
    unit = str(extra["unit"]) or "–"
    return f"`{name}`", _type_text(name, info), unit, default, info.description or "", f"`{extra['example']}`", *feeds


def settings_sections(table_of: Table, feeds_text: Feeds) -> Iterator[str]:
    """Yield the introduction of case.toml and one section per part of it."""
    yield CASE
    for section, model in SECTIONS.items():
        if section:
            yield f"### [{section}]\n\n{' '.join((model.__doc__ or '').split())}\n"
        yield (
            table_of(("key", "type", "unit", "default", "meaning", "example", "feeds"), _rows(model, feeds_text)) + "\n"
        )
    yield WEIGHTS.format(feeds=feeds_text(("objective",)))


def _rows(model: type[Section], feeds_text: Feeds) -> Iterator[tuple[str, ...]]:
    for name, info in model.model_fields.items():
        if info.json_schema_extra is not None:
            cells = _row(name, info)
            yield *cells[:6], feeds_text(cells[6:])


def scenario_section(table_of: Table) -> str:
    """Return the section on scenarios.toml."""
    return SCENARIOS.format(keys=table_of(("key", "meaning"), ((f"`{key}`", told) for key, told in KEYS.items())))

"""docs/reference.md: every table, column, setting, command and rule, generated from what the program itself reads.

    python tools/reference/reference.py            write the page
    python tools/reference/reference.py --check    exit 1 when the page in the tree is not what would be written

Tables and settings come from the row models of `inputs/`, commands and exit codes from the command line in `app/`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from reference_commands import command_sections, exit_codes
from reference_settings import scenario_section, settings_sections
from reference_workbook import workbook_section

from fundalign.inputs.rules import RULES, Rule
from fundalign.inputs.schema import Column, tables
from fundalign.inputs.tables import TABLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"

INTRO = """# Reference

Every table, column, setting and command. This page is generated (`make reference`) from the row models that also drive
reader and checker, so that it cannot say anything else than the program does; a test fails when it is out of date.

A *case* is a folder with `case.toml` and CSV tables (UTF-8, comma, header row), or one [workbook](#workbooks). Money
is in the case's `unit`; an empty cell is the default; a table that is not marked as needed may be absent. *Feeds* names
the [rules](#the-rules) in which a column stands.

- [How cells are written](#how-cells-are-written)
- [case.toml](#casetoml)
- [Tables](#tables): {tables}
- [scenarios.toml](#scenariostoml)
- [Workbooks](#workbooks)
- [The rules](#the-rules)
- [Commands](#commands): {commands}
- [Exit codes](#exit-codes)
"""

CELLS = """## How cells are written

Cells are read as text and held against an explicit pattern; nothing is guessed, coerced or dropped.

{table}

**One selector everywhere.** `funders` is a funder, a group of funders or a kind (`public`, `private`, `matching`);
`initiatives` is an initiative, a group, a theme or a call; `parties` is a party or a group of parties; `stage` is a
stage of some milestone; empty means any. In `cofunding.csv` and in the `base` of `matching.csv`, `public` and `private`
mean the *source* of the money, everywhere else the *kind* of funder. Names are unique within what a selector can mean.
"""

WRITTEN = {
    "label": ("name", "up to 200 characters, no `/`, no blanks at its ends", "`Q-MEM`"),
    "selector": ("selector", "a name, a group or a kind, as below", "`hardware`"),
    "reference": ("reference", "an initiative, or `initiative/milestone`", "`Q-MEM/prototype`"),
    "text": ("text", "one line (a reason may have several)", "`Quantum memory`"),
    "currency": ("currency", "a current ISO 4217 code", "`SEK`"),
    "period": ("period", "a label of the case's frequency", "`2027`, `2027H1`, `2027Q3`, `2027-05`"),
    "boolean": ("true/false", "`true` or `false`", "`true`"),
    "number": ("number", "digits, a dot before decimals, no separators, no exponent", "`1234.5`"),
    "integer": ("whole number", "digits only", "`12`"),
    "choice": ("choice", "one of the words listed", "`public`"),
}
REFERS = {
    "funder": "a funder",
    "party": "a party",
    "initiative": "an initiative",
    "milestone": "a milestone of the initiative",
    "stage": "a stage",
    "funders": "selector of funders",
    "sources": "selector of funders or sources",
    "initiatives": "selector of initiatives",
    "parties": "selector of parties",
    "each": "selector of parties, or `each`",
}


def table_of(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; bars and angle brackets inside cells are escaped."""
    titles = list(header)
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in line) + " |" for line in lines
    )


def feeds_text(names: Iterable[str]) -> str:
    """Return links to rules: `rule 9, budgets`."""
    return "; ".join(f"[{rule_title(name)}](#rule-{name.replace('_', '-')})" for name in names)


def rule_title(name: str) -> str:
    """Return how a rule is called in this page."""
    number = RULES[name].number
    return f"rule {number}, {name}" if number else name


def type_text(column: Column) -> str:
    """Return kind, choices, bounds and reference of a column in words."""
    if column.kind == "choice":
        return ", ".join(f"`{choice}`" for choice in column.choices)
    if column.refers:
        return REFERS[column.refers]
    kind = WRITTEN[column.kind][0]
    signs = {">=": "≥", "<=": "≤"}
    bounds = [" ".join(signs.get(part, part) for part in bound.split()) for bound in column.bounds]
    return f"{kind} {', '.join(bounds)}".strip()


def default_text(column: Column) -> str:
    """Return `required`, the default, or that it is empty."""
    if column.required:
        return "**required**"
    return f"`{column.default}`" if column.default else "empty"


def table_sections() -> Iterator[str]:
    """Yield the section of every table: what its rows are, its key, and its columns."""
    yield "## Tables\n"
    for name, columns in tables().items():
        model = TABLES[name]
        needed = "Needed in every case" if model.NEEDED else "May be absent"
        key = ", ".join(f"`{part}`" for part in model.KEY)
        told = " ".join((model.__doc__ or "").split())
        yield f"### {name}.csv\n\n{told} {needed}; one row per {key}.\n"
        rows = (
            (
                f"`{column.name}`",
                type_text(column),
                column.unit or "–",
                default_text(column),
                column.description,
                f"`{column.example}`",
                feeds_text(column.feeds),
            )
            for column in columns
        )
        yield table_of(("column", "type", "unit", "default", "meaning", "example", "feeds"), rows) + "\n"


def rule_sections() -> Iterator[str]:
    """Yield the rules with their algebra and where they are written down."""
    yield (
        "## The rules\n\nIn outline, by number; the docstrings of the family files in [`models/`](../models) give "
        'every row with its units. A "cost" is always the due of rule 4, cover.\n'
    )
    for name, rule in RULES.items():
        yield _rule_section(name, rule)


def _rule_section(name: str, rule: Rule) -> str:
    head = f"Rule {rule.number}: {rule.title}" if rule.number else rule.title
    files = ", ".join(f"[`models/{family}.py`](../models/{family}.py)" for family in rule.families)
    written = f"\nWritten in {files}.\n" if files else ""
    algebra = "\n".join(rule.algebra)
    return f'<a id="rule-{name.replace("_", "-")}"></a>\n\n### {head}\n\n```text\n{algebra}\n```\n{written}'


def page() -> str:
    """Return the whole page."""
    kinds = table_of(("type", "written", "such as"), WRITTEN.values())
    commands = list(command_sections(table_of))
    parts = [
        INTRO.format(
            tables=", ".join(f"[{name}](#{name}csv)" for name in TABLES),
            commands=", ".join(f"[{name}](#fundalign-{name.replace(' ', '-')})" for name, _ in commands),
        ),
        CELLS.format(table=kinds),
        *settings_sections(table_of, feeds_text),
        *table_sections(),
        scenario_section(table_of),
        workbook_section(table_of),
        *rule_sections(),
        "## Commands\n\nEvery command also has `-h`, `--help`; `fundalign --version` says the version.\n",
        *(text for _, text in commands),
        exit_codes(table_of),
    ]
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say whether the one in the tree is current."""
    text = page()
    if arguments == ["--check"]:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("docs/reference.md is current" if current else "docs/reference.md is out of date: make reference")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    print(f"docs/{PAGE.name}: {len(text.splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The Sphinx extension behind the model's pages: docstrings of `models/` as text with formulas, and what feeds them.

    ```{rule} budgets           the rule's short algebra, its families' docstrings, the columns and settings it reads
    ```{family} objective       the docstring of one file of models/
    ```{algebra}                formulas of the page's own, in the notation of docstrings

Docstrings are the one source: the indented blocks of a docstring are formulas, the rest is prose with `code` in
backticks.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from mathml import is_math, mathml
from sphinx.application import Sphinx

from fundalign.inputs.rules import RULES
from fundalign.inputs.schema import columns
from fundalign.inputs.settings import SECTIONS
from fundalign.inputs.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
_CELLS = re.compile(r"\s{2,}")
_CODE = re.compile(r"`+([^`]+)`+")
_SYMBOLS = re.compile(r"[≤≥∈Σ·√]|\w\[")
_SOURCE = ((r"model\.md", "the model"), (r"solving\.md", "the search"), (r"case\.md", "the case"))


def docstring(family: str) -> str:
    """Return the docstring of a file of models/."""
    path = ROOT / "models" / f"{family}.py"
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def blocks(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the paragraphs of a docstring, each with whether it is a block of formulas."""
    for part in re.split(r"\n\s*\n", text):
        lines = part.splitlines()
        start = next((n for n, line in enumerate(lines) if line.startswith("    ")), None)
        if start == 0:
            yield True, textwrap.dedent(part)
        else:
            yield False, " ".join(line.strip() for line in lines)


def formula_rows(block: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield every line of a block as label, formulas and notes; a deeper line that only goes on is a row of its own."""
    for line in block.splitlines():
        cells = [cell for cell in _CELLS.split(line.strip()) if cell]
        first = next((n for n, cell in enumerate(cells) if is_math(cell)), len(cells))
        if first == len(cells):
            yield " ".join(cells[:1]), [], cells[1:]
            continue
        end = next((n for n in range(first, len(cells)) if not is_math(cells[n])), len(cells))
        yield " ".join(cells[:first]), cells[first:end], cells[end:]


def formula_table(block: str, symbols: bool = False) -> nodes.raw:
    """Return a block of formulas as a table that needs neither script nor font; or symbols beside their meaning."""
    rows = []
    for label, formulas, notes in formula_rows(block):
        if symbols:
            label, formulas = "", [label, *formulas] if label else formulas
        drawn = "".join(f"<span>{mathml(formula)}</span>" for formula in formulas)
        told = " ".join(
            mathml(note) if is_math(note) else _CODE.sub(r"<code>\1</code>", escape(note)) for note in notes
        )
        note = f'<span class="note">{told}</span>' if told and not symbols else ""
        head = drawn if symbols else escape(label)
        rows.append(f'<tr><th scope="row">{head}</th><td>{told if symbols else drawn + note}</td></tr>')
    return nodes.raw("", f'<table class="algebra">{"".join(rows)}</table>', format="html")


def prose(text: str) -> nodes.paragraph:
    """Return a paragraph whose backticks hold code and small formulas."""
    for pattern, told in _SOURCE:
        text = re.sub(pattern, told, text)
    paragraph = nodes.paragraph()
    for n, part in enumerate(_CODE.split(text)):
        if n % 2 and _SYMBOLS.search(part):
            paragraph += nodes.raw("", mathml(part), format="html")
        elif n % 2:
            paragraph += nodes.literal(part, part)
        else:
            pieces = re.split(r"\*(\w[^*]*\w)\*", part)
            paragraph += [
                nodes.emphasis(piece, piece) if k % 2 else nodes.Text(piece) for k, piece in enumerate(pieces)
            ]
    return paragraph


def described(text: str) -> list[nodes.Node]:
    """Return a docstring as paragraphs and tables of formulas."""
    return [formula_table(part) if formula else prose(part) for formula, part in blocks(text)]


def feeding(rule: str) -> list[tuple[str, str, str]]:
    """Return the columns and settings that feed a rule: where they stand, what they are called, what they say."""
    found = [
        (f"{table}.csv", column.name, column.description)
        for table, model in TABLES.items()
        for column in columns(model)
        if rule in column.feeds
    ]
    for section, model in SECTIONS.items():
        for name, info in model.model_fields.items():
            extra = info.json_schema_extra
            if isinstance(extra, dict) and rule in [part.strip() for part in str(extra["feeds"]).split(",")]:
                place = f"case.toml [{section}]" if section else "case.toml"
                found.append((place, name, info.description or ""))
    return found


def _table(rows: list[tuple[str, str, str]]) -> nodes.raw:
    cells = "".join(
        f"<tr><td><code>{escape(place)}</code></td><td><code>{escape(name)}</code></td><td>{escape(says)}</td></tr>"
        for place, name, says in rows
    )
    head = "<thead><tr><th>in</th><th>column or setting</th><th>meaning</th></tr></thead>"
    html = f'<div class="table-wrapper"><table class="docutils feeds">{head}<tbody>{cells}</tbody></table></div>'
    return nodes.raw("", html, format="html")


def _section(title: str, name: str, content: list[nodes.Node]) -> nodes.section:
    section = nodes.section(ids=[nodes.make_id(name)], names=[name])
    section += nodes.title(title, title)
    section += content
    return section


class _Shown(Directive):
    """What the three have in common."""

    has_content: ClassVar[bool] = True
    optional_arguments: ClassVar[int] = 1
    final_argument_whitespace: ClassVar[bool] = True

    def watch(self, family: str) -> None:
        """Draw the page anew when the file changes."""
        self.state.document.settings.env.note_dependency(str(ROOT / "models" / f"{family}.py"))


class Algebra(_Shown):
    """Formulas of the page itself; with the argument `symbols`, symbols and what they mean."""

    def run(self) -> list[nodes.Node]:
        """Return them as a table."""
        return [formula_table("\n".join(self.content), symbols="symbols" in self.arguments)]


class Family(_Shown):
    """The docstring of one file of models/."""

    def run(self) -> list[nodes.Node]:
        """Return it as text and formulas."""
        self.watch(self.arguments[0])
        return described(docstring(self.arguments[0]))


class ShownRule(_Shown):
    """A rule: its families' docstrings as sections (the first without a title), and what feeds it."""

    def run(self) -> list[nodes.Node]:
        """Return the sections; families named beside the rule come after its own."""
        name, *more = self.arguments[0].split()
        rule = RULES[name]
        found: list[nodes.Node] = []
        for place, family in enumerate([*rule.families, *more]):
            self.watch(family)
            text = docstring(family)
            head, _, rest = text.partition("\n")
            if place == 0:
                found += described(text)
                continue
            content = described(rest.strip("\n"))
            source = nodes.literal("", f"models/{family}.py")
            content.append(nodes.paragraph("", "", source, classes=["source"]))
            found.append(_section(head.rstrip("."), f"family-{family}", content))
        if not rule.families:
            found = [formula_table("\n".join(rule.algebra))]
        told = f"models/{rule.families[0]}.py" if rule.families else "inputs/rules.py"
        found.insert(0, nodes.paragraph("", "", nodes.literal("", told), classes=["source"]))
        rows = feeding(name)
        if rows:
            found.append(_section("What feeds it", f"feeds-{name}", [_table(rows)]))
        return found


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (("algebra", Algebra), ("family", Family), ("rule", ShownRule)):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

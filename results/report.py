"""The report of a run: one self-contained page and one workbook with the same tables, made from a verified folder.

The page asks nothing of the network: its Content-Security-Policy allows only the scripts that stand in it, by hash.
Names of a case are text wherever they go: escaped in HTML, in the JSON of charts and in what Plotly draws.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .page_tables import PageTable, tables_of
from .report_parts import Block, Report, Section
from .words import RECOMPUTED

if TYPE_CHECKING:
    import plotly.graph_objects as go

HOME = Path(__file__).parent / "page"
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True)
class PageChart:
    """A chart of the page: its name, what stands above it, what it shows in words, and its figure as JSON."""

    name: str
    caption: str
    alt: str
    height: int
    json: str


def page(report: Report, workbook: bool = True) -> str:
    """Return the report as an HTML page; `workbook` tells whether it has one beside it to refer to."""
    import jinja2
    from markupsafe import Markup

    script = _read("page.js")
    shown = [name for section in report.sections for block in section.blocks for name, _ in block.charts]
    bundle = _plotly() if shown else ""
    tables = tables_of(list(report.sheets.values()), report.material.run.case.unit)
    sections = [_section(section, tables, report.figures) for section in report.sections]
    hashes = " ".join(_hash(text) for text in (bundle, script) if text)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=False)
    audit = report.material.audit
    return environment.from_string(_read("page.html")).render(
        head=report.head,
        doubts=report.material.doubts,
        sections=sections,
        charts=[chart for section in sections for block in section["blocks"] for chart in block["charts"]],
        workbook=workbook,
        version=version("fundalign"),
        fingerprint=report.material.fingerprint,
        verified=f"{len(audit.rows):,} rule rows recomputed; {RECOMPUTED}." if audit is not None and audit.rows else "",
        style=Markup(_read("page.css")),  # ours, and none of the case in it
        script=Markup(script),
        bundle=Markup(bundle),
        hashes=Markup(hashes),
    )


def _section(section: Section, tables: Mapping[str, PageTable], figures: Mapping[str, go.Figure]) -> dict[str, Any]:
    blocks = [_block(block, tables, figures) for block in section.blocks]
    return {
        **{"key": section.key, "title": section.title, "lead": section.lead, "facts": section.facts},
        "blocks": blocks,
        "on_demand": not section.lead and not section.facts and all(block.folded for block in section.blocks),
    }


def _block(block: Block, tables: Mapping[str, PageTable], figures: Mapping[str, go.Figure]) -> dict[str, Any]:
    charts = list(_charts(block, figures))
    return {"charts": charts, "table": tables.get(block.sheet), "folded": block.folded}


def _charts(block: Block, figures: Mapping[str, go.Figure]) -> Iterator[PageChart]:
    from markupsafe import Markup

    for name, caption in block.charts:
        figure = figures[name]
        text = Markup(safe_json(json.loads(figure.to_json())))  # no tag can be closed from within
        yield PageChart(name, caption, figure.layout.meta["alt"], int(figure.layout.height), text)


def safe_json(value: object) -> str:
    """Return JSON in which nothing can end the script element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign, code in UNSAFE.items():
        text = text.replace(sign, code)
    return text


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("</script", "<\\/script")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _read(name: str) -> str:
    return (HOME / name).read_text(encoding="utf-8")

"""Notebooks as pages of the site: their text and code; a page that says `made from NAME.ipynb` is filled with it.

They are kept without outputs (the tests run them), so a page shows what to type, and gives the file to run.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

_FROM = re.compile(r"made from \[[^]]*\]\(([^)]+\.ipynb)\)")


def rendered(notebook: dict[str, Any], path: str) -> str:
    """Return the cells of a notebook as MyST Markdown; `path` leads from the page to the notebook."""
    parts = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"]).strip()
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    title, _, rest = parts[0].partition("\n")
    given = f"Without its outputs; to run it: {{download}}`{Path(path).name} <{path}>`."
    return "\n\n".join([title, given, rest.strip(), *parts[1:]]) + "\n"


def fill(app: Sphinx, name: str, source: list[str]) -> None:
    """Fill the page of a notebook."""
    found = _FROM.search(source[0]) if name.startswith("notebooks/") else None
    if found:
        path = (Path(app.srcdir) / f"{name}.md").parent / found[1]
        app.env.note_dependency(str(path))
        source[0] = rendered(json.loads(path.read_text(encoding="utf-8")), found[1])


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect it."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True}

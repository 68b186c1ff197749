"""How the documentation site is built: `make docs`. Nothing is fetched, when it is built or when it is read."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "fundalign"
author = "the fundalign authors"
project_copyright = "fundalign authors, Apache-2.0"
release = version = version_of("fundalign")

extensions = ["myst_parser", "sphinx.ext.autodoc", "algebra", "notebooks"]
exclude_patterns = ["_build", "examples"]
source_suffix = {".md": "markdown"}
language = "en"
default_role = "code"

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = f"fundalign {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
pygments_dark_style = "monokai"

_ANCHOR = re.compile(r'^(.*?)<a id="([\w-]+)"></a>(.*)$', re.MULTILINE)


def adapt(app: Sphinx, name: str, source: list[str]) -> None:
    """Turn what the reference page has for readers of the plain file, anchors and folders, into targets of the site."""
    source[0] = _ANCHOR.sub(r"(\2)=\n\1\3", source[0]).replace("](../models)", "](model/index.md)")


def plain(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Keep the bars of absolute values in docstrings from being taken for markup."""
    lines[:] = [line.replace("|", r"\|") for line in lines]


def setup(app: Sphinx) -> None:
    """Connect what changes sources before they are read."""
    app.connect("source-read", adapt)
    app.connect("autodoc-process-docstring", plain)

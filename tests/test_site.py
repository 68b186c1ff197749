"""The documentation site: builds without a warning, its links lead somewhere, it asks nothing of the network."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

import fundalign
from fundalign.inputs.rules import RULES

from .test_layout import families

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
OUTWARD = ("http:", "https:", "mailto:")
LOADING = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src"}


class Page(HTMLParser):
    """What a page has for anchors, where it leads and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.formulas: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "math":
            self.formulas.append(given["alttext"])
        if tag in LOADING and LOADING[tag] in given and given.get("rel") not in ("index", "search", "next", "prev"):
            self.loads.append(given[LOADING[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """Build the site as `make docs` does; a warning is an error."""
    out = tmp_path_factory.mktemp("site").resolve() / "html"
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", str(DOCS), str(out)]
    ran = subprocess.run([*command, "-d", str(out.parent / "trees")], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return {path: Page(path.read_text(encoding="utf-8")) for path in out.rglob("*.html")}


@pytest.mark.parametrize("name", ["allocation-round", "what-if-study"])
def test_notebooks_are_pages_with_the_file_to_run(site: dict[Path, Page], name: str) -> None:
    """Every line of code stands on the page, and the file that it gives is the notebook."""
    path, page = next((path, page) for path, page in site.items() if path.parts[-2:] == ("notebooks", f"{name}.html"))
    text = re.sub(r"<[^>]*>", "", path.read_text(encoding="utf-8"))
    book = ROOT / "notebooks" / f"{name}.ipynb"
    cells = json.loads(book.read_text(encoding="utf-8"))["cells"]
    lines = [line.rstrip() for cell in cells if cell["cell_type"] == "code" for line in cell["source"] if line.strip()]
    assert len(lines) >= 8
    assert [line for line in lines if line not in unescape(text)] == []
    given = next(link for link in page.links if link.endswith(".ipynb"))
    assert (path.parent / given).resolve().read_bytes() == book.read_bytes()


def test_every_link_within_the_site_leads_somewhere(site: dict[Path, Page]) -> None:
    lost = []
    for path, page in site.items():
        for link in page.links:
            if link.startswith(OUTWARD):
                continue
            place, _, anchor = link.partition("#")
            target = (path.parent / unquote(place)).resolve() if place else path
            if target not in site:
                lost += [] if target.is_file() else [f"{path.name}: {link}"]
            elif anchor and unquote(anchor) not in site[target].ids:
                lost.append(f"{path.name}: {link}")
    assert lost == []
    assert sum(len(page.links) for page in site.values()) > 1000


def test_nothing_is_loaded_from_elsewhere(site: dict[Path, Page]) -> None:
    for path, page in site.items():
        for load in page.loads:
            assert not load.startswith((*OUTWARD, "//")), f"{path.name} loads {load}"
            assert (path.parent / unquote(load.split("?")[0])).is_file(), f"{path.name} lacks {load}"


def test_every_page_can_be_reached(site: dict[Path, Page]) -> None:
    pages = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")}
    out = next(path.parent for path in site if path.name == "genindex.html")
    built = {path.relative_to(out).with_suffix("") for path in site}
    assert {page for page in pages if page.parts[0] not in ("_build", "examples")} <= built


def test_every_family_and_every_rule_has_its_page() -> None:
    shown = " ".join(path.read_text(encoding="utf-8") for path in (DOCS / "model").glob("*.md"))
    named = {word for line in re.findall(r"```\{(?:rule|family)\} (.*)", shown) for word in line.split()}
    named |= {family for name in named & RULES.keys() for family in RULES[name].families}
    inside = {"projection": "the compact form of matching, an implied relaxation"}
    assert set(families()) - named == set(inside)
    assert {name for name, rule in RULES.items() if rule.number} <= named


def test_every_public_name_of_the_package_is_documented() -> None:
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\.\. auto\w+:: fundalign\.(\w+)$", page, re.MULTILINE))
    assert named == set(fundalign.__all__) - {"__version__"}


def test_formulas_are_those_of_the_docstrings(site: dict[Path, Page]) -> None:
    text = ast.get_docstring(ast.parse((ROOT / "models" / "budgets.py").read_text(encoding="utf-8"))) or ""
    page = next(page for path, page in site.items() if path.parts[-2:] == ("model", "budgets.html"))
    assert len(page.formulas) >= 7
    assert "A[f,k] = payments − reserved + carried[f,k−1]" in page.formulas
    assert all(formula in text for formula in page.formulas)


BLOCK = re.compile(r"(<!--[^\n]*-->\n)?```console\n(.*?)```", re.DOTALL)


def commands(page: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a page that are run, with the lines that they are said to print."""
    found: list[tuple[str, list[str]]] = []
    for skipped, block in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
        if skipped and "TOUR" not in os.environ:
            continue
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.strip():
                found[-1][1].append(" ".join(line.split()))
    return found


@pytest.mark.parametrize("page", ["tour.md", "howto/call-ranking.md"])
def test_commands_print_what_the_page_says(page: str, tmp_path: Path) -> None:
    """`TOUR=all` runs those, too, that take a minute."""
    for name in ("ranking.csv", "budgets.csv"):
        shutil.copyfile(DOCS / "examples" / "call-2027" / name, tmp_path / name)
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    listed = commands(page)
    assert len(listed) >= 3
    for command, lines in listed:
        ran = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
            env={**os.environ, "PATH": search, "COLUMNS": "100"},
        )  # fmt: skip
        told = re.search(r"# exit code (\d+)", command)
        assert ran.returncode == (int(told[1]) if told else 0), f"{command}\n{ran.stderr}"
        printed = " ".join(f"{ran.stdout}\n{ran.stderr}".split())
        for line in lines:
            assert line in printed, f"{command}\nprints no '{line}' but\n{ran.stdout}"
            printed = printed[printed.index(line) :]


def test_formulas_become_mathml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    from mathml import is_math, mathml

    drawn = mathml("Σ_{t in k} pay[f,t] ≤ R̄(c)·x^2")
    assert '<munder><mo class="sum">Σ</mo><mrow><mtext>t in k</mtext></mrow></munder>' in drawn
    assert "<msub><mi>pay</mi><mrow><mrow><mi>f</mi><mo>,</mo><mi>t</mi></mrow></mrow></msub>" in drawn
    assert "<msup><mi>x</mi><mi>2</mi></msup>" in drawn
    assert 'alttext="Σ_{t in k} pay[f,t] ≤ R̄(c)·x^2"' in drawn
    assert not is_math("(and ≤): juste retour")
    assert not is_math("for every pool q")
    assert mathml("(1+r)^(−years) of some funder").count("<mtext>") == 1

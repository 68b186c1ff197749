"""The notebooks run from top to bottom, keep no outputs, and show what they say they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NAMES = ("allocation-round", "what-if-study")
PLOT = "application/vnd.plotly.v1+json"


def test_every_notebook_is_run_here() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_outputs_are_kept(name: str) -> None:
    for cell in nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def outputs(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Run a notebook in an empty folder; return what its cells gave."""
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
    book = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    client = NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute()
    return [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]


def shown(found: list[Any]) -> tuple[str, int]:
    """Return the text and the number of charts among outputs."""
    texts = [each.get("text", "") or each.get("data", {}).get("text/plain", "") for each in found]
    assert not [each for each in found if each.output_type == "error" or each.get("name") == "stderr"]
    return "\n".join(texts), sum(PLOT in each.get("data", {}) for each in found)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_an_allocation_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """tiny by hand: value 19; 26 million paid, 16 of it by SOUTH-MIN."""
    text, charts = shown(outputs("allocation-round", tmp_path, monkeypatch))
    assert charts == 3
    for words in ("no plan is above 19", "26000000.0", "16000000.0", "holds: True", "report.html report.xlsx"):
        assert words in text


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_what_if_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of SOUTH-MIN's money of 2030 costs 2 of 19 (tests/app/test_compare.py)."""
    text, charts = shown(outputs("what-if-study", tmp_path, monkeypatch))
    assert charts == 1
    for words in ("value 19", "the best plan changes by -2.0 to -2.0", "core"):
        assert words in text

"""The reference page is what the row models and the command line say, and its examples are sound."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from fundalign.inputs.rules import RULES
from fundalign.inputs.schema import columns
from fundalign.inputs.settings import SECTIONS
from fundalign.inputs.tables import TABLES
from fundalign.inputs.toml import parse_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def test_the_page_is_current() -> None:
    tool = ROOT / "tools" / "reference" / "reference.py"
    ran = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"


@pytest.mark.parametrize("table", TABLES)
def test_every_example_of_a_table_is_a_row(table: str) -> None:
    cells = {column.name: column.example for column in columns(TABLES[table])}
    assert all(cells.values())
    row = TABLES[table].model_validate(cells, context={"frequency": "Y"})
    assert set(row.model_fields_set) == set(cells)


def test_every_example_of_a_setting_is_sound() -> None:
    lines = []
    for section, model in SECTIONS.items():
        lines += [f"[{section}]"] if section else []
        for name, info in model.model_fields.items():
            if isinstance(info.json_schema_extra, dict):
                lines.append(f"{name} = {info.json_schema_extra['example']}")
    quarter = "\n".join(lines).replace('"Q"', '"Y"')
    settings, faults, doubtful = parse_settings(tomllib.loads(quarter, parse_float=Decimal))
    assert not faults
    assert not doubtful
    assert settings.buffer.seed == 7


def test_every_column_and_rule_is_on_the_page() -> None:
    for table, model in TABLES.items():
        section = PAGE.split(f"### {table}.csv\n", 1)[1].split("\n##", 1)[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(model.model_fields)
    used = {name for model in TABLES.values() for column in columns(model) for name in column.feeds}
    assert all(f'<a id="rule-{name.replace("_", "-")}">' in PAGE for name in used)
    assert used <= set(RULES)


def test_links_lead_somewhere() -> None:
    anchors = set(re.findall(r'<a id="([^"]+)">', PAGE))
    for title in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE):
        anchors.add(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-"))
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert target[1:] in anchors if target.startswith("#") else (ROOT / "docs" / target).exists(), target

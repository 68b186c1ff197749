"""The house stands as drawn: rooms, directions, sizes; a golden LP and four kinds of test per family."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "inputs": set(),
    "models": {"inputs"},
    "results": {"inputs"},
    "optimizer": {"inputs", "models", "results"},
    "app": {"inputs", "models", "optimizer", "results"},
}
NOT_PACKAGED = {"tests", "tools", "docs", "notebooks", "build", "dist"}
KINDS = ("golden", "satisfied", "violated", "by_hand")
NO_ROWS = {"decisions"}  # variables only
MAX_LINES = 350


def rooms_on_disk() -> list[str]:
    """Folders at the root that are importable and packaged, nested ones dotted."""
    found = []
    for marker in sorted(ROOT.rglob("__init__.py")):
        parts = marker.parent.relative_to(ROOT).parts
        if parts and parts[0] not in NOT_PACKAGED and not parts[0].startswith("."):
            found.append(".".join(parts))
    return found


def room_files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def project_files() -> list[Path]:
    """Every file of the project: what git knows or would add; without git, everything not built."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout.split("\0")  # fmt: skip
        return [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file() and not _is_leftover(path)]


def _is_leftover(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(
        part in {"build", "dist", "__pycache__", ".git"}
        or part.startswith(".venv")
        or part.endswith((".egg-info", "_cache"))
        for part in parts
    )


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for room in ALLOWED for path in room_files(room)}


def imported(path: Path) -> Iterator[str]:
    """Yield what a file imports: modules of the house as `room.module`, others by their full name."""
    package = list(path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            target = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{target}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else target for name in names)


GRAPH = {name: {target for target in imported(path) if target in MODULES} for name, path in MODULES.items()}


def reach(start: str) -> set[str]:
    """Everything `start` imports, directly or through others."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        for target in GRAPH[todo.pop()] - seen:
            seen.add(target)
            todo.append(target)
    return seen


def test_packages_are_the_folders_on_disk() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert settings["packages"] == ["fundalign", *settings["packages"][1:]]
    assert sorted(settings["packages"][1:]) == [f"fundalign.{room}" for room in rooms_on_disk()]


def test_the_root_holds_no_module_but_init() -> None:
    assert [path.name for path in ROOT.glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("room", ALLOWED)
def test_imports_go_one_way(room: str) -> None:
    wrong = []
    for path in room_files(room):
        for target in imported(path):
            top = target.split(".")[0]
            if top == "fundalign" or (top in ALLOWED and top != room and top not in ALLOWED[room]):
                wrong.append(f"{path.relative_to(ROOT)} imports {target}")
    assert not wrong


def test_no_circles() -> None:
    assert [name for name in MODULES if name in reach(name)] == []


def test_only_the_engine_knows_highspy() -> None:
    users = [name for name, path in MODULES.items() if any(t.split(".")[0] == "highspy" for t in imported(path))]
    assert users in ([], ["optimizer.engine"])


def test_verification_shares_nothing_with_the_solving() -> None:
    starts = [name for name in MODULES if name.startswith("results.verify")]
    assert starts
    for start in starts:
        for name in {start} | reach(start):
            tops = {target.split(".")[0] for target in imported(MODULES[name])}
            assert not tops & {"pyomo", "highspy", "models", "optimizer"}, name


def families() -> list[str]:
    """The rule families: the files of models/ whose `add_…` the recipe in build.py imports."""
    names = []
    for node in ast.parse((ROOT / "models" / "build.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            names += [node.module for alias in node.names if alias.name.startswith("add_")]
    return sorted(set(names) - NO_ROWS)


@pytest.mark.parametrize("family", families())
def test_every_family_has_a_golden_lp_and_the_four_tests(family: str) -> None:
    assert (ROOT / "tests" / "models" / "lp" / f"{family}.lp").is_file()
    source = (ROOT / "tests" / "models" / f"test_{family}.py").read_text(encoding="utf-8")
    names = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    for kind in KINDS:
        assert any(name.startswith("test_") and kind in name for name in names), f"{family} has no {kind} test"


def test_files_stay_short() -> None:
    sizes = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in project_files() if p.suffix == ".py"}
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > MAX_LINES} == {}


def test_nothing_names_a_machine_or_a_registry() -> None:
    places = [r"/(?:work|opt|root)" + "/", "/home/" + r"\w", "pypi" + r"\.org", "pythonhosted" + r"\.org"]
    pattern = re.compile(r"(?<![\w.}/~-])(?:" + "|".join(places[:2]) + ")|" + "|".join(places[2:]))
    suffixes = {".py", ".toml", ".md", ".txt", ".sh", ".csv", ".lp", ".svg", ".json", ""}
    found = []
    for path in project_files():
        text = path.read_text(encoding="utf-8", errors="replace") if path.suffix in suffixes else ""
        found += [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in pattern.finditer(text)]
    assert not found


def test_nothing_is_silenced() -> None:
    marks = [
        "# type: " + "ignore",
        "except " + "Exception",
        "pytest.mark." + "skip",
        "pytest.mark." + "xfail",
    ]
    found = [
        f"{path.relative_to(ROOT)}: {mark}"
        for path in project_files()
        if path.suffix == ".py"
        for mark in marks
        if mark in path.read_text(encoding="utf-8")
    ]
    assert not found

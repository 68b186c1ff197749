"""What a user installs: a wheel made from an sdist, from a clone of any name, in a fresh environment."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from fundalign.inputs.shipped import shipped_cases

ROOT = Path(__file__).resolve().parents[1]
LEFTOVERS = (
    ".git",
    ".venv*",
    "build",
    "dist",
    "*.egg-info",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "*-run*",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist and wheel of a clean copy of the tree, without the network."""
    clone = tmp_path_factory.mktemp("clones") / "any name"
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(*LEFTOVERS))
    out = clone.parent / "dist"
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(clone)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment that borrows only its dependencies from this one."""
    home = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True, text=True)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([str(python), "-c", where], check=True, capture_output=True, text=True).stdout.strip()
    lines = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(site) / "borrowed.pth").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    return home


def test_the_wheel_holds_the_rooms_and_the_cases_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.split("/")[0].endswith(".dist-info")}
    rooms = ("inputs", "models", "optimizer", "results", "app")
    expected = {f"fundalign/{name}" for name in ("__init__.py", "py.typed")}
    for room in rooms:
        expected |= {f"fundalign/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / room).rglob("*.py")}
    for case in (ROOT / "inputs" / "cases").iterdir():
        expected |= {f"fundalign/inputs/cases/{case.name}/{path.name}" for path in case.iterdir()}
    expected |= {f"fundalign/results/page/{path.name}" for path in (ROOT / "results" / "page").iterdir()}
    assert names == expected


def test_the_installed_command_solves_a_shipped_case_from_anywhere(environment: Path, tmp_path: Path) -> None:
    python = environment / "bin" / "python"
    place = [str(python), "-c", "import fundalign; print(fundalign.__file__)"]
    found = subprocess.run(place, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert Path(found.strip()).is_relative_to(environment)
    command = [str(environment / "bin" / "fundalign"), "solve", "tiny", "--format", "json"]
    ran = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["status"] == "optimal"
    assert (tmp_path / "tiny-run" / "funding.csv").is_file()
    report = [str(environment / "bin" / "fundalign"), "report", "tiny-run"]
    assert subprocess.run(report, cwd=tmp_path, check=False, capture_output=True).returncode == 0


def test_every_shipped_case_is_installed(environment: Path) -> None:
    names = "from fundalign.inputs.shipped import shipped_cases; print(shipped_cases())"
    ran = subprocess.run([str(environment / "bin" / "python"), "-c", names], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == str(shipped_cases())
    assert {"tiny", "quantum", "horizon"} <= set(shipped_cases())

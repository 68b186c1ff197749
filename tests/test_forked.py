"""The server of commands runs them as fresh processes would be run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .forked import Commands


@pytest.mark.parametrize(
    "arguments", [["check", "tiny"], ["check", "nowhere"], ["solve", "tiny", "--gap", "no"], ["verify", "."], []]
)
def test_a_command_says_and_ends_as_in_a_fresh_interpreter(
    commands: Commands, arguments: list[str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "fundalign.app.cli", *arguments]
    own = dict(os.environ)  # without what readline sets behind the back of Python
    fresh = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=own)
    forked = commands.run(arguments, tmp_path)
    for field in ("returncode", "stdout", "stderr"):
        assert getattr(forked, field) == getattr(fresh, field)


def test_environment_and_folder_are_those_of_the_call(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert commands.run(["new", "mine"], tmp_path).returncode == 0
    monkeypatch.setenv("COLUMNS", "120")
    wide = commands.run(["check", "mine"], tmp_path).stdout
    monkeypatch.setenv("COLUMNS", "80")
    narrow = commands.run(["check", tmp_path / "mine"], Path(os.sep)).stdout
    assert max(map(len, narrow.splitlines())) <= 80 < max(map(len, wide.splitlines()))


def test_a_command_that_takes_too_long_is_ended(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    os.mkfifo(tmp_path / "case" / "case.toml")  # nobody ever writes to it
    with pytest.raises(subprocess.TimeoutExpired):
        commands.run(["check", "case"], tmp_path, timeout=0.5)
    assert commands.run(["--version"], tmp_path).returncode == 0

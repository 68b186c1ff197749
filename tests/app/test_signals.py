"""Ctrl-C and SIGTERM: while solving the best plan is written, before that the command just ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..forked import Commands

COMMAND = [sys.executable, "-m", "fundalign.app.cli"]


@pytest.mark.parametrize(("number", "code", "name"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")])
def test_a_signal_while_solving_writes_the_best_plan(
    commands: Commands, hard: Path, tmp_path: Path, number: int, code: int, name: str
) -> None:
    with subprocess.Popen(
        [*COMMAND, "solve", str(hard), "--log-json", "--format", "json"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line).get("incumbent"):
                break
        process.send_signal(number)
        output, errors = process.communicate(timeout=120)
    assert process.returncode == code, errors
    summary = json.loads(output)
    assert summary["status"] == "interrupted"
    assert summary["objective"] > 0
    assert f"stopped by {name}" in errors
    assert commands.run(["verify", "hard-run"], tmp_path).returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_reading_ends_without_a_traceback(little: Path, tmp_path: Path, number: int, code: int) -> None:
    table = little / "budgets.csv"
    table.unlink()
    os.mkfifo(table)  # reading waits for a writer, so the signal arrives while the case is read
    with subprocess.Popen(
        [*COMMAND, "solve", str(little)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        writer = os.open(table, os.O_WRONLY)  # returns once the command has opened the table
        process.send_signal(number)
        try:
            output, errors = process.communicate(timeout=120)
        finally:
            process.kill()
            os.close(writer)
    assert process.returncode == code
    assert output == ""
    assert "Traceback" not in errors
    assert not (tmp_path / "little-run").exists()

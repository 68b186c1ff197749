"""What tests of every room may use."""

import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from .forked import Commands

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job has it, and every child with it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """Run commands in processes of their own that need not import anything first."""
    server = Commands()
    yield server
    server.close()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test session share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def quantum_run(shared_folder: Path, commands: Commands) -> Path:
    """The run of the shipped case quantum, solved once for all workers; to read or copy, not to change."""
    with (shared_folder / "quantum.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared_folder / "quantum-run").exists():
            ran = commands.run(["solve", "quantum", "--threads", 1], shared_folder)
            assert ran.returncode == 0, ran.stderr
    return shared_folder / "quantum-run"

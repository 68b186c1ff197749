"""Processes that share questions out: Ctrl-C reaches the one that asks, never those it has just started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, signal, threading, time
from fundalign.optimizer.signals import listening
from fundalign.optimizer.sweeping import crew

def same(about):
    return about

if __name__ != "__main__":
    time.sleep(2.0)  # a process that is started takes as long to import

if __name__ == "__main__":
    with listening() as interrupt, crew(7, 2, interrupt) as workers:
        # Ctrl-C comes while the processes still import, as a terminal sends it: to all of the group.
        threading.Timer(0.7, lambda: os.killpg(0, signal.SIGINT)).start()
        answers = [answer for _, answer in workers.answers([(same, ())] * 50)]
    print("ended", interrupt.number == signal.SIGINT, answers)
"""


def test_ctrl_c_while_processes_start(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:  # fmt: skip
        output, errors = process.communicate(timeout=60)
    assert output == "ended True []\n", errors
    assert "Traceback" not in errors

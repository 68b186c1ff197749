"""Commands in processes of their own that start at once: a server has imported all that is heavy and forks for each.

A test process starts one server, which never runs a command itself. A command has arguments, folder, environment,
output and exit code of its own, as one that was started anew; what a fresh interpreter imports, closed streams and
signals are tested with fresh interpreters.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HEAVY = ("pandas", "pyomo.environ", "highspy", "scipy.sparse", "scipy.stats", "openpyxl", "xlsxwriter", "jinja2")
ROOMS = ("inputs", "models", "optimizer", "results", "app")


class Commands:
    """The server and the line to it; it ends when the line is closed, at the latest with this process."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        command = [sys.executable, __file__, str(theirs.fileno())]
        self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),))
        theirs.close()

    def run(self, arguments: Sequence[object], cwd: Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run `fundalign ARGUMENTS` in a folder; raise TimeoutExpired after `timeout` seconds."""
        words = [str(argument) for argument in arguments]
        request = json.dumps({"arguments": words, "cwd": str(cwd), "environment": dict(os.environ)}).encode()
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            socket.send_fds(self._line, [len(request).to_bytes(8, "big")], [output.fileno(), errors.fileno()])
            self._line.sendall(request)
            pid = number(self._line)
            self._line.settimeout(timeout)
            try:
                code = number(self._line)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._line.settimeout(None)
                number(self._line)
                raise subprocess.TimeoutExpired(words, timeout) from None
            self._line.settimeout(None)
            texts = [_text(file) for file in (output, errors)]
        return subprocess.CompletedProcess(["fundalign", *words], code, *texts)

    def close(self) -> None:
        """End the server."""
        self._line.close()
        self._server.wait()


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode("utf-8").replace("\r\n", "\n"))


def number(line: socket.socket) -> int:
    """Read one number that was sent."""
    return int.from_bytes(received(line, 8), "big", signed=True)


def received(line: socket.socket, size: int) -> bytes:
    """Read so many bytes; raise EOFError where the other end is closed before."""
    found = b""
    while len(found) < size:
        part = line.recv(size - len(found))
        if not part:
            raise EOFError("the server of commands has ended")
        found += part
    return found


def preload() -> None:
    """Import everything that a command may import on its way."""
    for name in HEAVY:
        importlib.import_module(name)
    for room in ROOMS:
        path = importlib.import_module(f"fundalign.{room}").__path__
        for module in pkgutil.iter_modules(path, f"fundalign.{room}."):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()  # what is shared with all commands need not be looked through by each


def serve(line: socket.socket) -> list[str]:
    """Fork for each request; return in the new process, set up for it, with its arguments. Ends with the line."""
    while True:
        size, files, _, _ = socket.recv_fds(line, 8, 2)
        if not size:
            sys.exit()
        request = json.loads(received(line, int.from_bytes(size, "big")))
        pid = os.fork()
        if pid == 0:
            line.close()
            for place, file in enumerate(files, start=1):
                os.dup2(file, place)
                os.close(file)
            os.environ.clear()
            os.environ.update(request["environment"])
            os.chdir(request["cwd"])
            return [str(word) for word in request["arguments"]]
        for file in files:
            os.close(file)
        line.sendall(pid.to_bytes(8, "big", signed=True))
        _, status = os.waitpid(pid, 0)
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))


if __name__ == "__main__":
    preload()
    asked = serve(socket.socket(fileno=int(sys.argv[1])))
    cli = importlib.import_module("fundalign.app.cli")
    sys.argv = [str(cli.__file__), *asked]
    sys.exit(cli.main())

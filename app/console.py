"""The two streams of a command: data on stdout, everything said meanwhile on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from io import StringIO
from time import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

MIN_WIDTH, MAX_WIDTH, PIPE_WIDTH = 80, 120, 100


def write(stream: TextIO, text: str) -> None:
    """Write `text` to a stream whose reader may already be gone (`| head`): then quietly write nothing."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        silence(stream)


def silence(stream: TextIO) -> None:
    """Point a stream at nothing, so that closing it at exit cannot fail again."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, stream.fileno())
    os.close(sink)


@contextmanager
def stdout_kept_clean() -> Iterator[None]:
    """Send what libraries print on the process's stdout to stderr, since stdout is data only."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def table_width(stream: TextIO) -> int:
    """Return the columns to print in: what the terminal has, within what stays readable."""
    if "COLUMNS" in os.environ or stream.isatty():
        from shutil import get_terminal_size

        return min(max(get_terminal_size().columns, MIN_WIDTH), MAX_WIDTH)
    return PIPE_WIDTH


def rendered(parts: Sequence[RenderableType], stream: TextIO) -> str:
    """Return rich renderables as the text that suits the stream: colours on a terminal only.

    Text that must not wrap stays one line, however long.
    """
    page = page_for(stream, StringIO())
    for part in parts:
        page.print(part, soft_wrap=getattr(part, "no_wrap", None) is True)
    text = page.file.getvalue() if isinstance(page.file, StringIO) else ""
    lines = text.splitlines() if stream.isatty() else [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def page_for(stream: TextIO, target: TextIO) -> Console:
    """Return a rich console that writes to `target` as if it were `stream`."""
    from rich.console import Console

    return Console(
        file=target,
        width=table_width(stream),
        force_terminal=stream.isatty(),
        highlight=False,
        emoji=False,
        markup=False,
    )


@dataclass(frozen=True)
class Log:
    """What is said on stderr while a command works: plain lines, or one JSON object per line."""

    json_lines: bool = False

    def info(self, message: str, event: str = "info", /, **fields: object) -> None:
        """Say what happens."""
        self._line("info", event, message, fields)

    def warning(self, message: str, event: str = "warning", /, **fields: object) -> None:
        """Say what the reader should look at, though work goes on."""
        self._line("warning", event, message, fields)

    def error(self, message: str, event: str = "error", /, **fields: object) -> None:
        """Say why the command ends."""
        self._line("error", event, message, fields)

    def _line(self, level: str, event: str, message: str, fields: dict[str, object]) -> None:
        if self.json_lines:
            entry = {"time": round(time(), 3), "level": level, "event": event, "message": message} | fields
            write(sys.stderr, json.dumps(entry, ensure_ascii=False) + "\n")
        else:
            prefix = "" if level == "info" else f"{level}: "
            write(sys.stderr, f"{prefix}{message}\n")


@dataclass(frozen=True)
class Talk:
    """How one command speaks: the form of its data, and its log."""

    form: str = "text"
    log: Log = field(default_factory=Log)

    @property
    def wants_json(self) -> bool:
        """Whether stdout carries JSON instead of tables."""
        return self.form == "json"

    def data(self, value: object) -> None:
        """Write a JSON value to stdout."""
        write(sys.stdout, json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def show(self, *parts: RenderableType) -> None:
        """Write tables and text to stdout."""
        write(sys.stdout, rendered(parts, sys.stdout))

    def show_on_stderr(self, *parts: RenderableType) -> None:
        """Write tables and text to stderr."""
        write(sys.stderr, rendered(parts, sys.stderr))

    def waiting(self, message: str) -> AbstractContextManager[object]:
        """Show on a terminal that something short is under way."""
        if self.log.json_lines or not sys.stderr.isatty():
            return nullcontext()
        return page_for(sys.stderr, sys.stderr).status(message)


Command = Callable[..., int]

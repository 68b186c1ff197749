"""The sections of docs/reference.md on commands, their options and the exit codes, read off the command line itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import click

from fundalign.app.cli import cli
from fundalign.app.exits import MEANINGS

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]


def _value_text(parameter: click.Option) -> str:
    """Return what an option takes: its metavar, choices or bounds; nothing for a switch."""
    if parameter.is_flag or parameter.count:
        return ""
    kind = parameter.type
    if isinstance(kind, click.Choice):
        return " or ".join(str(choice) for choice in kind.choices)
    if parameter.metavar:
        return parameter.metavar
    return {"path": "PATH", "integer range": "N", "float range": "X"}.get(kind.name, kind.name.upper())


def _default_text(parameter: click.Option) -> str:
    """Return the default that the help of an option does not say itself."""
    if parameter.is_flag or parameter.multiple or parameter.default in (None, "", ()):
        return "–"
    plain = isinstance(parameter.default, str | int | float)
    return f"`{parameter.default}`" if plain else "–"


def _options(command: click.Command) -> Iterator[tuple[str, str, str]]:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            names = ", ".join(f"`{name}`" for name in parameter.opts)
            value = _value_text(parameter)
            several = " (several allowed)" if parameter.multiple and "several" not in (parameter.help or "") else ""
            told = f"{names} {value}".strip()
            yield told, _default_text(parameter), (parameter.help or "") + several


def command_sections(table_of: Table) -> Iterator[tuple[str, str]]:
    """Yield every command's name and section: usage, what it does, its options."""
    for name, own in _commands(cli, click.Context(cli, info_name="fundalign")):
        command = own.command
        usage = command.get_usage(own).removeprefix("Usage: ")
        told = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
        options = table_of(("option", "default", "meaning"), _options(command))
        yield name, f"### fundalign {name}\n\n```text\n{' '.join(usage.split())}\n```\n\n{told}\n\n{options}\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Context]]:
    """Yield every command by the words that call it, those of groups in place of the groups."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        own = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", found) for inner, found in _commands(command, own))
        else:
            yield name, own


def exit_codes(table_of: Table) -> str:
    """Return the section on exit codes."""
    rows = ((str(int(code)), told) for code, told in MEANINGS.items())
    return f"## Exit codes\n\n{table_of(('code', 'meaning'), rows)}\n"

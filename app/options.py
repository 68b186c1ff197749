"""The options that every command that searches has, said once."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..optimizer.solve import SolveOptions
    from .solving import Request

WHAT_IF = "'budgets.payments[funder=DE,cycle=c1]*=0.9'"
Command = Callable[..., int]


@dataclass(frozen=True)
class Asked:
    """What the options of a command that searches say."""

    output: Path | None
    gap: float | None
    time_limit: float | None
    steps: int | None
    scenario: str | None
    changes: tuple[str, ...]
    seed: int
    threads: int
    solver_log: bool
    force: bool

    def options(self) -> SolveOptions:
        """Return the options of the search."""
        from ..optimizer.solve import SolveOptions

        return SolveOptions(
            gap=self.gap,
            time_limit=self.time_limit,
            seed=self.seed,
            threads=self.threads,
            solver_log=self.solver_log,
            steps=self.steps,
        )

    def request(self, case: str, start: Path | None = None) -> Request:
        """Return what is to be solved and where it goes."""
        from .solving import Request

        return Request(case, self.output, self.scenario, self.changes, self.force, start)


def finite(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse `nan` and `inf` where a number is asked for."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a number to search with", context, parameter)
    return value


def all_finite(context: click.Context, parameter: click.Parameter, values: tuple[float, ...]) -> tuple[float, ...]:
    """Refuse `nan` and `inf` where several numbers are asked for."""
    for value in values:
        finite(context, parameter, value)
    return values


def share(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Return a share; refuse what is no number from 0 to 1, such as a percentage."""
    try:
        found = None if value is None else float(value)
    except ValueError:
        found = math.nan
    if found is not None and not 0 <= found <= 1:
        raise click.BadParameter(f"{value!r} is not a share such as 0.05", context, parameter)
    return found


def moved_by(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Decimal, ...]:
    """Return shares to move numbers by; refuse what is no number above 0 and below 1."""
    found = []
    for value in values:
        try:
            number = Decimal(value)
        except ArithmeticError:
            number = Decimal("nan")
        if not number.is_finite() or not 0 < number < 1:
            raise click.BadParameter(f"{value!r} is not a share such as 0.1", context, parameter)
        found.append(number)
    return tuple(found)


KIND_HELP = "What to move, several allowed: budget, rate, floor, ceiling, ratio, cost, duration, value, ..."
SHARE_HELP = "Move by this share of itself, down and up, several allowed; default 0.05, 0.1, 0.2."
TOLERANCE_HELP = "Part of the objective another portfolio may be worth less."
WHY_TIME = "Seconds in all, apart from solving a CASE."
DISTANCE_HELP = "Initiatives another portfolio differs in at least."
GAP = "Relative gap at which to stop, such as 0.001; default from the case."
STEPS = "Steps of improvement and branch-and-bound nodes; the same plan on every machine."
OPTIONS = (
    click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder of the run; default ./<CASE>-run."),
    click.option("--gap", callback=share, metavar="SHARE", help=GAP),
    click.option(
        "--time-limit",
        type=click.FloatRange(min=0, min_open=True),
        callback=finite,
        metavar="S",
        help="Seconds; default from the case.",
    ),
    click.option("--steps", type=click.IntRange(min=0), metavar="N", help=STEPS),
    click.option("--scenario", metavar="NAME", help="A scenario of the case's scenarios.toml."),
    click.option("--set", "changes", multiple=True, metavar="CHANGE", help=f"A what-if, several allowed: {WHAT_IF}."),
    click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the solver."),
    click.option("--threads", type=click.IntRange(0, 256), default=0, help="Cores to use, 0 = all; at most 8 walks."),
    click.option("--solver-log", is_flag=True, help="Show the solver's own log on stderr."),
    click.option("--force", is_flag=True, help="Replace an earlier run in the output folder."),
    click.option("--log-json", is_flag=True, help="One JSON object per line on stderr, for batch jobs."),
)


def searching(command: Command) -> Command:
    """Give a command the options of a search, which it gets as one `Asked` in its argument `asked`.

    To be put below `talking`, which takes `--log-json` for itself.
    """

    @functools.wraps(command)
    def run(*arguments: Any, **named: Any) -> int:
        own = {name: named.pop(name) for name in Asked.__dataclass_fields__}
        return command(*arguments, asked=Asked(**own), **named)

    for option in reversed(OPTIONS):
        run = option(run)
    return run

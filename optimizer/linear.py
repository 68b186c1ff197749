"""Linear programs that must end: where one method does not, another is tried.

Simplex has been seen to go on for ever on a degenerate program of payments that interior point solves at once.
"""

from .compile import Program
from .engine import Ending, Limits, Outcome, Search

SECONDS, COLUMNS = 10.0, 500  # that a method is given at least, and columns for every second more
METHODS: tuple[dict[str, str | int], ...] = (
    {},
    {"solver": "ipm"},
    {"solver": "simplex", "presolve": "off", "simplex_strategy": 4},
)
GIVEN_UP = (Ending.TIME_LIMIT, Ending.NUMERICAL)


def solved(program: Program, stop: object | None = None) -> Outcome:
    """Return the optimum of a program without its integrality, or what the last method said of it.

    Once `stop` is true no other method is tried, but the first one may end.
    """
    outcome = Outcome(Ending.NUMERICAL, None, None, None, 0.0)
    limits = Limits(time_limit=SECONDS + len(program.cost) / COLUMNS)
    for options in METHODS:
        search = Search(program, limits, relax=True)
        for name, value in options.items():
            search.highs.setOptionValue(name, value)
        outcome = search.run()
        if outcome.ending not in GIVEN_UP or stop:
            break
    return outcome

"""The efficient frontier: value against another goal, by the ε-constraint method with exact end points.

The end points are those of the payoff table: the plan of most value and, among those, the best of the goal; and the
other way round. Between them one of the two is asked for in equal steps and the other is sought; a second goal sees to
it that a point is not merely weakly efficient. Whatever a table of the case can say is said there, so that points/NN
is a case of its own that anybody can solve again. Each point starts from the one before. Source: Mavrotas (2009).

    public_money, received, key   asked: value; sought: the goal (`objective.required_value`), then most value
    geo_return, leverage          asked: the ratio (a row of equity.csv; for leverage a row of the model); sought:
                                  value, then the best ratio
    confidence                    asked: the confidence of the buffers; sought: value

The case's own goal and required value give way to these.
"""

from collections.abc import Sequence

from ..inputs.case import Case
from ..inputs.faults import UsageError
from ..results.frontier import Frontier, Point, assembled
from ..results.measures import GOALS, RATIOS
from ..results.undominated import Pair
from .engine import Listener
from .frontier_paths import confidence_path, goal_path, ratio_path
from .frontier_tracer import Tracer
from .signals import listening
from .solve import SolveOptions

POINTS = 8
NEAR_RATIO = 1e-5  # ratios (as parts, see `models.ratios`) that are nearer are the same


def frontier(
    case: Case,
    against: str = "geo_return",
    points: int = POINTS,
    options: SolveOptions | None = None,
    progress: Listener | None = None,
    at: Sequence[float] = (),
) -> Frontier:
    """Return value against a goal: public_money, received:GROUP, key, geo_return, leverage or confidence.

    At most `points` points, the two end points among them; `at` gives the levels between the end points instead (least
    values, least ratios, or all levels of confidence). `options` hold for each point; the search of a second goal may
    take a tenth of its time limit on top. A signal ends it with the points found so far. Raises UsageError for
    another goal or one that the case gives no meaning, Infeasible where no plan satisfies every rule.
    """
    goal, group = checked(case, against)
    if points < 2:
        raise UsageError(f"a frontier has at least its 2 end points, not {points}")
    with listening() as interrupt:
        tracer = Tracer(case, goal, group, options or SolveOptions(), progress, points, interrupt)
        paths = {"confidence": confidence_path, **dict.fromkeys(RATIOS, ratio_path)}
        found = list(paths.get(goal, goal_path)(tracer, list(at)))
    result = assembled(
        case, against, found, [_pair(goal, p, found) for p in found if p.run is not None], near(case, goal)
    )
    return Frontier(case, against, result.points, result.left_out, tracer.signal)


def checked(case: Case, against: str) -> tuple[str, str]:
    """Return the goal and its group; UsageError for a goal that is none, or has no meaning in the case."""
    goal, _, group = against.partition(":")
    if goal not in GOALS or (goal == "received") != bool(group):
        named = ", ".join("received:GROUP" if each == "received" else each for each in GOALS)
        raise UsageError(f"no goal {against!r}; a frontier is against one of {named}")
    if goal == "received" and group not in case.party_sets:
        raise UsageError(f"received:{group}: no party or group of parties has that name")
    if goal == "confidence" and case.settings.buffer.method == "none":
        raise UsageError("the case has no buffers (buffer.method is none), so confidence changes nothing")
    if goal == "key" and not any(row.key for row in case.parties.values()):
        raise UsageError("no party has a key in parties.csv")
    if goal in ("received", "key", "geo_return") and not case.shares:
        raise UsageError("the case has no shares.csv, so that no party receives anything")
    if goal == "geo_return" and not any(row.kind == "public" and row.party for row in case.funders.values()):
        raise UsageError("no public funder has a home party, so that no party contributes")
    if goal == "leverage" and not any(row.kind == "private" for row in case.funders.values()):
        raise UsageError("the case has no private funder, so that leverage is always 0")
    return goal, group


def near(case: Case, goal: str) -> float:
    """Return how near two plans may be in a goal, as `_pair` counts it, and be the same there."""
    if goal in ("public_money", "received"):
        return 2.0 / 10.0 ** case.minor_digits(case.base)
    return NEAR_RATIO if goal in RATIOS else 0.0


def _pair(goal: str, point: Point, points: Sequence[Point]) -> Pair:
    """Return value and goal so that more of both is better; ratios as parts where one of them is infinite."""
    value, reached = point.value or 0.0, point.goal or 0.0
    if goal == "public_money":
        return value, -reached
    if goal in RATIOS and any(p.goal == float("inf") for p in points):
        return value, 1.0 if reached == float("inf") else reached / (1.0 + reached)
    return value, reached

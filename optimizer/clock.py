"""When a solve has to end: the search at its time limit or at a signal, what comes after within a grace.

    stop    the time limit, or the moment a signal came
    grace   a tenth of what went by until then, at least 10 s, and at least as long as building the model took
    end     stop + grace

After the stop the plan found is settled to minor units, and a tie-break made, within the grace. What does not fit in is
cut short, and the report says so. Where the plan cannot be settled in the greater part of it, the rest is for one that
can (see `standby`), of which the smallest is settled however late it is. What has begun to be rounded, verifying and
writing come on top.
"""

import time
from dataclasses import dataclass, field

from .signals import Interrupt

GRACE, LEAST = 0.1, 10.0  # part of the time until the stop, and seconds
MAIN = 0.7  # part of the grace in which the plan found must be settled


@dataclass
class Clock:
    """The times of one solve, in monotonic seconds; true once all is over.

    `limit` is the seconds the search may take since `began`, `built` those that building the model took. `cut` names
    what was cut short.
    """

    began: float = field(default_factory=time.monotonic)
    limit: float = float("inf")
    interrupt: Interrupt = field(default_factory=Interrupt)
    built: float = 0.0
    cut: list[str] = field(default_factory=list)

    @property
    def stop(self) -> float:
        """Return when the search has to stop."""
        return min(self.began + self.limit, self.interrupt.at)

    @property
    def grace(self) -> float:
        """Return the seconds that what comes after the search may take."""
        took = self.stop - self.began
        return max(LEAST, self.built, GRACE * took)

    @property
    def late(self) -> bool:
        """Tell whether the search has to stop."""
        return time.monotonic() >= self.stop

    def left(self) -> float:
        """Return the seconds until all has to be over; may be negative."""
        return self.stop + self.grace - time.monotonic()

    def main(self) -> float:
        """Return the seconds left for settling the plan that was found; may be negative."""
        return self.stop + MAIN * self.grace - time.monotonic()

    def short(self, what: str) -> None:
        """Note what is cut short."""
        if what not in self.cut:
            self.cut.append(what)


@dataclass(frozen=True)
class Deadline:
    """An end that the clock sets; true once it is passed. `whole`: the end of all, not only of settling the plan.

    `until` is a moment (monotonic seconds) before which it does not end.
    """

    clock: Clock
    whole: bool = False
    until: float = float("-inf")

    def left(self) -> float:
        """Return the seconds left; may be negative."""
        return max(self.until - time.monotonic(), self._set())

    def _set(self) -> float:
        return self.clock.left() if self.whole else self.clock.main()

    def __bool__(self) -> bool:
        """Tell whether the time is up."""
        return self.left() <= 0.0

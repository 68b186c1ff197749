"""Which numbers of steps of a change to look at: bracketed first, then halved until two that differ are neighbours."""

from .trial import Verdict

FALLBACK = (2, 4, 8)  # parts of the far end that are looked at where that does not turn, and a smaller change still may
GROWING = 4  # by how much more every look goes away from a guess


class Bracket:
    """The steps 1 to `most` of a change: which were looked at, and between which of them it turns.

    A good guess is looked at first, then its neighbours, farther and farther; without one the far end is, and halves of
    it. `steady`: where more steps do not turn, fewer do not either.
    """

    def __init__(self, most: int, guess: int | None, steady: bool) -> None:
        """Begin."""
        self.most, self.steady = most, steady
        self.guess = None if guess is None else min(max(guess, 1), most)
        self.known: dict[int, Verdict] = {}
        self.high: int | None = None
        self.jump = 1

    @property
    def low(self) -> int:
        """Return the largest number of steps, below where it turns, that was looked at and does not; 0 is the base."""
        return max((k for k in self.known if self.high is None or k < self.high), default=0)

    @property
    def done(self) -> bool:
        """Tell whether nothing is left to look at."""
        return self.next() is None

    def next(self) -> int | None:
        """Return the next number of steps to look at; None where two that differ are neighbours, or none turns."""
        if self.high is not None:
            if self.high - self.low <= 1:
                return None
            if self.guess is not None and self.low < self.guess < self.high and not self.jump:
                return self.guess
            near = self.guess is not None and self.low == 0
            return max(1, self.high - max(1, self.jump)) if near else (self.low + self.high) // 2
        if self.guess is not None and self.most not in self.known:
            return min(self.most, self.low + self.jump) if self.known else self.guess
        far = [self.most, *(() if self.steady else (self.most // part for part in FALLBACK))]
        return next((k for k in far if k > 0 and k not in self.known), None)

    def suggest(self, steps: int) -> None:
        """Look at a number of steps next, then at its neighbours."""
        self.guess, self.jump = min(max(steps, 1), self.most), 0

    def note(self, steps: int, known: Verdict, turned: bool) -> None:
        """Take what was found at a number of steps."""
        self.jump = max(1, self.jump * GROWING) if self.known else self.jump
        self.known[steps] = known
        if turned:
            self.high = steps if self.high is None else min(self.high, steps)

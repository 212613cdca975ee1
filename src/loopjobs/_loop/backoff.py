"""How long failures in a row put off the next run."""

import math

from loopjobs._mechanisms.pacing import backoff
from loopjobs._words.options import LoopJobOptions


class Backoff:
    """The wait after the last run that ended, under the options in force.

    A wait no longer than the interval is no back-off: the pace is slow enough as it is.
    """

    __slots__ = ("base", "failures", "until", "wait")

    def __init__(self) -> None:
        self.base = 0.0
        """The moment that it is counted from."""
        self.failures = 0
        """Failures in a row up to that run."""
        self.wait = 0.0
        """Seconds from the last run to the next; 0 where failures ask for none."""
        self.until = -math.inf
        """The moment before which no slot is run."""

    def note_end(self, base: float, failures: int) -> None:
        """Note that a run has ended, after so many failures in a row, and what to count from."""
        self.base, self.failures = base, failures

    def count_anew(self, interval: float, options: LoopJobOptions) -> None:
        """Count the wait under the options in force.

        Args:
            interval: Seconds from the base to the next slot; they double.
            options: The others.
        """
        longest = options.max_backoff_in_seconds
        if self.failures and longest is not None:
            self.wait = backoff(interval, self.failures, longest)
        else:
            self.wait = 0.0
        self.until = self.base + self.wait if self.wait > interval else -math.inf

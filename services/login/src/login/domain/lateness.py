"""How much of a PC's silence is our own absence."""

from datetime import datetime

_JITTER_OF_CLOCKS = 1.0
"""Seconds by which two clocks may drift between sweeps without meaning anything."""


class Absence:
    """Measures the time for which this process could not listen.

    The lateness of a run covers a stall that the monotonic clock saw. A suspended machine stops
    that clock as well; then only the wall clock has moved on, and so it has after being set
    forward. In all these cases the fleet looks silent though nobody stopped talking.
    """

    def __init__(self) -> None:
        self._last: tuple[datetime, float] | None = None

    def measure(self, lateness: float, now: datetime, monotonic: float) -> float:
        """Return the seconds of absence before this run, given how late it starts."""
        jump = self._jump_of_the_wall_clock(now, monotonic)
        self._last = (now, monotonic)
        return max(lateness, 0.0) + (jump if jump > _JITTER_OF_CLOCKS else 0.0)

    def _jump_of_the_wall_clock(self, now: datetime, monotonic: float) -> float:
        if self._last is None:
            return 0.0
        last_now, last_monotonic = self._last
        return (now - last_now).total_seconds() - (monotonic - last_monotonic)

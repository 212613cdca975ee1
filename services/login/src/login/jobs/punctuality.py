"""How late a run is, counting the slots that were missed before it."""

from loopjobs import Clock, current_run


class Punctuality:
    """Measures the time for which the loop of a job was not served.

    After a stall the last slot that passed is run late, and its own lateness is less than an
    interval. What the stall cost in all shows in the pause between two runs. Runs by hand come
    when somebody likes, and outside of a host there is no schedule: neither is ever late.

    Args:
        interval: seconds from slot to slot.
        clock: measures the pauses.
    """

    def __init__(self, interval: float, clock: Clock) -> None:
        self._interval = interval
        self._clock = clock
        self._last_end: float | None = None

    def lateness(self) -> float:
        """Return the seconds by which the current run is late."""
        try:
            run = current_run()
        except LookupError:
            return 0.0
        if run.slot is None:
            return 0.0
        return max(run.lateness, self._pause() - self._interval)

    def note_end(self) -> None:
        """Take note that a run ends."""
        self._last_end = self._clock.monotonic()

    def _pause(self) -> float:
        return 0.0 if self._last_end is None else self._clock.monotonic() - self._last_end

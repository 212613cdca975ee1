"""A time in which the store does not answer, as it is told to people."""

import logging
from datetime import datetime
from typing import Final

from loopjobs import Clock

_log: Final = logging.getLogger("loopjobs.history")

_REMIND_EVERY: Final = 60.0
_SHORTEST_RETRY: Final = 1.0
_LONGEST_RETRY: Final = 30.0


class Outage:
    """Says that runs wait, or are dropped: at once, and once a minute from then on."""

    def __init__(self, clock: Clock) -> None:
        self.since: datetime | None = None
        """When it began; `None` while there is none."""
        self._clock = clock
        self._failures = 0
        self._dropped = 0
        self._told_at: float | None = None

    @property
    def retry_in(self) -> float:
        """Seconds until the store is worth asking again: longer each time, up to a bound."""
        doublings = min(self._failures - 1, 5)
        return min(_LONGEST_RETRY, _SHORTEST_RETRY * 2.0**doublings)

    def note_failure(self, error: Exception, waiting: int, dropped: int) -> None:
        """Note that the store did not answer, and how much waits for it."""
        self.since = self.since or self._clock.now()
        self._failures += 1
        self._dropped += dropped
        if self._is_time_to_tell():
            _log.warning(
                "the history cannot be written: %s. %d entries wait, %d were dropped",
                error,
                waiting,
                self._dropped,
                extra={"waiting": waiting, "dropped": self._dropped},
            )

    def note_success(self, dropped: int) -> None:
        """Note that the store answered; something may have been dropped for want of time."""
        self._dropped += dropped
        if self.since is not None:
            _log.info(
                "the history is written again; %d entries were dropped",
                self._dropped,
                extra={"dropped": self._dropped},
            )
            self.since, self._told_at = None, None
            self._failures = self._dropped = 0
        elif self._dropped and self._is_time_to_tell():
            _log.warning(
                "runs end faster than the history can be written; %d entries were dropped",
                self._dropped,
                extra={"dropped": self._dropped},
            )
            self._dropped = 0

    def _is_time_to_tell(self) -> bool:
        now = self._clock.monotonic()
        if self._told_at is not None and now - self._told_at < _REMIND_EVERY:
            return False
        self._told_at = now
        return True

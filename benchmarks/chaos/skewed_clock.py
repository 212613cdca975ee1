"""A clock that goes wrong."""

import math
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from loopjobs import Alarm, SystemClock

_LONGEST_GLANCE: Final = 1.0
"""Seconds. Whoever has a lease of two looks more often than that, unless it is frozen."""


class SkewedClock:
    """The clock of the machine as a replica has it that is ahead, or behind, and goes too fast.

    Args:
        ahead: Seconds.
        rate: Its seconds in one second of the machine.
        is_still_when_frozen: Whether time that nobody was there to see does not count.
    """

    def __init__(self, ahead: float, rate: float, *, is_still_when_frozen: bool = False) -> None:
        self._machine = SystemClock()
        self._ahead = ahead
        self._rate = rate
        self._longest = _LONGEST_GLANCE if is_still_when_frozen else math.inf
        self._began = self._seen = self._machine.monotonic()
        self._passed_over = 0.0
        self._looking = threading.Lock()

    def now(self) -> datetime:
        """Return the wrong time of the day."""
        return self._machine.now() + timedelta(seconds=self._ahead + self._gained())

    def monotonic(self) -> float:
        """Return seconds that are too short, or too long."""
        # Of its own zero: a monotonic clock must not be compared between machines.
        return self._machine.monotonic() + self._ahead + self._gained()

    async def sleep(self, seconds: float) -> None:
        """Sleep for so many of its seconds."""
        await self._machine.sleep(seconds / self._rate)

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        """Call back within a window of its own time."""
        return self._machine.call_between(self._real(earliest), self._real(latest), callback)

    def _gained(self) -> float:
        with self._looking:
            now = self._machine.monotonic()
            if now - self._seen > self._longest:
                self._passed_over += now - self._seen
            self._seen = now
            return (now - self._began) * (self._rate - 1) - self._passed_over

    def _real(self, when: float) -> float:
        left = when - self.monotonic()
        # Read last: a window that began too early would be waited for again and again.
        return self._machine.monotonic() + left / self._rate

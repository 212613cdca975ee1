"""Looks at the wall clock every minute: nobody tells when it is set."""

from collections.abc import Callable
from typing import Final

from loopjobs._mechanisms.alarms import Callback
from loopjobs._mechanisms.timer import Timer
from loopjobs._words.clock import Clock

LOOK_EVERY: Final = 60.0
"""Seconds after which a clock that was set is noticed at the latest."""


class WallWatch:
    """Calls back every minute; what waits for an instant can reckon anew how far away it is.

    Args:
        clock: Counts the minute.
        timer: Calls.
        look: What is called.
    """

    __slots__ = ("_alarm", "_clock", "_look", "_timer")

    def __init__(self, clock: Clock, timer: Timer, look: Callable[[], None]) -> None:
        self._clock = clock
        self._timer = timer
        self._look = look
        self._alarm = self._arm()

    def end(self) -> None:
        """Look no more."""
        self._alarm.cancel()

    def _arm(self) -> Callback:
        return self._timer.arm_slot(self._clock.monotonic() + LOOK_EVERY, self._wake)

    def _wake(self) -> None:
        self._alarm = self._arm()
        self._look()

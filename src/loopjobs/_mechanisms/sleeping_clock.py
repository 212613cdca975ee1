"""Call-backs from a clock that has none."""

import asyncio
from collections.abc import Callable

from loopjobs._words.clock import Alarm, Clock


class SleepingClock:
    """Gives call-backs to a clock that can only sleep, by a task for each wake-up."""

    def __init__(self, clock: Clock) -> None:
        self.now = clock.now
        self.monotonic = clock.monotonic
        self.sleep = clock.sleep

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        """Call back at the end of the window; at once if it has ended already."""
        return asyncio.ensure_future(self._ring(max(earliest, latest), callback))

    async def _ring(self, when: float, callback: Callable[[], None]) -> None:
        await self.sleep(max(0.0, when - self.monotonic()))
        callback()

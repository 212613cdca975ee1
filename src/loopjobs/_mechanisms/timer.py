"""One timer for all loops of a host: a heap of alarms behind a single alarm of the clock."""

import asyncio
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count

from loopjobs._words.clock import Alarm, AlarmClock, Clock

_DEADLINE, _SLOT = 0, 1
_FEW = 64


class TimerAlarm:
    """One entry of the heap."""

    __slots__ = ("_callback", "_timer")

    def __init__(self, callback: Callable[[], None], timer: "Timer") -> None:
        self._callback: Callable[[], None] | None = callback
        self._timer = timer

    def cancel(self) -> None:
        """Call it off; the entry stays in the heap until it surfaces or the heap is swept."""
        if self._callback is not None:
            self._callback = None
            self._timer.note_cancelled()

    @property
    def is_over(self) -> bool:
        """Whether it has fired or was called off."""
        return self._callback is None

    def take(self) -> Callable[[], None] | None:
        """Hand out the callback, once; `None` if it was called off."""
        callback, self._callback = self._callback, None
        return callback


class Timer:
    """Calls back at moments of the clock; what is due within the slack shares one wake-up.

    Waking the process costs several times what a tick costs, so a few milliseconds of slack halve
    the cost of many loops; it is the timer slack that operating systems have for the same reason.
    """

    def __init__(self, clock: Clock, slack: float) -> None:
        self._clock = clock if isinstance(clock, AlarmClock) else _SleepingClock(clock)
        self._slack = slack
        self._heap: list[tuple[float, int, int, TimerAlarm]] = []
        self._order = count()
        self._cancelled = 0
        self._alarm: Alarm | None = None
        self._alarm_due = float("inf")
        self._firing = False

    def arm_slot(self, when: float, callback: Callable[[], None]) -> TimerAlarm:
        """Call back at `when`, which is a point of the clock's `monotonic`."""
        return self._arm(when, _SLOT, callback)

    def arm_deadline(self, when: float, callback: Callable[[], None]) -> TimerAlarm:
        """Call back at `when`, ahead of slots due at that moment.

        What ended by a deadline has thus ended before the slot that is due at the same moment.
        """
        return self._arm(when, _DEADLINE, callback)

    def close(self) -> None:
        """Forget everything that was asked for."""
        self._heap.clear()
        self._call_off()

    def note_cancelled(self) -> None:
        """Sweep the heap once most of it is dead, so that far-off entries cannot pile up."""
        self._cancelled += 1
        if self._cancelled > _FEW and self._cancelled * 2 > len(self._heap):
            # In place: the heap may be in the middle of firing.
            self._heap[:] = [item for item in self._heap if not item[3].is_over]
            heapify(self._heap)
            self._cancelled = 0

    def _arm(self, when: float, rank: int, callback: Callable[[], None]) -> TimerAlarm:
        alarm = TimerAlarm(callback, self)
        heappush(self._heap, (when, rank, next(self._order), alarm))
        if when < self._alarm_due and not self._firing:
            self._ask_clock(when)
        return alarm

    def _ask_clock(self, when: float) -> None:
        self._call_off()
        self._alarm_due = when
        self._alarm = self._clock.call_between(when, when + self._slack, self._fire)

    def _call_off(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._alarm_due = float("inf")

    def _fire(self) -> None:
        self._alarm = None
        self._alarm_due = float("inf")
        self._firing = True
        try:
            self._fire_due(self._clock.monotonic())
        finally:
            self._firing = False
            if self._heap:
                self._ask_clock(self._heap[0][0])

    def _fire_due(self, now: float) -> None:
        heap = self._heap
        while heap and heap[0][0] <= now:
            _, rank, _, alarm = heappop(heap)
            callback = alarm.take()
            if callback is None:
                self._cancelled -= 1
                continue
            callback()
            if rank == _DEADLINE:
                # Let what the deadline ended unwind first; the rest is due in the next wake-up.
                return


class _SleepingClock:
    """Gives call-backs to a clock that can only sleep, by a task for each wake-up."""

    def __init__(self, clock: Clock) -> None:
        self.now = clock.now
        self.monotonic = clock.monotonic
        self.sleep = clock.sleep

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        return asyncio.ensure_future(self._ring(max(earliest, latest), callback))

    async def _ring(self, when: float, callback: Callable[[], None]) -> None:
        await self.sleep(max(0.0, when - self.monotonic()))
        callback()

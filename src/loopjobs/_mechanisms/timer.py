"""One timer for all loops of a host: a heap of alarms behind a single alarm of the clock."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from operator import itemgetter
from typing import Final, TypeAlias

from loopjobs._words.clock import Alarm, AlarmClock, Clock

_DEADLINE, _SLOT = 0, 1
_FEW = 64
_FRESH: Final = 0.1
"""Seconds for which a reading of the wall clock is shared."""


class TimerAlarm:
    """One entry of the heap."""

    __slots__ = ("_timer", "callback")

    def __init__(self, callback: "Callback", timer: "Timer") -> None:
        self.callback: Callback | None = callback
        """`None` once it has fired or was called off."""
        self._timer = timer

    def cancel(self) -> None:
        """Call it off; the entry stays in the heap until it surfaces or the heap is swept."""
        if self.callback is not None:
            self.callback = None
            self._timer.note_cancelled()

    @property
    def is_over(self) -> bool:
        """Whether it has fired or was called off."""
        return self.callback is None


Callback: TypeAlias = Callable[[], float | None]
"""What a slot's callback returns is the moment at which it is to be called again, if at all."""

_Entry: TypeAlias = tuple[float, int, int, TimerAlarm]
"""The moment, what comes first in it, a number that settles the rest, and who is called."""
_moment: Final[Callable[[_Entry], float]] = itemgetter(0)


class Timer:
    """Calls back at moments of the clock; what is due within the slack shares one wake-up.

    Waking the process costs several times what a tick costs, so a few milliseconds of slack halve
    the cost of many loops; it is the timer slack that operating systems have for the same reason.
    """

    def __init__(self, clock: Clock, slack: float) -> None:
        self._clock = clock if isinstance(clock, AlarmClock) else _SleepingClock(clock)
        self._slack = slack
        self._heap: list[_Entry] = []
        self._taken: list[_Entry] = []
        """What is due and was taken off the heap; the first of it is the last of this."""
        self._order = count()
        self._cancelled = 0
        self._alarm: Alarm | None = None
        self._alarm_due = inf
        """Nothing that is due later needs a call of its own: before all while it is firing."""
        self._firing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.moment = -inf
        """The clock's time when it last called: all that it called for share one reading."""
        self._wall_moment = -inf
        self._wall = 0.0

    def arm_slot(
        self, when: float, callback: Callback, spent: TimerAlarm | None = None
    ) -> TimerAlarm:
        """Call back at `when`, which is a point of the clock's `monotonic`.

        Args:
            when: The moment.
            callback: What is called.
            spent: An alarm that has fired, to be used again; one that was called off will not do.
        """
        if spent is None:
            return self._arm(when, _SLOT, callback)
        spent.callback = callback
        heappush(self._heap, (when, _SLOT, next(self._order), spent))
        if when < self._alarm_due:
            self._look_ahead()
        return spent

    def arm_deadline(self, when: float, callback: Callable[[], None]) -> TimerAlarm:
        """Call back at `when`, ahead of slots due at that moment.

        What ended by a deadline has thus ended before the slot that is due at the same moment.
        """
        return self._arm(when, _DEADLINE, callback)

    def wall_at(self, now: float) -> float:
        """Return what the wall clock shows at this moment, in seconds since 1970.

        To read it takes longer than to begin a run, so those that begin within a tenth of a second
        share one reading.
        """
        ahead = now - self._wall_moment
        if ahead > _FRESH:
            self._wall_moment, ahead = now, 0.0
            self._wall = self._clock.now().timestamp()
        return self._wall + ahead

    def close(self) -> None:
        """Forget everything that was asked for."""
        self._heap.clear()
        self._taken.clear()
        self._cancelled = 0
        self._look_ahead()

    def note_cancelled(self) -> None:
        """Sweep the heap once most of it is dead, so that far-off entries cannot pile up."""
        self._cancelled += 1
        if self._cancelled > _FEW and self._cancelled * 2 > len(self._heap) + len(self._taken):
            # In place: it may be in the middle of firing.
            for entries in (self._heap, self._taken):
                entries[:] = [entry for entry in entries if not entry[3].is_over]
            heapify(self._heap)
            self._cancelled = 0
        heap = self._heap
        if not heap or heap[0][3].callback is None:
            self._look_ahead()

    def _arm(self, when: float, rank: int, callback: Callback) -> TimerAlarm:
        if self._loop is None:
            self._loop = _running_loop()
        alarm = TimerAlarm(callback, self)
        heappush(self._heap, (when, rank, next(self._order), alarm))
        if when < self._alarm_due:
            self._look_ahead()
        return alarm

    def _look_ahead(self) -> None:
        """Have the clock call for the first alarm that is still wanted, and for no other."""
        # Runs that are collected with their event loop call off their alarms, in the middle of
        # whatever runs then: the timer of a host that is gone must not go on in there.
        if self._firing or _running_loop() is not self._loop:
            return
        heap = self._heap
        while heap and heap[0][3].callback is None:
            heappop(heap)
            self._cancelled -= 1
        due = heap[0][0] if heap else inf
        if due == self._alarm_due:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_due = due
        self._alarm = self._clock.call_between(due, due + self._slack, self._fire) if heap else None

    def _fire(self) -> None:
        self._alarm = None
        self._alarm_due = -inf
        self._firing = True
        self._wall_moment = -inf
        self.moment = self._clock.monotonic()
        try:
            self._fire_due(self.moment)
        finally:
            self._firing = False
            self._alarm_due = inf
            self._look_ahead()

    def _fire_due(self, now: float) -> None:
        heap, taken, order = self._heap, self._taken, self._order
        try:
            while heap and heap[0][0] <= now:
                self._take_due(now)
                while taken:
                    _, rank, _, alarm = taken.pop()
                    callback, alarm.callback = alarm.callback, None
                    if callback is None:
                        self._cancelled -= 1
                        continue
                    following = callback()
                    if rank == _DEADLINE:
                        # Let what it ended unwind first; the rest is due in the next wake-up.
                        return
                    if following is not None:
                        alarm.callback = callback
                        heappush(heap, (following, _SLOT, next(order), alarm))
        finally:
            if taken:
                heap += taken
                taken.clear()
                heapify(heap)

    def _take_due(self, now: float) -> None:
        """Take off the heap what is due, up to a deadline; where that is much of it, by sorting.

        A sorted list is a heap, and loops of one interval leave it sorted: to sort it again takes
        a fraction of what it takes to find the first entry each time.
        """
        heap, taken = self._heap, self._taken
        if len(heap) > _FEW and heap[len(heap) // 8][0] <= now:
            heap.sort()
            end = bisect_right(heap, now, key=_moment)
            taken += heap[:end]
            del heap[:end]
        while heap and heap[0][0] <= now:
            entry = heappop(heap)
            taken.append(entry)
            if entry[1] == _DEADLINE:
                break
        taken.reverse()


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


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

"""One timer for all loops of a host: a heap of alarms behind a single alarm of the clock."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from operator import itemgetter
from typing import Final, TypeAlias

from loopjobs._mechanisms.alarms import NOWHERE, Callback, TimerAlarm, WakeUpWatcher
from loopjobs._mechanisms.sleeping_clock import SleepingClock
from loopjobs._mechanisms.task_steps import enter_task, leave_present_task
from loopjobs._words.clock import Alarm, AlarmClock, Clock

_DEADLINE, _SLOT = 0, 1
_FEW = 64


_Entry: TypeAlias = tuple[float, int, int, TimerAlarm]
"""The moment, what comes first in it, a number that settles the rest, and who is called."""
_moment: Final[Callable[[_Entry], float]] = itemgetter(0)


class Timer:
    """Calls back at moments of the clock; what is due within the slack shares one wake-up.

    Waking the process costs several times what a tick costs, so a few milliseconds of slack halve
    the cost of many loops; it is the timer slack that operating systems have for the same reason.
    """

    def __init__(self, clock: Clock, slack: float) -> None:
        self._clock = clock if isinstance(clock, AlarmClock) else SleepingClock(clock)
        self._slack = slack
        self._heap: list[_Entry] = []
        self._taken: list[_Entry] = []
        """What is due and was taken off the heap; the first of it is the last of this."""
        self._next_place: Final = count(NOWHERE + 1).__next__
        self._cancelled = 0
        self._alarm: Alarm | None = None
        self._alarm_due = inf
        """Nothing that is due later needs a call of its own: before all while it is firing."""
        self._firing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._call: Callable[[], None] = self._fire
        """Fires in the context that the timer was first used in; event loops call in that of
        whoever has asked for the call, a web request, say, and would go on in it for good."""
        self._waited_until = -inf
        """What is due by then has waited enough, or is not to wait."""
        self.moment = -inf
        """What the clock showed last, as far as it was asked: while the timer calls, whoever takes
        time notes it here, so that the next one need not ask."""
        self.wall_offset = 0.0
        """What the wall clock showed beyond the clock's time when both were last read, in seconds
        since 1970: to read it takes longer than to begin a run."""
        self.watcher: WakeUpWatcher | None = None
        """Told of each wake-up."""

    def arm(self, when: float, alarm: TimerAlarm) -> None:
        """Ring that alarm, which is not armed, at `when`: a point of the clock's `monotonic`."""
        next_place = self._next_place
        alarm.place = place = next_place()
        heappush(self._heap, (when, _SLOT, place, alarm))
        if when < self._alarm_due:
            self._look_ahead()

    def call_off(self, alarm: TimerAlarm) -> None:
        """Do not ring it; the entry stays in the heap until it surfaces or the heap is swept."""
        if alarm.place != NOWHERE:
            alarm.place = NOWHERE
            self._note_cancelled()

    def arm_slot(self, when: float, call: Callable[[], object]) -> Callback:
        """Call back at `when`."""
        alarm = Callback(call, self)
        self.arm(when, alarm)
        return alarm

    def arm_deadline(self, when: float, call: Callable[[], object]) -> Callback:
        """Call back at `when`, ahead of slots due at that moment.

        What ended by a deadline has thus ended before the slot that is due at the same moment.
        """
        alarm = Callback(call, self)
        alarm.place = place = self._next_place()
        heappush(self._heap, (when, _DEADLINE, place, alarm))
        if when < self._alarm_due:
            self._look_ahead()
        return alarm

    def hurry(self, moment: float) -> None:
        """Let what is due by that moment, and is armed from here on, not wait for others."""
        self._waited_until = moment

    def read_wall(self) -> None:
        """Read the wall clock, as is done for all that is due at each wake-up."""
        self.wall_offset = self._clock.now().timestamp() - self._clock.monotonic()

    def close(self) -> None:
        """Forget everything that was asked for."""
        self._heap.clear()
        self._taken.clear()
        self._cancelled = 0
        self._look_ahead()

    def _note_cancelled(self) -> None:
        """Sweep the heap once most of it is dead, so that far-off entries cannot pile up."""
        self._cancelled += 1
        if self._cancelled > _FEW and self._cancelled * 2 > len(self._heap) + len(self._taken):
            # In place: it may be in the middle of firing.
            for entries in (self._heap, self._taken):
                entries[:] = [entry for entry in entries if _is_wanted(entry)]
            heapify(self._heap)
            self._cancelled = 0
        heap = self._heap
        if not heap or not _is_wanted(heap[0]):
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Have the clock call for the first alarm that is still wanted, and for no other."""
        # Runs that are collected with their event loop call off their alarms, in the middle of
        # whatever runs then: the timer of a host that is gone must not go on in there.
        if self._firing or not self._is_at_home():
            return
        heap = self._heap
        while heap and not _is_wanted(heap[0]):
            heappop(heap)
            self._cancelled -= 1
        due = heap[0][0] if heap else inf
        if due == self._alarm_due:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_due = due
        latest = due if due <= self._waited_until else due + self._slack
        self._alarm = self._clock.call_between(due, latest, self._call) if heap else None

    def _is_at_home(self) -> bool:
        running = _running_loop()
        if self._loop is None:
            self._loop = running
            self._call = partial(copy_context().run, self._fire)
        return running is self._loop

    def _fire(self) -> None:
        self._alarm = None
        self._alarm_due = -inf
        self._firing = True
        # A virtual clock calls from the task that lets time pass.
        task = leave_present_task()
        try:
            if self.watcher is not None:
                self.watcher.wake_up_begins()
            # What lets a deadline go first is due by then, too.
            self.moment = self._waited_until = moment = self._clock.monotonic()
            self.wall_offset = self._clock.now().timestamp() - moment
            self._fire_due(moment)
        finally:
            if self.watcher is not None:
                self.watcher.wake_up_ends()
            if task is not None:
                enter_task(task.get_loop(), task)
            self._firing = False
            self._alarm_due = inf
            self._look_ahead()

    def _fire_due(self, now: float) -> None:
        heap, taken = self._heap, self._taken
        try:
            while heap and heap[0][0] <= now:
                self._take_due(now)
                while taken:
                    _, rank, place, alarm = taken.pop()
                    if alarm.place != place:
                        self._cancelled -= 1
                        continue
                    alarm.place = NOWHERE
                    following = alarm.ring(now)
                    if following < inf:
                        alarm.place = place
                        heappush(heap, (following, _SLOT, place, alarm))
                        continue
                    if rank == _DEADLINE:
                        # Let what it ended unwind first; the rest is due in the next wake-up.
                        return
                    self.moment = self._clock.monotonic()
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


def _is_wanted(entry: _Entry) -> bool:
    return entry[3].place == entry[2]


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

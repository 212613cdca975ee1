"""A clock that moves only when told."""

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

from loopjobs import Alarm

_SAME_INSTANT = 1e-9
_RESTLESS = 100_000
_TURNS_ENOUGH = 200


class _Entry:
    """A callback that waits for its moment."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


_Heap: TypeAlias = list[tuple[float, int, _Entry]]


class FakeClock:
    """Virtual time for tests; .NET's `FakeTimeProvider`, with an `advance` that can be awaited.

    `advance` steps from deadline to deadline. At each it wakes the sleepers, lets every task run
    until all of them wait again, and only then calls the alarms (the slots of loops): a run that
    ends at the very moment of a slot has ended before that slot is looked at. Moments less than a
    nanosecond apart are the same moment, so that the rounding of a sum decides nothing.

    Args:
        now: Where the wall clock begins; aware. The monotonic clock begins at 0.

    Raises:
        ValueError: `now` is naive.
    """

    def __init__(self, now: datetime | None = None) -> None:
        start = now or datetime(2026, 1, 1, tzinfo=UTC)
        if start.tzinfo is None:
            raise ValueError("FakeClock(now=...) takes an aware datetime, such as one in UTC")
        self._wall_start = start.astimezone(UTC)
        self._elapsed = 0.0
        self._sleepers: _Heap = []
        self._alarms: _Heap = []
        self._order = count()
        self._is_advancing = False

    def now(self) -> datetime:
        """Return the virtual wall time in UTC."""
        return self._wall_start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Return the virtual seconds since the clock was made."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Suspend the calling task until the clock was advanced that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        sleeper = self._wait(self._sleepers, self._elapsed + seconds, lambda: _wake(woken))
        try:
            await woken
        finally:
            sleeper.cancel()

    def call_between(
        self,
        earliest: float,
        latest: float,  # noqa: ARG002 - virtual time is exact
        callback: Callable[[], None],
    ) -> Alarm:
        """Call back at the beginning of the window; at once if it has begun already."""
        if earliest <= self._elapsed and not self._is_advancing:
            return asyncio.get_running_loop().call_soon(callback)
        return self._wait(self._alarms, earliest, callback)

    async def advance(self, seconds: float) -> None:
        """Let virtual time pass, deadline by deadline.

        Raises:
            ValueError: `seconds` is negative or not finite; monotonic time does not go back.
            RuntimeError: some task never comes to rest, or `advance` was called within `advance`.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(
                f"advance takes seconds from 0 up, not {seconds!r}: monotonic time does not go "
                "back. The wall clock does; see step_wall_clock"
            )
        if self._is_advancing:
            raise RuntimeError(
                "virtual time is passing already; what runs in it sleeps on the clock, or stalls"
            )
        target = self._elapsed + seconds
        await self.settle()
        self._is_advancing = True
        try:
            await self._advance_to(target)
        finally:
            self._is_advancing = False
        self._elapsed = max(self._elapsed, target)
        await self.settle()

    async def pass_until(self, ended: asyncio.Future[None]) -> None:
        """Let virtual time pass, deadline by deadline, until that future is done.

        Where no deadline is left, it is awaited: a thread or a socket has to end it.
        """
        await self.settle()
        while not ended.done():
            due = self._next_deadline()
            if due == math.inf:
                await asyncio.wait({ended})
            else:
                await self.advance(max(0.0, due - self._elapsed))

    def stall(self, seconds: float) -> None:
        """Let time pass while nothing is served, as in a blocked or suspended process.

        Deadlines inside it are looked at, late, by the next `advance`, or by the one in progress.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError("monotonic time does not go back; see step_wall_clock")
        self._elapsed += seconds

    def step_wall_clock(self, seconds: float) -> None:
        """Set the wall clock forward, or back with a negative number; deadlines do not move."""
        self._wall_start += timedelta(seconds=seconds)

    async def settle(self) -> None:
        """Let every task run until all of them wait for something.

        Raises:
            RuntimeError: some task never comes to rest.
        """
        # asyncio has no public word for "nothing is ready"; a loop that keeps no such queue, as
        # uvloop does not, is given many turns instead.
        ready = getattr(asyncio.get_running_loop(), "_ready", None)
        for turn in range(_RESTLESS):
            await asyncio.sleep(0)
            if not ready and (ready is not None or turn >= _TURNS_ENOUGH):
                return
        raise RuntimeError(f"some task is still busy after {_RESTLESS} turns of the event loop")

    async def _advance_to(self, target: float) -> None:
        steps, before = 0, self._elapsed
        # A stall in a body leads past the target; what it made late is served all the same.
        while (due := self._next_deadline()) <= max(target, self._elapsed) + _SAME_INSTANT:
            self._fire(due)
            await self.settle()
            steps = steps + 1 if self._elapsed == before else 0
            before = self._elapsed
            if steps > _RESTLESS:
                raise RuntimeError(f"{steps} deadlines in a row were due at the same instant")

    def _wait(self, heap: _Heap, when: float, callback: Callable[[], None]) -> _Entry:
        entry = _Entry(callback)
        heappush(heap, (when, next(self._order), entry))
        return entry

    def _next_deadline(self) -> float:
        return min(_first(self._sleepers), _first(self._alarms))

    def _fire(self, due: float) -> None:
        # Sleepers of this instant come first; the alarms wait until the tasks have settled.
        heap, last = self._sleepers, due + _SAME_INSTANT
        if not heap or heap[0][0] > last:
            heap, last = self._alarms, due
        # What the callbacks ask for at this very moment is not of this batch.
        batch = []
        while heap and heap[0][0] <= last:
            batch.append(heappop(heap))
        self._elapsed = max(self._elapsed, batch[-1][0])
        for _, _, entry in batch:
            if entry.callback is not None:
                entry.callback()


def _first(heap: _Heap) -> float:
    """Return the moment of the first entry that was not called off; infinite without one."""
    while heap and heap[0][2].callback is None:
        heappop(heap)
    return heap[0][0] if heap else math.inf


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)

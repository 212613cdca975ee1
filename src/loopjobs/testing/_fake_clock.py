"""A clock that moves only when told."""

import asyncio
from collections.abc import Callable, Sized
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from loopjobs import Alarm

_SLEEP, _ALARM = 0, 1
_RESTLESS = 100_000
_TURNS_ENOUGH = 200


class _FakeAlarm:
    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeClock:
    """Virtual time for tests; .NET's `FakeTimeProvider`, with an `advance` that can be awaited.

    `advance` steps from deadline to deadline. At each it wakes the sleepers, lets every task run
    until all of them wait again, and only then calls the alarms (the slots of loops): a run that
    ends at the very moment of a slot has ended before that slot is looked at.

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
        self._waiting: list[tuple[float, int, int, _FakeAlarm]] = []
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
        alarm = self._wait(self._elapsed + seconds, _SLEEP, lambda: _wake(woken))
        try:
            await woken
        finally:
            alarm.cancel()

    def call_between(
        self,
        earliest: float,
        latest: float,  # noqa: ARG002 - virtual time is exact
        callback: Callable[[], None],
    ) -> Alarm:
        """Call back at the beginning of the window; at once if it has begun already."""
        if earliest <= self._elapsed and not self._is_advancing:
            return asyncio.get_running_loop().call_soon(callback)
        return self._wait(earliest, _ALARM, callback)

    async def advance(self, seconds: float) -> None:
        """Let virtual time pass, deadline by deadline.

        Raises:
            ValueError: `seconds` is negative; monotonic time does not go back.
        """
        if seconds < 0:
            raise ValueError("monotonic time does not go back; see step_wall_clock")
        target = self._elapsed + seconds
        await self.settle()
        self._is_advancing = True
        try:
            await self._advance_to(target)
        finally:
            self._is_advancing = False
        self._elapsed = target
        await self.settle()

    async def _advance_to(self, target: float) -> None:
        while (due := self._next_deadline()) is not None and due[0] <= target:
            self._elapsed = max(self._elapsed, due[0])
            self._fire(*due)
            await self.settle()

    async def pass_until(self, ended: asyncio.Future[None]) -> None:
        """Let virtual time pass, deadline by deadline, until that future is done.

        Where no deadline is left, it is awaited: a thread or a socket has to end it.
        """
        await self.settle()
        while not ended.done():
            due = self._next_deadline()
            if due is None:
                await asyncio.wait({ended})
            else:
                await self.advance(max(0.0, due[0] - self._elapsed))

    def stall(self, seconds: float) -> None:
        """Let time pass while nothing is served, as in a blocked or suspended process.

        Deadlines inside it are looked at, late, by the next `advance`.
        """
        self._elapsed += seconds

    def step_wall_clock(self, seconds: float) -> None:
        """Set the wall clock forward, or back with a negative number; deadlines do not move."""
        self._wall_start += timedelta(seconds=seconds)

    async def settle(self) -> None:
        """Let every task run until all of them wait for something.

        Raises:
            RuntimeError: some task never comes to rest.
        """
        loop = asyncio.get_running_loop()
        for turn in range(_RESTLESS):
            await asyncio.sleep(0)
            if _is_idle(loop, turn):
                return
        raise RuntimeError(f"some task is still busy after {_RESTLESS} turns of the event loop")

    def _wait(self, when: float, rank: int, callback: Callable[[], None]) -> _FakeAlarm:
        alarm = _FakeAlarm(callback)
        heappush(self._waiting, (when, rank, next(self._order), alarm))
        return alarm

    def _next_deadline(self) -> tuple[float, int] | None:
        while self._waiting and self._waiting[0][3].callback is None:
            heappop(self._waiting)
        return self._waiting[0][:2] if self._waiting else None

    def _fire(self, when: float, rank: int) -> None:
        while self._waiting and self._waiting[0][:2] == (when, rank):
            alarm = heappop(self._waiting)[3]
            if alarm.callback is not None:
                alarm.callback()


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)


def _is_idle(loop: asyncio.AbstractEventLoop, turn: int) -> bool:
    # asyncio has no public word for "nothing is ready"; a loop that keeps no such queue (uvloop)
    # is given many turns instead.
    ready = getattr(loop, "_ready", None)
    return not ready if isinstance(ready, Sized) else turn >= _TURNS_ENOUGH

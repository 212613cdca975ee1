"""Time, read in one place."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, runtime_checkable


class Clock(Protocol):
    """The only door to time; inject it instead of asking the system.

    Intervals, delays and timeouts are measured on `monotonic`; `now` is for stamping and showing.
    """

    def now(self) -> datetime:
        """Return the present instant: aware, in UTC. It can step when the wall clock is set."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Suspend the calling task for that many seconds."""
        ...


class Alarm(Protocol):
    """A callback that was asked for and can still be called off."""

    def cancel(self) -> object:
        """Call it off; harmless when it has fired or was called off before."""
        ...


@runtime_checkable
class AlarmClock(Clock, Protocol):
    """A clock that can also call back within a window, which saves a task for each wake-up.

    The system clock waits as long as the window allows, so that what is due close together shares
    one wake-up of the process; a virtual clock calls at the exact beginning.
    """

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        """Call back once `monotonic()` has reached a point of that window."""
        ...


@runtime_checkable
class VirtualClock(Clock, Protocol):
    """A clock whose time stands still until somebody lets it pass."""

    async def pass_until(self, ended: "asyncio.Future[None]") -> None:
        """Let time pass, deadline by deadline, until that future is done."""
        ...


def monotonic_of(clock: Clock) -> Callable[[], float]:
    """Return the quickest way to read `monotonic`, for who reads it all the time."""
    return clock.reading() if type(clock) is SystemClock else clock.monotonic


class SystemClock:
    """The clock of the machine: UTC wall time and a monotonic clock."""

    def __init__(self) -> None:
        boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
        self._read: Callable[[], float] = (
            time.monotonic  # noqa: TID251 - this is the one place
            if boot_time is None
            else partial(time.clock_gettime, boot_time)
        )

    def now(self) -> datetime:
        """Return the wall clock's time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place

    def monotonic(self) -> float:
        """Return the monotonic clock's seconds; immune to steps of the wall clock.

        On Linux they count on while the machine is suspended, so that slots that pass meanwhile
        are `missed`; elsewhere time stands still during a suspend.
        """
        return self._read()

    def reading(self) -> Callable[[], float]:
        """Return what `monotonic` calls, which takes a third of the time without a method."""
        return self._read

    async def sleep(self, seconds: float) -> None:
        """Suspend the calling task for that many seconds."""
        await asyncio.sleep(seconds)

    def call_between(
        self,
        earliest: float,  # noqa: ARG002 - as late as allowed, for the sake of what comes close behind
        latest: float,
        callback: Callable[[], None],
    ) -> Alarm:
        """Call back at the end of the window; at once if it has ended already."""
        delay = max(0.0, latest - self.monotonic())
        return asyncio.get_running_loop().call_later(delay, callback)

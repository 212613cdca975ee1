"""A job whose settings are watched, and a clock that lets the files be read in a thread."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from loopjobs import CancellationToken, LoopJobOptions
from loopjobs.testing import FakeClock

Write = Callable[..., Path]
Lines = Callable[[int], list[str]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]

NAME = "loopjobs settings watch"


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    limit: int = 1


async def sweep(ct: CancellationToken) -> None:
    pass


class MachineClock:
    """A clock that is not known to be virtual: the files are read in a thread."""

    def __init__(self, virtual: FakeClock) -> None:
        self._virtual = virtual

    def now(self) -> datetime:
        return self._virtual.now()

    def monotonic(self) -> float:
        return self._virtual.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._virtual.sleep(seconds)

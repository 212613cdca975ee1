"""The overlap rule: how many runs there may be at once, and who waits for a place."""

import asyncio
from typing import Generic, TypeVar

from loopjobs._loop.runs import Runs
from loopjobs._run.options_monitor import JobOptionsMonitor
from loopjobs._words.options import LoopJobOptions
from loopjobs._words.outcomes import Outcome

OptionsT = TypeVar("OptionsT", bound=LoopJobOptions)


class Places(Generic[OptionsT]):
    """The places that the runs of one job take.

    Args:
        runs: Those in progress.
        monitor: Has the options in force; they can change while somebody waits.
        is_closed: Whether nobody is let in.
    """

    __slots__ = ("_is_closed", "_monitor", "_runs", "_waiting")

    def __init__(
        self, runs: Runs, monitor: JobOptionsMonitor[OptionsT], *, is_closed: bool
    ) -> None:
        self._runs = runs
        self._monitor = monitor
        self._waiting: dict[asyncio.Future[None], None] | None = None
        """Who waits for a place, in order; `None` if nobody does."""
        self._is_closed = is_closed

    async def wait(self) -> Outcome | None:
        """Wait for a free place where runs may overlap; return why there is none after all."""
        while self._is_full() and not self._is_closed:
            await self._wait_for_change()
        if self._is_closed:
            return Outcome.CANCELLED
        must_be_alone = self._monitor.latest.skip_if_running
        return Outcome.SKIPPED_RUNNING if must_be_alone and len(self._runs) else None

    def refusal_now(self) -> Outcome | None:
        """Return why there is no free place at this moment."""
        if self._is_closed:
            return Outcome.CANCELLED
        must_be_alone = self._monitor.latest.skip_if_running
        is_taken = (must_be_alone and len(self._runs) > 0) or self._is_full()
        return Outcome.SKIPPED_RUNNING if is_taken else None

    async def wait_by_hand(self) -> Outcome | None:
        """Wait as `wait` does, but only as the first in the queue."""
        if self._waiting and self._is_full():
            return Outcome.SKIPPED_RUNNING
        return await self.wait()

    def look_again(self) -> None:
        """Let everybody who waits look whether there is a place now; first come, first served."""
        for place in self._waiting or ():
            if not place.done():
                place.set_result(None)

    def close(self) -> None:
        """Let nobody in any more."""
        self._is_closed = True
        self.look_again()

    async def _wait_for_change(self) -> None:
        place = asyncio.get_running_loop().create_future()
        if self._waiting is None:
            self._waiting = {}
        waiting = self._waiting
        waiting[place] = None
        try:
            await place
        finally:
            del waiting[place]
            self._waiting = waiting or None

    def _is_full(self) -> bool:
        options = self._monitor.latest
        return not options.skip_if_running and len(self._runs) >= options.max_concurrent_runs

"""How the runs of a loop end when the host stops."""

import asyncio
from collections.abc import Callable

from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.runs import Runs
from loopjobs._mechanisms.alarms import Callback
from loopjobs._run.time_limit import CANCEL_GRACE_IN_SECONDS
from loopjobs._words.cancellation import request_cancellation
from loopjobs._words.outcomes import Outcome


class Drain:
    """Dying in phases: runs are asked to end, may finish, are cancelled, are given up.

    The phases are those of DESIGN section 4: the budget is counted from `begin`, the grace from
    `force`.
    """

    __slots__ = (
        "_alarm", "_context", "_ended", "_is_forced", "_runs", "has_given_up", "is_over",
    )  # fmt: skip

    def __init__(self, runs: Runs, context: LoopContext, *, is_over: bool) -> None:
        self._runs = runs
        self._context = context
        self._alarm: Callback | None = None
        self._ended: asyncio.Event | None = None
        self.is_over = is_over
        """Whether every run has ended or was given up."""
        self._is_forced = False
        self.has_given_up = False

    async def wait(self) -> None:
        """Return once every run has ended or was given up."""
        if self.is_over:
            return
        if self._ended is None:
            # Made for who waits: it takes more memory than all the rest of an idle loop's books.
            self._ended = asyncio.Event()
        await self._ended.wait()

    def begin(self) -> None:
        """Ask every run to end, and give them the shutdown budget to do so."""
        request_cancellation(self._context.stop_token)
        for run in self._runs:
            request_cancellation(run.token)
        if len(self._runs):
            self._after(self._context.shutdown_timeout, self.force)

    def force(self) -> None:
        """Cancel every run that goes on; threads cannot be cancelled, they get the grace only."""
        if self._is_forced or self.is_over:
            return
        self._is_forced = True
        for run in self._runs:
            if run.task is not None:
                run.task.cancel()
        if len(self._runs):
            self._after(CANCEL_GRACE_IN_SECONDS, self._give_up)

    def finish(self) -> None:
        """Note that the loop and all its runs have ended."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._end()

    def _give_up(self) -> None:
        self.has_given_up = True
        for run in self._runs:
            self._runs.overstay(run, Outcome.ABANDONED)
        self._end()

    def _end(self) -> None:
        self.is_over = True
        if self._ended is not None:
            self._ended.set()

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        when = self._context.clock.monotonic() + seconds
        self._alarm = self._context.timer.arm_deadline(when, action)

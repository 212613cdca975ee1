"""Performs one run: its context, its time limit, and the reading of its end."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Final

from loopjobs._mechanisms.timer import Timer
from loopjobs._run.body import Body, read_return
from loopjobs._run.current import enter_run
from loopjobs._run.in_context import in_context
from loopjobs._run.run_context import RunContext, prepare
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._run.time_limit import TimeLimit
from loopjobs._words.again import RunAgain
from loopjobs._words.clock import Clock
from loopjobs._words.outcomes import Outcome

# On Python 3.11 finding a member in its enumeration costs as much as making the run's context.
_SUCCEEDED: Final = Outcome.SUCCEEDED


class Performer:
    """Runs the body once and says how it ended; nothing a body does gets past it.

    Args:
        body: What is run.
        clock: Measures the time limit.
        timer: Watches it.
        overstay: Told of a run that has timed out and does not end.
        run_contexts: Who prepares the context of each run, in order.
    """

    __slots__ = ("_body", "_clock", "_overstay", "_run_contexts", "_timer")

    def __init__(
        self,
        body: Body,
        clock: Clock,
        timer: Timer,
        overstay: Callable[[RunInProgress, Outcome], None],
        run_contexts: Sequence[RunContext] = (),
    ) -> None:
        self._body = body
        self._clock = clock
        self._timer = timer
        self._overstay = overstay
        self._run_contexts = tuple(run_contexts)

    async def perform(
        self, run: RunInProgress, task: "asyncio.Task[object] | None", seconds: float | None
    ) -> tuple[Outcome, RunAgain | None]:
        """Run the body in a fresh context; return how it ended and what it asks for.

        A run that was asked to end before it began has ended.

        Args:
            run: What is run.
            task: The one that awaits this.
            seconds: The time limit.

        Raises:
            KeyboardInterrupt: it belongs to the person at the keyboard, not to the job.
            GeneratorExit: the task itself is closed, with an event loop that is gone.
        """
        if run.token.is_cancellation_requested:
            return Outcome.CANCELLED, None
        run.task = task if self._body.is_async else None
        limit = None if seconds is None else self._limit(run, seconds)
        outcome = _SUCCEEDED
        again: RunAgain | None = None
        context = self._context_of(run)
        try:
            returned = await in_context(context, self._body(run.token))
            if returned is not None:
                again = read_return(returned)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a body may even raise SystemExit
            outcome = _read(run, error)
        finally:
            if limit is not None:
                limit.cancel()
        if task is not None and task.cancelling():
            await _absorb_cancellation(task)
        if run.has_lost_lease:
            return Outcome.FAILED, None
        return (Outcome.TIMED_OUT, None) if run.has_timed_out else (outcome, again)

    def _context_of(self, run: RunInProgress) -> Context:
        context = Context()
        context.run(enter_run, run)
        for enter in self._run_contexts:
            prepare(context, enter, run)
        return context

    def _limit(self, run: RunInProgress, seconds: float) -> TimeLimit:
        return TimeLimit(run, seconds, self._clock, self._timer, self._overstay)


def _read(run: RunInProgress, error: BaseException) -> Outcome:
    # The type alone says nothing: a body gets CancelledError from its own tasks too.
    if isinstance(error, asyncio.CancelledError) and run.token.is_cancellation_requested:
        return Outcome.CANCELLED
    if not run.has_lost_lease:
        run.note_error(error)
    return Outcome.FAILED


async def _absorb_cancellation(task: asyncio.Task[object]) -> None:
    """Leave no cancellation behind that was meant for the body.

    A body that cancels its own task and returns has planted one that would strike the loop.
    """
    while task.cancelling():
        while task.uncancel():
            pass
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0)

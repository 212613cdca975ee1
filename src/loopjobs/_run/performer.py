"""Performs one run: its context, its time limit, and the reading of its end."""

import asyncio
import contextlib
from collections.abc import Callable, Generator, Sequence
from contextvars import Context
from typing import Final, NamedTuple

from loopjobs._mechanisms.timer import Timer
from loopjobs._run.body import Body, read_return
from loopjobs._run.current import enter_run
from loopjobs._run.in_context import ENDED, in_context, no_exit
from loopjobs._run.run_context import RunContext, prepare
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._run.time_limit import TimeLimit
from loopjobs._words.again import RunAgain
from loopjobs._words.clock import Clock
from loopjobs._words.outcomes import Outcome

# On Python 3.11 finding a member in its enumeration costs as much as making the run's context.
_SUCCEEDED: Final = Outcome.SUCCEEDED


_PLAINLY: Final = (_SUCCEEDED, None)


class Begun(NamedTuple):
    """What is left of a body whose first step was taken."""

    context: Context
    body: Generator[object, object, None]
    awaited: object
    """What it awaits; `ENDED` if it has ended."""
    raised: BaseException | None
    """What it has raised."""


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
        begun = self.begin(run, task)
        return _PLAINLY if begun is None else await self.go_on(run, task, seconds, begun)

    def begin(self, run: RunInProgress, task: "asyncio.Task[object] | None") -> Begun | None:
        """Take the first step of the body; return what is left to do, for `go_on`.

        Nothing is left of a body that has ended with this step, as many do, and asked for nothing.

        Raises:
            KeyboardInterrupt: it belongs to the person at the keyboard, not to the job.
        """
        run.task = task if self._body.is_async else None
        context, body = Context(), self._inside(run).__await__()
        try:
            # With a default there is no StopIteration, which would take longer than the step.
            awaited = context.run(next, body, ENDED)
        except KeyboardInterrupt:
            raise
        except GeneratorExit as error:
            return Begun(context, body, ENDED, no_exit(error))
        except BaseException as error:  # noqa: BLE001 - a body may even raise SystemExit
            return Begun(context, body, ENDED, error)
        if awaited is ENDED and run.returned is None and not (task and task.cancelling()):
            return None
        return Begun(context, body, awaited, None)

    async def go_on(
        self,
        run: RunInProgress,
        task: "asyncio.Task[object] | None",
        seconds: float | None,
        begun: Begun,
    ) -> tuple[Outcome, RunAgain | None]:
        """Run the body from its second step to its end; the rest is as `perform` says."""
        if begun.raised is None:
            outcome, again = await self._other_steps(run, seconds, begun)
        else:
            outcome, again = _read(run, begun.raised), None
        if task is not None and task.cancelling():
            await _absorb_cancellation(task)
        if run.has_lost_lease:
            return Outcome.FAILED, None
        return (Outcome.TIMED_OUT, None) if run.has_timed_out else (outcome, again)

    async def _other_steps(
        self, run: RunInProgress, seconds: float | None, begun: Begun
    ) -> tuple[Outcome, RunAgain | None]:
        goes_on = begun.awaited is not ENDED
        limit = self._limit(run, seconds) if goes_on and seconds is not None else None
        try:
            if goes_on:
                await in_context(begun.context, begun.body, begun.awaited)
            return _SUCCEEDED, read_return(run.returned)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a body may even raise SystemExit
            return _read(run, error), None
        finally:
            if limit is not None:
                limit.cancel()

    async def _inside(self, run: RunInProgress) -> None:
        """Run the body in the present context, and keep what it returns."""
        enter_run(run)
        for enter in self._run_contexts:
            prepare(enter, run)
        body = self._body
        if body.bare is None:
            run.returned = await body.run(run.token)
        else:
            run.returned = await body.bare(run.token)

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

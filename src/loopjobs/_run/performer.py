"""Performs one run: its context, its time limit, and the reading of its end."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Sequence
from contextvars import Context
from functools import partial
from typing import Final, NamedTuple, TypeAlias, TypeGuard

from loopjobs._mechanisms.timer import Timer
from loopjobs._run.body import Body, read_return
from loopjobs._run.body_steps import ENDED, BodySteps, Idle, body_steps
from loopjobs._run.in_context import close_in, in_context, no_exit, set_aside, take_back
from loopjobs._run.run_context import RunContext
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._run.time_limit import TimeLimit
from loopjobs._words.again import RunAgain
from loopjobs._words.cancellation import CancellationToken
from loopjobs._words.clock import Clock
from loopjobs._words.outcomes import Outcome

# On Python 3.11 finding a member in its enumeration costs as much as making the run's context.
_SUCCEEDED: Final = Outcome.SUCCEEDED
# From then on `uncancel` takes back what was not delivered yet, as none was amid a first step.
_TAKES_BACK: Final = sys.version_info >= (3, 13)

_End: TypeAlias = tuple[Outcome, RunAgain | None]
_PLAINLY: Final[_End] = (_SUCCEEDED, None)


class Begun(NamedTuple):
    """What is left of a body whose first step was taken."""

    context: Context
    steps: BodySteps
    awaited: object
    """What it awaits; `ENDED` if it has ended."""
    is_aside: bool
    """Whether that was set aside."""
    raised: BaseException | None
    """What it has raised."""


_Parts: TypeAlias = tuple[Context, BodySteps, object, bool, BaseException | None]
_begun: Final[Callable[[_Parts], Begun]] = partial(tuple.__new__, Begun)
"""Makes one in C alone; the class itself takes three times as long."""


class Limit(NamedTuple):
    """How long a run may take."""

    seconds: float
    overstay: Callable[[RunInProgress, Outcome], None]
    """Told of a run that has timed out and does not end."""


class Performer:
    """Runs a body once and says how it ended; nothing a body does gets past it.

    Args:
        clock: Measures the time limit.
        timer: Watches it.
        run_contexts: Who prepares the context of each run, in order.
    """

    def __init__(self, clock: Clock, timer: Timer, run_contexts: Sequence[RunContext]) -> None:
        self._clock = clock
        self._timer = timer
        self._run_contexts = tuple(run_contexts)
        self.idle: Idle | None = None
        """What runs the next body; `None` while it runs one."""

    def drop_idle(self) -> None:
        """Let a new task take no steps that are older than it is.

        The collector closes what is lost with an event loop by age. A task closes its body in the
        context of that; steps that are closed before their task close it in any.
        """
        self.idle = None

    async def perform(
        self,
        body: Body,
        run: RunInProgress,
        task: "asyncio.Task[object] | None",
        limit: Limit | None,
    ) -> _End:
        """Run the body in a fresh context; return how it ended and what it asks for.

        A run that was asked to end before it began has ended.

        Args:
            body: What is run.
            run: The run that it is.
            task: The one that awaits this.
            limit: How long it may take.

        Raises:
            KeyboardInterrupt: it belongs to the person at the keyboard, not to the job.
            GeneratorExit: the task itself is closed, with an event loop that is gone.
        """
        if run.token.is_cancellation_requested:
            return Outcome.CANCELLED, None
        run.task = task if body.is_async else None
        begun = self.begin(body, run, run.token)
        if begun is None and not _is_struck(task):
            return _PLAINLY
        return await self.go_on(run, task, limit, begun)

    def begin(self, body: Body, run: RunInProgress, token: CancellationToken) -> Begun | None:
        """Take the first step of the body; return what is left to do, for `go_on`.

        Nothing is left of a body that has ended with this step, as many do, and asked for nothing.
        """
        idle, context = self.take_idle(), Context()
        steps, send = idle
        try:
            awaited = context.run(send, (run, body.bare or body.run, token))
        except BaseException as error:  # noqa: BLE001 - a body may even raise SystemExit
            return raised_in(context, steps, error)
        return self.read_step(run, context, idle, awaited)

    def take_idle(self) -> Idle:
        """Return what runs the next body; nobody else has it until `idle` is set."""
        idle, self.idle = self.idle, None
        return idle or body_steps(self._run_contexts)

    def read_step(
        self, run: RunInProgress, context: Context, idle: Idle, awaited: object
    ) -> Begun | None:
        """Return what is left to do after a first step that has raised nothing.

        Args:
            run: What is run.
            context: Where the step was taken.
            idle: What has taken it.
            awaited: What it awaits; `ENDED` if it has ended.
        """
        if awaited is ENDED:
            self.idle = idle
            if run.rare is None or run.returned is None:
                return None
        return _begun((context, idle[0], awaited, set_aside(awaited), None))

    async def go_on(
        self,
        run: RunInProgress,
        task: "asyncio.Task[object] | None",
        limit: Limit | None,
        begun: Begun | None,
        thrown: BaseException | None = None,
    ) -> _End:
        """Run the body from its second step to its end; the rest is as `perform` says.

        Args:
            run: What is run.
            task: The one that awaits this.
            limit: How long it may take.
            begun: What `begin` has returned.
            thrown: What came to the task since then, and was meant for the body.
        """
        if begun is None or begun.raised is not None or isinstance(thrown, GeneratorExit):
            return await _read_first_step(run, task, begun, thrown)
        if begun.is_aside:
            take_back(begun.awaited)
        watch = self._watch(run, limit) if limit is not None else None
        try:
            if begun.awaited is not ENDED:
                await in_context(begun.context, begun.steps, begun.awaited, thrown)
            end: _End = _SUCCEEDED, read_return(run.returned)
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001 - a body may even raise SystemExit
            end = _read(run, error), None
        finally:
            if watch is not None:
                watch.cancel()
        if _is_struck(task):
            await _absorb_cancellation(task)
        return end if run.is_plain else _in_view_of_limits(run, end)

    def _watch(self, run: RunInProgress, limit: Limit) -> TimeLimit:
        return TimeLimit(run, limit.seconds, self._clock, self._timer, limit.overstay)


def raised_in(context: Context, steps: BodySteps, error: BaseException) -> Begun:
    """Return what is left of a body that has raised this in its first step."""
    raised = no_exit(error) if isinstance(error, GeneratorExit) else error
    return Begun(context, steps, ENDED, is_aside=False, raised=raised)


async def _read_first_step(
    run: RunInProgress,
    task: "asyncio.Task[object] | None",
    begun: Begun | None,
    thrown: BaseException | None,
) -> _End:
    """Return how a body has ended that has no step left, or is not to take it."""
    if isinstance(thrown, GeneratorExit):
        # What has ended may run another body by now.
        if begun is not None and begun.awaited is not ENDED:
            close_in(begun.context, begun.steps)
        raise thrown
    end = _PLAINLY
    if begun is not None and begun.raised is not None:
        end = _read(run, begun.raised), None
    if _is_struck(task):
        await _absorb_cancellation(task)
    return _in_view_of_limits(run, end)


def _in_view_of_limits(run: RunInProgress, end: _End) -> _End:
    """Return how a run has ended that may have passed its limit, or lost its lease."""
    if run.has_lost_lease:
        return Outcome.FAILED, None
    return (Outcome.TIMED_OUT, None) if run.has_timed_out else end


def _read(run: RunInProgress, error: BaseException) -> Outcome:
    if isinstance(error, KeyboardInterrupt):
        raise error
    # The type alone says nothing: a body gets CancelledError from its own tasks too.
    if isinstance(error, asyncio.CancelledError) and run.token.is_cancellation_requested:
        return Outcome.CANCELLED
    if not run.has_lost_lease:
        run.note_error(error)
    return Outcome.FAILED


async def last_thrown(
    thrown: BaseException, task: "asyncio.Task[object] | None"
) -> BaseException | None:
    """Serve what the first step has asked for; return what has come to the task in the end.

    A task that is cancelled amid a step goes on behind all that this step has asked for, and the
    words of the last cancellation count. One that waits is woken at once.
    """
    if not isinstance(thrown, asyncio.CancelledError):
        return thrown
    try:
        await asyncio.sleep(0)
    except BaseException as last:  # noqa: BLE001 - it may be closed as well
        return last
    is_taken_back = _TAKES_BACK and task is not None and not task.cancelling()
    return None if is_taken_back else thrown


def _is_struck(task: "asyncio.Task[object] | None") -> TypeGuard["asyncio.Task[object]"]:
    """Return whether something was cancelled in that task, or will be.

    Before Python 3.13 `uncancel` takes nothing back: what was not delivered yet is on its way, and
    asyncio has no public word for that.
    """
    return task is not None and (task.cancelling() > 0 or getattr(task, "_must_cancel", False))


async def _absorb_cancellation(task: asyncio.Task[object]) -> None:
    """Leave no cancellation behind that was meant for the body.

    A body that cancels its own task and returns has planted one that would strike the loop.
    """
    while _is_struck(task):
        while task.uncancel():
            pass
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0)

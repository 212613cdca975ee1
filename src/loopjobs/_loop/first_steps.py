"""Runs slots in the calls of the timer, up to the first thing that their bodies await."""

import asyncio
from contextvars import Context
from typing import Final, Protocol, TypeAlias

from loopjobs._loop.ended_runs import SIZE, pack_facts
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.runs import Runs
from loopjobs._mechanisms.slots import Tick
from loopjobs._mechanisms.task_steps import enter_task, leave_task
from loopjobs._mechanisms.ticker import Ticker
from loopjobs._run.body import Body, BodyCall
from loopjobs._run.body_steps import ENDED
from loopjobs._run.performer import Begun, raised_in
from loopjobs._run.run_events import announce_end, announce_start
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.again import RunAgain
from loopjobs._words.outcomes import Outcome

_Underway: TypeAlias = tuple[RunInProgress, Begun | None]

# On Python 3.11 finding a member in its enumeration takes a while.
_SUCCEEDED: Final = Outcome.SUCCEEDED
_NOTHING_YET: Final[dict[str, object] | None] = None


class ServedLoop(Protocol):
    """The loop whose slots are run."""

    @property
    def ticker(self) -> Ticker:
        """Hands out its slots."""
        ...

    def end(self, run: RunInProgress, outcome: Outcome, again: RunAgain | None) -> None:
        """Enter how a run has ended that the loop was at, and what follows from that."""
        ...

    def follow_up(self, run: RunInProgress, outcome: Outcome, again: RunAgain | None) -> None:
        """Let the end of a run move what comes next."""
        ...


class FirstSteps:
    """Takes the first steps of the bodies of one loop, as the task of the loop takes them.

    Most bodies of jobs with nothing to do await nothing, and to wake a task costs as much as all
    the rest of a tick. The task goes on from there if the body has not ended.

    Args:
        loop: Whose slots are run.
        body: What is run.
        runs: The books about that.
        context: What the host lends.
        task: The task of the loop.
    """

    __slots__ = (
        "_body", "_call", "_context", "_loop", "_runs", "_task", "_task_of_bodies", "_ticker",
        "underway",
    )  # fmt: skip

    def __init__(
        self,
        loop: ServedLoop,
        body: Body,
        runs: Runs,
        context: LoopContext,
        task: "asyncio.Task[None]",
    ) -> None:
        self._loop = loop
        self._ticker = loop.ticker
        self._body = body
        self._call: BodyCall | None = None
        """What the body calls if it needs nobody around it; known once it has run."""
        self._runs = runs
        self._context = context
        self._task = task
        self._task_of_bodies = task if body.is_async else None
        self.underway: _Underway | None = None
        """The run whose first step was taken, and that the task has to go on with."""

    def take(  # noqa: C901, PLR0915 - as it says
        self, due: float, number: int, waiter: "asyncio.Future[Tick | None]"
    ) -> bool:
        """Run a slot up to the first thing that its body awaits; return whether it has ended.

        Calls are most of what a tick costs, so what is done at nearly every one is written out
        here: that which `_take_with_care` has `Runs.begin`, `Runs.end` and `Runs.keep` do.
        """
        runs, context = self._runs, self._context
        terms = runs.plain_terms
        if terms is None:
            return self._take_with_care(due, number, waiter)
        run = RunInProgress()
        run.terms, run.rare = terms, _NOTHING_YET
        run.number = run_number = next(context.run_numbers)
        run.due, run.slot = due, number
        timer = context.timer
        run.started = started = timer.moment
        run.wall_offset = wall_offset = timer.wall_offset
        run.task, run.outcome = self._task_of_bodies, None
        runs.in_line = run
        if not context.announcer.is_quiet:
            announce_start(context.announcer, run)
            if self._ticker.is_closed:
                return self._end(run, Outcome.CANCELLED)
        performer, inside = context.performer, Context()
        steps, send = idle = performer.idle or performer.take_idle()
        performer.idle = None
        enter_task(context.event_loop, self._task)
        try:
            awaited = inside.run(
                send, (run, self._call or self._look_what_to_call(), context.stop_token)
            )
        except BaseException as error:  # noqa: BLE001 - a body may even raise SystemExit
            return self._leave_to_task(run, raised_in(inside, steps, error))
        finally:
            leave_task(context.event_loop, self._task)
        if awaited is not ENDED or waiter.done() or run.rare is not None:
            return self._go_on(run, performer.read_step(run, inside, idle, awaited), waiter)
        performer.idle = idle
        run.outcome = _SUCCEEDED
        timer.moment = run.ended = ended = context.monotonic()
        place = runs.place
        if place < runs.plain_room:
            pack_facts(runs.facts, place * SIZE, run_number, due, started, ended, wall_offset)
            runs.place = place + 1
        else:
            runs.keep_plain(run)
        runs.in_line = run.task = None
        if not context.announcer.is_quiet:
            announce_end(context.announcer, run, 0, 0)
            timer.moment = context.monotonic()
        if self._ticker.heeds_ends or runs.are_awaited:
            self._loop.follow_up(run, _SUCCEEDED, None)
        return True

    def _take_with_care(
        self, due: float, number: int, waiter: "asyncio.Future[Tick | None]"
    ) -> bool:
        run, context = self._runs.begin(due, due, number), self._context
        run.task = self._task_of_bodies
        if self._ticker.is_closed:
            # Whoever was told of the begin in line has stopped the host.
            return self._end(run, Outcome.CANCELLED)
        enter_task(context.event_loop, self._task)
        try:
            begun = context.performer.begin(self._body, run, run.token)
        finally:
            leave_task(context.event_loop, self._task)
        return self._go_on(run, begun, waiter)

    def _look_what_to_call(self) -> BodyCall:
        self._call = self._body.bare
        return self._call or self._body.run

    def _go_on(
        self, run: RunInProgress, begun: Begun | None, waiter: "asyncio.Future[Tick | None]"
    ) -> bool:
        if begun is not None or waiter.done():
            return self._leave_to_task(run, begun)
        return self._end(run, _SUCCEEDED)

    def _leave_to_task(self, run: RunInProgress, begun: Begun | None) -> bool:
        self.underway = run, begun
        self._note_time()
        return False

    def _end(self, run: RunInProgress, outcome: Outcome) -> bool:
        self._loop.end(run, outcome, None)
        self._note_time()
        return True

    def _note_time(self) -> None:
        """Let the next run begin when this one has left off."""
        self._context.timer.moment = self._context.monotonic()

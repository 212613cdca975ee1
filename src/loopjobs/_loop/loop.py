"""The endless loop: await a slot, run the job, read how it ended."""

import asyncio
import math
from contextvars import copy_context
from functools import partial
from typing import Generic, TypeVar

from loopjobs._loop.backoff import Backoff
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.places import Places
from loopjobs._loop.runs import Runs
from loopjobs._loop.schedules import paces_differently, schedule_from
from loopjobs._mechanisms.ticker import Tick, Ticker
from loopjobs._run.body import Body
from loopjobs._run.options_monitor import JobOptionsMonitor
from loopjobs._run.performer import Performer
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.options import LoopJobOptions, Pacing
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import RunRecord

OptionsT = TypeVar("OptionsT", bound=LoopJobOptions)


class Loop(Generic[OptionsT]):
    """One task that awaits its next slot, and runs the job in line where runs cannot overlap."""

    def __init__(
        self,
        name: str,
        body: Body,
        monitor: JobOptionsMonitor[OptionsT],
        context: LoopContext,
        runs: Runs,
    ) -> None:
        self._name = name
        self._monitor = monitor
        self._random = context.random
        self._clock = context.clock
        self._runs = runs
        self._performer = Performer(
            body, context.clock, context.timer, runs.overstay, context.run_contexts
        )
        self.ticker = Ticker(context.clock, context.timer, context.random, runs, runs.skip)
        self._places = Places(runs, lambda: monitor.latest)
        self._backoff = Backoff()
        self._beside: set[asyncio.Task[None]] = set()
        self._origin = 0.0
        self._last_ended = -math.inf
        self.expected_since = math.inf
        """The moment from which on successes are expected."""

    @property
    def options(self) -> OptionsT:
        """The options that the next run will begin with."""
        return self._monitor.latest

    @property
    def backs_off(self) -> bool:
        """Whether failures have put off the next run."""
        return self._clock.monotonic() < self._backoff.until

    def begin(self) -> None:
        """Begin to tick; the first slot is due after the initial delay."""
        options = self.options
        spread = self._random.uniform(0.0, options.start_jitter_in_seconds)
        self._origin = self._clock.monotonic() + spread
        self._follow(self._origin + options.initial_delay_in_seconds)

    def expect_anew(self) -> None:
        """Expect the next success from now on, and not before."""
        self.expected_since = self._clock.monotonic()

    def close(self) -> None:
        """Hand out no more slots, and let a tick go that waits for its turn."""
        self.ticker.close()
        self._places.close()

    def use(self, options: OptionsT) -> None:
        """Use these options from the next run on, and count a wait in progress anew."""
        old, now = self.options, self._clock.monotonic()
        self.ticker.look()
        self._monitor.use(options)
        self.ticker.is_exclusive = options.skip_if_running
        self._backoff.count_anew(options)
        self.ticker.hold(self._backoff.until)
        if options.enabled and not old.enabled:
            self._origin = now
        if paces_differently(old, options, has_ticked=self.ticker.last_due is not None):
            self._follow(self._due_after_change(now))
        elif options.jitter_in_seconds != old.jitter_in_seconds:
            self.ticker.spread(options.jitter_in_seconds)
        self._places.look_again()

    async def serve(self) -> None:
        """Await slots and run the job until closed, then wait for the runs beside the loop."""
        while (tick := await self.ticker.next()) is not None:
            refusal = await self._places.wait() if self._places.are_contested else None
            refusal = refusal or self._second_thoughts(tick)
            if refusal is not None:
                self._runs.skip(refusal, 1)
                self.ticker.run_ended(self._clock.monotonic(), 0.0)
            elif self._may_overlap():
                self.start_beside(self._runs.begin(tick, self.options))
            else:
                await self._run(self._runs.begin(tick, self.options))
        await self.runs_beside_ended()

    async def runs_beside_ended(self) -> None:
        """Return once no run beside the loop is left."""
        while self._beside:
            await asyncio.wait(self._beside)

    async def run_by_hand(self) -> RunRecord:
        """Run the job beside its slots, under the same overlap rule."""
        now, origin = self._clock.monotonic(), copy_context()
        tick = Tick(due=now, planned=now, number=None)
        refusal = await self._places.wait_by_hand()
        if refusal is not None:
            return self._runs.refuse(tick, refusal)
        run = self._runs.begin(tick, self.options)
        run.origin = origin
        record = self._runs.watch(run)
        self.start_beside(run)
        return await asyncio.shield(record)

    def start_beside(self, run: RunInProgress) -> None:
        """Run the job in a task of its own, which `serve` awaits before it returns."""
        task = asyncio.create_task(self._run(run), name=f"loopjobs {self._name} {run.number}")
        self._beside.add(task)
        task.add_done_callback(partial(self._ended_beside, run))

    async def _run(self, run: RunInProgress) -> None:
        if run.token.is_cancellation_requested:
            outcome, again = Outcome.CANCELLED, None
        else:
            limit = run.options.timeout_in_seconds
            outcome, again = await self._performer.perform(run, limit)
        self._runs.settle(run, outcome)
        self._runs.leave(run)
        self._pace(run, outcome)
        if again is not None:
            self.ticker.run_again(self._clock.monotonic() + again.after)
        self._places.look_again()

    def _pace(self, run: RunInProgress, outcome: Outcome) -> None:
        """Let the end of a run move what comes next: back-off, and the wait of a fixed delay."""
        is_on_grid = self.options.pacing is Pacing.FIXED_RATE
        if is_on_grid and outcome is Outcome.SUCCEEDED and not self._backoff.failures:
            if run.is_scheduled:
                self._last_ended = run.started + run.duration
            return
        now, was_put_off = self._clock.monotonic(), self.backs_off
        base = run.due if is_on_grid else now
        self._backoff.note_end(base, self._runs.consecutive_failures, self.options)
        self.ticker.hold(self._backoff.until)
        if run.is_scheduled:
            self._last_ended = now
        moves_slots = was_put_off or self.backs_off
        if run.is_scheduled or (moves_slots and not self._awaits_an_end()):
            self.ticker.run_ended(now, self._backoff.wait)

    def _follow(self, first_due: float) -> None:
        self.expected_since = self._clock.monotonic() if first_due == math.inf else first_due
        self.ticker.is_exclusive = self.options.skip_if_running
        self.ticker.follow(schedule_from(first_due, self.options), self.options.jitter_in_seconds)

    def _due_after_change(self, now: float) -> float:
        """Return the first slot under changed options: an interval after the last, or at once."""
        options, last_due = self.options, self.ticker.last_due
        is_counted_from_end = options.pacing is Pacing.FIXED_DELAY
        if is_counted_from_end and self._awaits_an_end():
            return math.inf
        if last_due is None:
            return max(now, self._origin + options.initial_delay_in_seconds)
        if not is_counted_from_end:
            return max(now, last_due + options.interval_in_seconds)
        wait = max(options.interval_in_seconds, self._backoff.wait)
        return max(now, max(last_due, self._last_ended) + wait)

    def _awaits_an_end(self) -> bool:
        """Return whether a slot was handed out whose run has not ended."""
        return self.ticker.is_busy or any(run.is_scheduled for run in self._runs)

    def _second_thoughts(self, tick: Tick) -> Outcome | None:
        """Return why a slot must not run after all, which may have waited for its turn."""
        if not self.options.enabled:
            # Who disables a job pauses it for good; a run an hour later would surprise them.
            return Outcome.SKIPPED_PAUSED
        return self.ticker.reason_to_refuse(tick.due)

    def _may_overlap(self) -> bool:
        options = self.options
        return not options.skip_if_running and options.pacing is Pacing.FIXED_RATE

    def _ended_beside(self, run: RunInProgress, task: asyncio.Task[None]) -> None:
        self._beside.discard(task)
        if task.cancelled():
            # Cancelled from outside before its first step; the body has never begun.
            self._runs.settle(run, Outcome.CANCELLED)
            self._runs.leave(run)
            self._places.look_again()
        elif (error := task.exception()) is not None:
            self.ticker.fail(error)

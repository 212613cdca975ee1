"""The endless loop: await a slot, run the job, read how it ended."""

import asyncio
import math
from functools import partial
from typing import Generic, TypeVar

from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.runs import Runs
from loopjobs._loop.schedules import paces_differently, schedule_from
from loopjobs._mechanisms.pacing import backoff
from loopjobs._mechanisms.ticker import Ticker
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
        self._performer = Performer(body, context.clock, context.timer, runs.overstay)
        self.ticker = Ticker(context.clock, context.timer, context.random, runs.skip)
        self._beside: set[asyncio.Task[None]] = set()
        self._waiting: list[asyncio.Future[None]] = []
        self._is_closing = False
        self._origin = 0.0
        self._last_ended: float | None = None
        self._backs_off_until = -math.inf

    @property
    def options(self) -> OptionsT:
        """The options that the next run will begin with."""
        return self._monitor.latest

    @property
    def backs_off(self) -> bool:
        """Whether failures have put off the next run."""
        return self._clock.monotonic() < self._backs_off_until

    def begin(self) -> None:
        """Begin to tick; the first slot is due after the initial delay."""
        options = self.options
        spread = self._random.uniform(0.0, options.start_jitter_in_seconds)
        self._origin = self._clock.monotonic() + spread
        self._follow(self._origin + options.initial_delay_in_seconds)

    def close(self) -> None:
        """Hand out no more slots, and let a tick go that waits for its turn."""
        self._is_closing = True
        self.ticker.close()
        self._let_in()

    def use(self, options: OptionsT) -> None:
        """Use these options from the next run on, and count a wait in progress anew."""
        old = self.options
        self._monitor.use(options)
        self.ticker.is_exclusive = options.skip_if_running
        if paces_differently(old, options):
            self._follow(self._due_after_change(was_enabled=old.enabled))

    async def serve(self) -> None:
        """Await slots and run the job until closed, then wait for the runs beside the loop."""
        while (tick := await self.ticker.next()) is not None:
            refusal = await self._turn()
            if refusal is None and self.ticker.is_paused:
                refusal = Outcome.SKIPPED_PAUSED
            if refusal is not None:
                self._runs.skip(refusal, 1)
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
        options = self.options
        places = 1 if options.skip_if_running else options.max_concurrent_runs
        if len(self._runs) >= places and (options.skip_if_running or self._waiting):
            return self._runs.refuse()
        if await self._turn() is Outcome.CANCELLED:
            return self._runs.refuse()
        run = self._runs.begin(None, self.options)
        record = self._runs.watch(run)
        self.start_beside(run)
        return await asyncio.shield(record)

    def start_beside(self, run: RunInProgress) -> None:
        """Run the job in a task of its own, which `serve` awaits before it returns."""
        self.ticker.runs_beside += 1
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
        self._pace(run)
        if again is not None:
            self.ticker.run_again(self._clock.monotonic() + again.after)
        self._let_in()

    def _pace(self, run: RunInProgress) -> None:
        """Let the end of a run move what comes next: back-off, and the wait of a fixed delay."""
        now = self._clock.monotonic()
        wait = self._backoff()
        base = run.due if self.options.pacing is Pacing.FIXED_RATE else now
        was_put_off = self._backs_off_until > now
        self.ticker.hold(base + wait)
        self._backs_off_until = base + wait if wait > self.options.interval_in_seconds else now
        if run.is_scheduled:
            self._last_ended = now
        if run.is_scheduled or (was_put_off and not wait):
            self.ticker.run_ended(now, wait)

    def _backoff(self) -> float:
        failures, longest = self._runs.consecutive_failures, self.options.max_backoff_in_seconds
        if not failures or longest is None:
            return 0.0
        return backoff(self.options.interval_in_seconds, failures, longest)

    def _follow(self, first_due: float) -> None:
        self.ticker.is_exclusive = self.options.skip_if_running
        self.ticker.follow(schedule_from(first_due, self.options), self.options.jitter_in_seconds)

    def _due_after_change(self, *, was_enabled: bool) -> float:
        """Return the first slot under changed options: an interval after the last, or at once."""
        options, now = self.options, self._clock.monotonic()
        last_due = self.ticker.last_due
        if not was_enabled:
            return now + options.initial_delay_in_seconds
        if last_due is None:
            return max(now, self._origin + options.initial_delay_in_seconds)
        if options.pacing is Pacing.FIXED_RATE:
            return max(now, last_due + options.interval_in_seconds)
        if any(run.is_scheduled for run in self._runs):
            return math.inf
        last = last_due if self._last_ended is None else self._last_ended
        return max(now, last + options.interval_in_seconds)

    def _may_overlap(self) -> bool:
        options = self.options
        return not options.skip_if_running and options.pacing is Pacing.FIXED_RATE

    async def _turn(self) -> Outcome | None:
        """Wait for a free place where runs may overlap; return why nothing must run after all."""
        while not self._is_closing and self._is_full():
            place = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            await place
        return Outcome.CANCELLED if self._is_closing else None

    def _is_full(self) -> bool:
        options = self.options
        return not options.skip_if_running and len(self._runs) >= options.max_concurrent_runs

    def _let_in(self) -> None:
        waiting, self._waiting = self._waiting, []
        for place in waiting:
            if not place.done():
                place.set_result(None)

    def _ended_beside(self, run: RunInProgress, task: asyncio.Task[None]) -> None:
        self.ticker.runs_beside -= 1
        self._beside.discard(task)
        if task.cancelled():
            # Cancelled from outside before its first step; the body has never begun.
            self._runs.settle(run, Outcome.CANCELLED)
            self._runs.leave(run)
        elif (error := task.exception()) is not None:
            self.ticker.fail(error)

"""The endless loop: await a slot, run the job, read how it ended."""

import asyncio
import math
from contextvars import copy_context
from typing import Generic, TypeVar

from loopjobs._loop.backoff import Backoff
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.places import Places
from loopjobs._loop.runs import Runs
from loopjobs._loop.runs_beside import RunsBeside
from loopjobs._loop.schedules import paces_differently, schedule_from
from loopjobs._loop.turns import Turn, Turns
from loopjobs._mechanisms.ticker import Tick, Ticker
from loopjobs._run.body import Body
from loopjobs._run.options_monitor import JobOptionsMonitor
from loopjobs._run.performer import Performer
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.again import RunAgain
from loopjobs._words.leases import LeaseEnd
from loopjobs._words.options import LoopJobOptions, Pacing, RunOn
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
        self.turns = (
            None
            if context.leases is None
            else Turns(name, context, context.leases, lambda: self.options)
        )
        """The turns of the job in the cluster; `None` without a lease store."""
        self._beside = RunsBeside(name, self._run, self._drop, self.ticker.fail)
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
        if self.turns is not None:
            self.turns.close()
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
                self._pass_by(refusal)
            elif (turns := self.shared_turns) is not None:
                await self._run_in_turn(tick, turns)
            elif self._may_overlap():
                self._beside.start(self._runs.begin(tick, self.options))
            else:
                await self._run(self._runs.begin(tick, self.options))
        await self.runs_beside_ended()

    async def runs_beside_ended(self) -> None:
        """Return once no run beside the loop is left."""
        await self._beside.wait_ended()

    async def run_by_hand(self) -> RunRecord:
        """Run the job beside its slots, under the same overlap rule."""
        now, origin = self._clock.monotonic(), copy_context()
        tick = Tick(due=now, planned=now, number=None)
        refusal = await self._places.wait_by_hand()
        if refusal is not None:
            return self._runs.refuse(tick, refusal)
        if (turns := self.shared_turns) is None:
            run = self._runs.begin(tick, self.options)
        else:
            turn = await turns.take(is_by_hand=True)
            if turn.refusal is not None:
                return self._runs.refuse(tick, turn.refusal)
            run = self._begin(tick, turns, turn)
        run.origin = origin
        record = self._runs.watch(run)
        self._beside.start(run)
        return await asyncio.shield(record)

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
        if self.turns is not None and run.lease is not None:
            await self.turns.give_back(run, self._end_of(run, outcome, again))
        self._places.look_again()

    async def _run_in_turn(self, tick: Tick, turns: Turns) -> None:
        """Run a slot if it can be had in the cluster."""
        turn = await turns.take()
        if turn.refusal is None:
            await self._run(self._begin(tick, turns, turn))
            return
        self._pass_by(turn.refusal)
        if turn.refusal is Outcome.SKIPPED_ELSEWHERE:
            self.expect_anew()
        if turn.next_in is not None:
            self._align(turn.next_in)
        if turn.retry_in is not None:
            self.ticker.run_again(self._clock.monotonic() + turn.retry_in)

    def _begin(self, tick: Tick, turns: Turns, turn: Turn) -> RunInProgress:
        run = self._runs.begin(tick, self.options)
        if turn.claimed is not None:
            turns.keep(run, turn.claimed)
        if turn.next_in is not None and run.is_scheduled:
            self._align(turn.next_in)
        return run

    def _pass_by(self, refusal: Outcome) -> None:
        self._runs.skip(refusal, 1)
        self.ticker.run_ended(self._clock.monotonic(), 0.0)

    def _align(self, next_in: float) -> None:
        """Let the next slot be where the store has it."""
        if self.options.pacing is Pacing.FIXED_RATE or not self._awaits_an_end():
            schedule = schedule_from(self._clock.monotonic() + next_in, self.options)
            self.ticker.follow(schedule, self.options.jitter_in_seconds)

    def _end_of(self, run: RunInProgress, outcome: Outcome, again: RunAgain | None) -> LeaseEnd:
        """Return how a run ended, and when the cluster is to run the job next if it has a say."""
        next_in = None if again is None else again.after
        if run.is_scheduled and (self.backs_off or self.options.pacing is Pacing.FIXED_DELAY):
            next_in = next_in or self.ticker.next_due - self._clock.monotonic()
        is_known = next_in is not None and math.isfinite(next_in)
        return LeaseEnd(outcome, run.error, max(0.0, next_in or 0.0) if is_known else None)

    @property
    def shared_turns(self) -> Turns | None:
        """The turns of the job in the cluster, if it is to run on one replica."""
        return self.turns if self.options.run_on is RunOn.ONE_REPLICA else None

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

    def _drop(self, run: RunInProgress) -> None:
        """Enter a run that was cancelled from outside before its body began."""
        self._runs.settle(run, Outcome.CANCELLED)
        self._runs.leave(run)
        self._places.look_again()

"""The endless loop: await a slot, run the job, read how it ended."""

import asyncio
from contextvars import copy_context
from dataclasses import replace
from typing import Final, Generic, TypeVar

from loopjobs._loop.calendar_claims import passed_slot
from loopjobs._loop.first_steps import FirstSteps
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.lost_leases import LostLeases
from loopjobs._loop.pace import Pace
from loopjobs._loop.places import Places
from loopjobs._loop.runs import Runs
from loopjobs._loop.runs_beside import RunsBeside
from loopjobs._loop.turn import Turn
from loopjobs._loop.turns import Turns
from loopjobs._mechanisms.slots import Tick
from loopjobs._run.body import Body
from loopjobs._run.options_monitor import JobOptionsMonitor
from loopjobs._run.performer import Limit, last_thrown
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.again import RunAgain
from loopjobs._words.leases import LeaseEnd
from loopjobs._words.options import LoopJobOptions, Pacing, RunOn
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import RunRecord

OptionsT = TypeVar("OptionsT", bound=LoopJobOptions)

# On Python 3.11 finding a member in its enumeration takes a while.
_SUCCEEDED: Final = Outcome.SUCCEEDED


class Loop(Generic[OptionsT]):
    """One task that awaits its next slot, and runs the job in line where runs cannot overlap."""

    __slots__ = (
        "_beside", "_body", "_context", "_first_steps", "_monitor", "_name", "_places", "_runs",
        "_turns", "pace", "task", "ticker",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        body: Body,
        monitor: JobOptionsMonitor[OptionsT],
        context: LoopContext,
        runs: Runs,
    ) -> None:
        self._context = context
        self._body = body
        self._monitor = monitor
        self._runs = runs
        self.pace = Pace(monitor, context, runs)
        self.ticker = self.pace.ticker
        # Made for the first run that may have to wait, as what is below: most loops have none.
        self._places: Places[OptionsT] | None = None
        self._turns = (
            None
            if context.leases is None
            else Turns(
                name, context, context.leases, LostLeases(runs, context), lambda: monitor.latest
            )
        )
        self._name = name
        self.task: asyncio.Task[None] | None = None
        """The one that serves the loop, once it does."""
        self._first_steps: FirstSteps | None = None
        """Takes them in the calls of the timer, if they may be taken there."""
        self._beside: RunsBeside | None = None

    @property
    def options(self) -> OptionsT:
        """The options that the next run will begin with."""
        return self._monitor.latest

    @property
    def shared_turns(self) -> Turns | None:
        """The turns of the job in the cluster, if it is to run on one replica."""
        turns = self._turns
        return None if turns is None or self.options.run_on is RunOn.EVERY_REPLICA else turns

    def close(self) -> None:
        """Hand out no more slots, and let a tick go that waits for its turn."""
        self.pace.close()
        if self._places is not None:
            self._places.close()
        if self._turns is not None:
            self._turns.close()

    def use(self, options: OptionsT) -> None:
        """Use these options from the next run on, and count a wait in progress anew."""
        self.pace.use(options)
        self._look_who_takes()
        self._look_for_places()

    def take_first_steps(self) -> None:
        """From here on, let the timer run slots up to the first thing that their bodies await."""
        if self.task is not None:
            self._first_steps = FirstSteps(self, self._body, self._runs, self._context, self.task)
        self._look_who_takes()

    async def serve(self, tick: Tick | None, thrown: BaseException | None) -> bool:
        """Serve a slot, or the run that was begun in it; return whether there can be others.

        Args:
            tick: The slot; `None` if there are no more.
            thrown: What came instead of a slot.
        """
        first_steps = self._first_steps
        if first_steps is not None and first_steps.underway is not None:
            run, begun = first_steps.underway
            first_steps.underway = None
            if thrown is not None:
                thrown = await last_thrown(thrown, self.task)
            outcome, again = await self._context.performer.go_on(
                run, self.task, self._limit(run), begun, thrown
            )
            self.end(run, outcome, again)
            return True
        if thrown is not None:
            raise thrown
        if tick is not None:
            await self._serve_slot(tick)
        return tick is not None

    async def _serve_slot(self, tick: Tick) -> None:
        has_to_ask = self._runs or self.ticker.is_closed
        refusal = await self._line().wait() if has_to_ask else None
        refusal = refusal or self.ticker.reason_to_refuse(tick.due)
        if refusal is not None:
            self.pace.pass_by(refusal)
        elif (turns := self.shared_turns) is not None:
            await self._run_in_turn(tick, turns)
        elif self.pace.is_on_grid and not self.ticker.is_exclusive:
            self._start_beside(self._begin(tick))
        else:
            run = self._begin(tick)
            self.end(run, *await self._perform(run, self.task))

    async def _perform(
        self, run: RunInProgress, task: "asyncio.Task[object] | None"
    ) -> tuple[Outcome, RunAgain | None]:
        return await self._context.performer.perform(self._body, run, task, self._limit(run))

    def _limit(self, run: RunInProgress) -> Limit | None:
        seconds = run.options.timeout_in_seconds
        return None if seconds is None else Limit(seconds, self._runs.overstay)

    def end(self, run: RunInProgress, outcome: Outcome, again: RunAgain | None) -> None:
        """Enter how a run has ended that the loop was at, and what follows from that."""
        self._runs.end(run, outcome)
        self.follow_up(run, outcome, again)

    def follow_up(self, run: RunInProgress, outcome: Outcome, again: RunAgain | None) -> None:
        """Let the end of a run move what comes next."""
        if outcome is not _SUCCEEDED or self.ticker.heeds_ends:
            self.pace.note_end(run, outcome)
        if again is not None or self._places is not None:
            self._go_on(again)

    async def runs_beside_ended(self) -> None:
        """Return once no run beside the loop is left."""
        if self._beside is not None:
            await self._beside.wait_ended()

    async def run_by_hand(self) -> RunRecord:
        """Run the job beside its slots, under the same overlap rule."""
        now, origin = self._context.monotonic(), copy_context()
        tick = Tick(due=now, planned=now, number=None)
        refusal = await self._line().wait_by_hand()
        turn = Turn(refusal)
        if refusal is None and (turns := self.shared_turns) is not None:
            turn = await self._take_turn(tick, turns)
        if turn.refusal is not None:
            return self._runs.refuse(tick, turn.refusal, turn.why)
        run = self._begin_in_turn(tick, turn)
        run.origin = origin
        record = run.watch()
        self._start_beside(run)
        return await asyncio.shield(record)

    def _start_beside(self, run: RunInProgress) -> None:
        self._runs.move_aside(run)
        if self._beside is None:
            self._beside = RunsBeside(self._name, self._run_beside, self._drop, self.ticker.fail)
        self._beside.start(run)

    async def _run_beside(self, run: RunInProgress) -> None:
        self._context.performer.drop_idle()
        outcome, again = await self._perform(run, asyncio.current_task())
        self._runs.end(run, outcome)
        self.pace.note_end(run, outcome)
        if self._turns is not None and run.lease is not None:
            passed = passed_slot(self.options, self._context.clock)
            end = LeaseEnd(outcome, run.error, self.pace.asks_for(run, again), passed)
            self.pace.awaits_turn(is_asking=True)
            await self._turns.give_back(run, end)
            self.pace.awaits_turn(is_asking=False)
        # Once the lease is given back: a slot would find the loop busy with that.
        self._go_on(again)

    def _go_on(self, again: RunAgain | None) -> None:
        if again is not None:
            self.pace.run_again(again.after)
        self._look_for_places()

    async def _run_in_turn(self, tick: Tick, turns: Turns) -> None:
        """Run a slot if it can be had in the cluster."""
        self.pace.awaits_turn(is_asking=True)
        turn = await self._take_turn(tick, turns)
        self.pace.awaits_turn(is_asking=False)
        if turn.refusal is None:
            run = self._begin_in_turn(tick, turn)
            if turn.next_in is not None and run.options.pacing is Pacing.FIXED_RATE:
                self.pace.align(turn.next_in)
            await self._run_beside(run)
            return
        self.pace.pass_by(turn.refusal, turn.why)
        if turn.refusal in (Outcome.SKIPPED_ELSEWHERE, Outcome.SKIPPED_PAUSED):
            self.pace.expect_anew()
        if turn.next_in is not None:
            self.pace.align(turn.next_in)
        if turn.retry_in is not None:
            self.pace.run_again(turn.retry_in)

    async def _take_turn(self, tick: Tick, turns: Turns) -> Turn:
        """Claim a slot, and look again whether it may be run: much can happen meanwhile."""
        is_by_hand = tick.number is None
        turn = await turns.take(is_by_hand=is_by_hand)
        if turn.failures is not None:
            # Whoever ran last, and wherever that was.
            self._runs.count_failures(turn.failures)
        refusal = self._line().refusal_now() or turn.refusal
        if refusal is None and not is_by_hand:
            refusal = self.ticker.reason_to_refuse(tick.due)
        if refusal is not None:
            await turns.decline(turn)
        return replace(turn, refusal=refusal)

    def _begin(self, tick: Tick) -> RunInProgress:
        # There may have been a wait since the timer has read it.
        self._context.timer.read_wall()
        return self._runs.begin(*tick)

    def _begin_in_turn(self, tick: Tick, turn: Turn) -> RunInProgress:
        run = self._begin(tick)
        if turn.claimed is not None and self._turns is not None:
            self._turns.keep(run, turn.claimed)
        return run

    def _drop(self, run: RunInProgress) -> None:
        """Enter a run that was cancelled from outside before its body began."""
        self._runs.settle(run, Outcome.CANCELLED)
        self._runs.leave(run)
        self._look_for_places()

    def _line(self) -> Places[OptionsT]:
        if self._places is None:
            self._runs.are_awaited = True
            self._places = Places(self._runs, self._monitor, is_closed=self.ticker.is_closed)
        return self._places

    def _look_who_takes(self) -> None:
        """Runs that may overlap, or need a lease, begin in tasks."""
        can_take = self.ticker.is_exclusive and self.shared_turns is None
        self.ticker.let_run(self._first_steps if can_take else None)

    def _look_for_places(self) -> None:
        if self._places is not None:
            self._places.look_again()

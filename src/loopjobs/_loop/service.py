"""The loop of one job, as a hosted service."""

import asyncio
import contextlib
from typing import Generic, TypeVar

from loopjobs._loop.deaths import cause_of_death, is_death
from loopjobs._loop.drain import Drain
from loopjobs._loop.loop import Loop
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.pause_switch import PauseSwitch
from loopjobs._loop.runs import Runs
from loopjobs._loop.status_reading import StatusReading
from loopjobs._mechanisms.home_loop import check_home
from loopjobs._mechanisms.slots import Tick
from loopjobs._run.body import Body
from loopjobs._run.options_monitor import JobOptionsMonitor
from loopjobs._words.errors import ControlError, StartError
from loopjobs._words.events import LoopDied, LoopStarted, LoopStopped, OptionsChanged
from loopjobs._words.options import LoopJobOptions
from loopjobs._words.outcomes import JobState
from loopjobs._words.records import JobStatus, JobVitals, RunRecord

JobT = TypeVar("JobT")
OptionsT = TypeVar("OptionsT", bound=LoopJobOptions)


class LoopHostedService(Generic[JobT, OptionsT]):
    """An endless loop around one job that a cancellation token ends.

    `LoopHostedService<TJob, TOptions>` of the .NET pattern. `HostBuilder.add_loop_job` makes it;
    a `JobHandle` is its public face.
    """

    __slots__ = (
        "_context", "_drain", "_fault", "_is_over", "_is_without_slots", "_loop", "_runs", "name",
    )  # fmt: skip

    def __init__(
        self, name: str, body: Body, monitor: JobOptionsMonitor[OptionsT], context: LoopContext
    ) -> None:
        self.name = name
        self._context = context
        self._runs = Runs(name, monitor.latest, context)
        self._loop = Loop(name, body, monitor, context, self._runs)
        self._drain: Drain | None = None
        """Made for the stop."""
        self._is_over = False
        """Whether the loop has ended, and all its runs."""
        self._fault: BaseException | None = None
        self._is_without_slots = False

    @property
    def options(self) -> OptionsT:
        """The options that the next run will see."""
        return self._loop.options

    @property
    def has_abandoned(self) -> bool:
        """Whether a run would not stop and was given up."""
        return self._drain is not None and self._drain.has_given_up

    async def start(self) -> None:
        """Schedule the loop; the first slot is due after the initial delay.

        Raises:
            StartError: the loop was started before.
        """
        if self._task is not None:
            raise StartError(f"job {self.name} was started already; a loop is started once")
        serving = self._serve(self._loop.ticker.next())
        self._context.performer.drop_idle()
        context = self._context.of_tasks()
        task = asyncio.get_running_loop().create_task(
            serving, name=f"loopjobs {self.name}", context=context
        )
        task.add_done_callback(_note_end, context=context)
        self._loop.task = task
        try:
            if not self._is_without_slots:
                self._loop.pace.begin()
        except BaseException:
            self._loop.close()
            raise
        self._context.announcer.announce(LoopStarted(self.name))

    def go_without_slots(self) -> None:
        """Run by hand only; said before the start."""
        self._is_without_slots = True

    async def stop(self) -> None:
        """End the loop: no new ticks, runs asked to end, cancelled past the budget, given up last.

        Idempotent; everybody who calls it awaits the same end.
        """
        self.request_stop()
        if self._drain is not None:
            await self._drain.wait()

    def request_stop(self) -> None:
        """Begin to stop, without waiting for the end."""
        if self._task is None or self._drain is not None:
            return
        self._loop.close()
        self._drain = Drain(self._runs, self._context, is_over=self._is_over)
        self._drain.begin()

    def force_stop(self) -> None:
        """Cancel the runs in progress now instead of at the end of the budget."""
        self.request_stop()
        if self._drain is not None:
            self._drain.force()

    async def trigger(self) -> RunRecord:
        """Run the job now, beside its slots, and return how the run ended.

        It obeys the overlap rule: with `SkipIfRunning` and a run in progress nothing is run and
        the record says `skipped_running`. A paused job can be run by hand.

        A job that runs on one replica runs on this one, if nobody else runs it: otherwise the
        record says `skipped_elsewhere` and who has the lease, or `skipped_lease_unavailable`.

        Raises:
            ControlError: the loop does not run, runs on another event loop, or the job is disabled.
        """
        self._check_running("trigger")
        if not self.options.enabled:
            where = "" if self._loop.shared_turns is None else " on this replica"
            remedy = "set its option Enabled to true first"
            raise ControlError(f"job {self.name} is disabled{where}; {remedy}")
        return await self._loop.run_by_hand()

    async def pause(self) -> None:
        """Skip slots from the very next one on; a run in progress goes on. Idempotent.

        A job that runs on one replica is paused on all of them.

        Raises:
            ControlError: the loop does not run, runs on another event loop, or the other replicas
                cannot be told.
        """
        self._check_running("pause")
        await self._switch().pause()

    async def resume(self) -> None:
        """Run slots again from the very next one on. Idempotent.

        Raises:
            ControlError: the loop does not run, runs on another event loop, or the other replicas
                cannot be told.
        """
        self._check_running("resume")
        await self._switch().resume()

    def history(self) -> list[RunRecord]:
        """Return the last runs, newest first."""
        return self._runs.newest_first()

    def status(self) -> JobStatus[OptionsT]:
        """Return the job as it is at this moment."""
        return self._reading().read(self._phase())

    def vitals(self) -> JobVitals:
        """Return how well the job is at this moment."""
        return self._reading().vitals(self._phase())

    @property
    def state(self) -> JobState:
        """What the job is doing."""
        return self._reading().state(self._phase())

    def use_options(self, options: OptionsT) -> None:
        """Use these options from the next run on; a wait in progress is counted anew."""
        if options != self.options:
            self._loop.use(options)
            self._context.announcer.announce(OptionsChanged(self.name))

    # Made for who asks: of a hundred thousand loops hardly any are looked at, or paused.

    def _reading(self) -> StatusReading[OptionsT]:
        return StatusReading(self.name, self._loop, self._runs, self._context.clock)

    def _switch(self) -> PauseSwitch[OptionsT]:
        return PauseSwitch(self.name, self._loop, self._context.announcer)

    @property
    def _task(self) -> asyncio.Task[None] | None:
        return self._loop.task

    async def _serve(self, waiter: "asyncio.Future[Tick | None]") -> None:
        """Await slots, and be woken for those whose runs do not end without waiting.

        Args:
            waiter: Of the first slot. A slot that nobody awaits counts as found running, so it is
                asked for before there are any, and not when the task takes its first step.
        """
        loop, goes_on = self._loop, True
        # Not before this: a task that is cancelled before its first step never takes it, and a
        # body that cancels itself would cancel this one. In its debug mode asyncio names the task
        # that takes long, and it shall be the one of the job.
        if not asyncio.get_running_loop().get_debug():
            loop.take_first_steps()
        try:
            while goes_on:
                tick, thrown = None, None
                try:
                    tick = await waiter
                except BaseException as error:  # noqa: BLE001 - it may be meant for a body
                    thrown = error
                goes_on = await loop.serve(tick, thrown)
                waiter = loop.ticker.next()
            await loop.runs_beside_ended()
        except BaseException as error:
            if is_death(error, self._task, is_stopping=self._drain is not None):
                self._die(error)
            if not isinstance(error, Exception | asyncio.CancelledError):
                raise
            await loop.runs_beside_ended()
        finally:
            self._end()
        if self._fault is None:
            self._context.announcer.announce(LoopStopped(self.name))

    def _end(self) -> None:
        self._is_over = True
        if self._drain is not None:
            self._drain.finish()

    def _die(self, error: BaseException) -> None:
        error = cause_of_death(self.name, error)
        self._fault = error
        self._loop.close()
        self._context.announcer.announce(LoopDied(self.name, error))
        self._context.on_death(self.name, error)

    def _check_running(self, verb: str) -> None:
        phase = self._phase()
        if phase is JobState.NOT_STARTED:
            raise ControlError(f"cannot {verb} job {self.name}: its host is not started")
        check_home(self._task, f"{verb} job {self.name}")
        if phase is not None:
            raise ControlError(f"cannot {verb} job {self.name}: it is {phase}")

    def _phase(self) -> JobState | None:
        """Return the state that the loop is in before or after its work; `None` while at it."""
        if self._task is None:
            return JobState.NOT_STARTED
        if self._fault is not None:
            return JobState.FAULTED
        if self._drain is not None:
            return JobState.STOPPED if self._drain.is_over else JobState.STOPPING
        return None


def _note_end(task: asyncio.Task[None]) -> None:
    # What gets past `_serve` ends the whole program; asyncio need not complain a second time.
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()

"""The status of one job, read off its loop and its books."""

import math
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from loopjobs._loop.loop import Loop
from loopjobs._loop.runs import Runs
from loopjobs._words.calendar import slot_near
from loopjobs._words.clock import Clock
from loopjobs._words.options import LoopJobOptions
from loopjobs._words.outcomes import JobState, Outcome
from loopjobs._words.records import ClusterView, JobStatus, JobVitals

OptionsT = TypeVar("OptionsT", bound=LoopJobOptions)

_SAME: Final = 0.01


class StatusReading(Generic[OptionsT]):
    """Reads everything at one moment, and changes nothing."""

    __slots__ = ("_clock", "_loop", "_name", "_runs")

    def __init__(self, name: str, loop: Loop[OptionsT], runs: Runs, clock: Clock) -> None:
        self._name = name
        self._loop = loop
        self._runs = runs
        self._clock = clock

    def read(self, phase: JobState | None) -> JobStatus[OptionsT]:
        """Return the job as it is at this moment.

        Args:
            phase: The state of a loop that does not do its work yet, or no longer.
        """
        runs, options = self._runs, self._loop.options
        failures = runs.terms.failures
        is_faulted = phase is JobState.FAULTED
        last = runs.last
        age = runs.success_age()
        has_succeeded = last is not None and last.outcome is Outcome.SUCCEEDED
        return JobStatus(
            name=self._name,
            state=self.state(phase),
            options=options,
            next_due_at=self._next_due_at(),
            last_run=last,
            consecutive_failures=failures,
            healthy=not is_faulted and failures < options.unhealthy_after_failures,
            ledger=runs.ledger,
            by_hand=runs.by_hand,
            is_paused=self._is_paused(),
            last_success=last if has_succeeded else runs.last_success,
            last_success_age=age,
            silent_for=0.0 if phase is not None else self._silent_for(age),
            running_for=runs.oldest_age(),
            overstayed=runs.overstayed,
            reporting=runs.reporting(),
            cluster=self._cluster(),
        )

    def vitals(self, phase: JobState | None) -> JobVitals:
        """Return how well the job is at this moment, and no more."""
        runs, options = self._runs, self._loop.options
        age = runs.success_age()
        return JobVitals(
            self._name,
            self.state(phase),
            options,
            None if options.cron is None else self._next_due_at(),
            runs.terms.failures,
            self._is_paused(),
            age,
            runs.last_success_duration,
            runs.last_error,
            0.0 if phase is not None else self._silent_for(age),
            runs.oldest_age(),
            runs.overstayed,
            self._cluster(),
        )

    def state(self, phase: JobState | None) -> JobState:
        """Return what the job is doing."""
        return phase or self._working_state()

    def _next_due_at(self) -> datetime | None:
        ticker = self._loop.ticker
        due = ticker.next_due
        if due == math.inf:
            return None
        instant = self._clock.now() + timedelta(seconds=due - self._clock.monotonic())
        if self._loop.options.cron is not None and abs(due - ticker.next_slot) < _SAME:
            return slot_near(instant)
        return instant

    def _working_state(self) -> JobState:
        if len(self._runs):
            return JobState.RUNNING
        if not self._loop.options.enabled:
            return JobState.DISABLED
        if self._is_paused():
            return JobState.PAUSED
        return JobState.BACKING_OFF if self._loop.pace.backs_off else JobState.WAITING

    def _is_paused(self) -> bool:
        turns = self._loop.shared_turns
        return self._loop.ticker.steering.is_paused or (turns is not None and turns.news.is_paused)

    def _silent_for(self, success_age: float | None) -> float:
        if self._is_paused() or not self._loop.options.has_slots:
            return 0.0
        silence = self._clock.monotonic() - self._loop.pace.expected_since
        return max(0.0, silence if success_age is None else min(silence, success_age))

    def _cluster(self) -> ClusterView | None:
        turns = self._loop.shared_turns
        return None if turns is None else turns.view(self._runs)

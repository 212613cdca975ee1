"""Facts that listeners hear. Each is frozen and complete in itself."""

from dataclasses import dataclass
from datetime import datetime

from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import RunRecord


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one job."""

    job: str


@dataclass(frozen=True, slots=True)
class LoopStarted(Event):
    """The loop of the job is scheduled."""


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """A run begins."""

    run_id: str
    due_at: datetime
    started_at: datetime
    lateness: float
    """Seconds between the moment the slot was to start, jitter included, and the start."""


@dataclass(frozen=True, slots=True)
class RunEnded(Event):
    """A run has ended; `record` says how."""

    record: RunRecord
    consecutive_failures: int
    recovered_after: int = 0
    """Failures in a row that this success ended."""


@dataclass(frozen=True, slots=True)
class SlotsSkipped(Event):
    """One slot, or several in a row, passed without a run."""

    outcome: Outcome
    count: int
    running_for: float | None = None
    """With `skipped_running`: the age in seconds of the oldest run in progress."""
    why: str | None = None
    """With `skipped_lease_unavailable`: what the lease store, or the way to it, has said; with
    `skipped_elsewhere`: who has the lease."""


@dataclass(frozen=True, slots=True)
class RunOverstayed(Event):
    """A run has timed out and been recorded, but its thread has not returned."""

    run_id: str
    running_for: float


@dataclass(frozen=True, slots=True)
class JobPaused(Event):
    """Slots are skipped from here on."""


@dataclass(frozen=True, slots=True)
class JobResumed(Event):
    """Slots are run again from here on."""


@dataclass(frozen=True, slots=True)
class OptionsChanged(Event):
    """A reload of the settings gave the job new options."""


@dataclass(frozen=True, slots=True)
class LoopStopped(Event):
    """The loop has ended as it should."""


@dataclass(frozen=True, slots=True)
class LoopDied(Event):
    """The loop itself failed; the host stops because of it."""

    error: BaseException

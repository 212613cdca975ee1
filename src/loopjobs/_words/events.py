"""Facts that listeners hear. Each is frozen and complete in itself.

Those that say no more than what they are need no methods of their own: to make these for a class is
a good part of what an import takes.
"""

from dataclasses import dataclass
from datetime import datetime

from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import RunRecord


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one job."""

    job: str


class LoopStarted(Event):
    """The loop of the job is scheduled."""

    __slots__ = ()


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


class JobPaused(Event):
    """Slots are skipped from here on."""

    __slots__ = ()


class JobResumed(Event):
    """Slots are run again from here on."""

    __slots__ = ()


class OptionsChanged(Event):
    """A reload of the settings gave the job new options."""

    __slots__ = ()


class LoopStopped(Event):
    """The loop has ended as it should."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class LoopDied(Event):
    """The loop itself failed; the host stops because of it."""

    error: BaseException

"""How a due slot ends, and what a job is doing."""

from enum import StrEnum


class Outcome(StrEnum):
    """The end of a due slot. Every slot ends in exactly one of these, and each has its count."""

    # Every run is counted by its outcome; the hash that Enum writes in Python costs more than
    # the rest of counting it.
    __hash__ = str.__hash__

    SUCCEEDED = "succeeded"
    """The run returned."""
    FAILED = "failed"
    """The run, its constructor or its scope raised."""
    TIMED_OUT = "timed_out"
    """The run passed `TimeoutInSeconds` and was cancelled."""
    CANCELLED = "cancelled"
    """The run ended early, or never began, because the host stops."""
    ABANDONED = "abandoned"
    """The run would not stop; the host went on without it."""
    SKIPPED_RUNNING = "skipped_running"
    """A run was still in progress."""
    SKIPPED_PAUSED = "skipped_paused"
    """The job was paused."""
    SKIPPED_BACKOFF = "skipped_backoff"
    """The job was backing off after failures."""
    SKIPPED_ELSEWHERE = "skipped_elsewhere"
    """Another replica had the slot."""
    SKIPPED_LEASE_UNAVAILABLE = "skipped_lease_unavailable"
    """The lease store could not be reached."""
    MISSED = "missed"
    """The process could not look: it was stalled or suspended."""


class JobState(StrEnum):
    """What a job is doing at this moment."""

    NOT_STARTED = "not_started"
    DISABLED = "disabled"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    BACKING_OFF = "backing_off"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAULTED = "faulted"
    """The loop itself died; the host stops because of it."""

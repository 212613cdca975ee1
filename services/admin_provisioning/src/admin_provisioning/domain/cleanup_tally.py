"""What a run of the cleanup has done."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from admin_provisioning.domain.cleanup_ports import Reaped

FAILURES_NAMED: Final = 20
"""Failures that one run names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step, or a job, that could not be cleaned up."""

    what: str
    error: Exception


@dataclass(slots=True)
class CleanupTally:
    """What a run has done so far; complete even if it ends early."""

    requeued: int = 0
    """Jobs of lost workers that are queued again."""
    reaped: int = 0
    """Jobs of lost workers that have failed."""
    abandoned: int = 0
    jobs: int = 0
    """Jobs that are gone, but for their tombstones."""
    items: int = 0
    files: int = 0
    orphans: int = 0
    """Files without a job that are gone."""
    tombstones: int = 0
    """Tombstones that are gone."""
    skipped_hold: int = 0
    skipped_recent: int = 0
    skipped_race: int = 0
    """Jobs that changed between look and write."""
    from_the_future: int = 0
    """Jobs that claim to have finished in the future."""
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    """The first ones only."""
    file_failures: int = 0
    file_error: Exception | None = None
    """The first one."""
    backlog: int = 0
    """Jobs that are due and still there."""
    oldest_left: datetime | None = None
    """When the oldest of them finished."""
    longest_overdue: timedelta = timedelta(0)
    """The longest time past its age of a job that was deleted or had to stay for now; even if the
    job was one of its owner's newest until lately."""
    duration: float = 0.0
    """Seconds."""
    failed_in_a_row: int = 0

    def count_reaped(self, reaped: Reaped) -> None:
        """Count jobs taken from lost workers."""
        self.requeued += reaped.requeued
        self.reaped += reaped.failed

    def count_failure(self, what: str, error: Exception) -> None:
        """Count something that could not be done."""
        self.failed += 1
        self.failed_in_a_row += 1
        if len(self.failures) < FAILURES_NAMED:
            self.failures.append(Failure(what, error))

    def count_file_failure(self, error: Exception) -> None:
        """Count a file that could not be deleted."""
        self.file_failures += 1
        self.file_error = self.file_error or error

    def note_overdue(self, overdue: timedelta) -> None:
        """Note how long a job that is to go has been old."""
        self.longest_overdue = max(self.longest_overdue, overdue)

    def count_left(self, finished_at: datetime, jobs: int = 1) -> None:
        """Count jobs that are due and stay; they are met in order, the oldest first."""
        self.backlog += jobs
        self.oldest_left = self.oldest_left or finished_at

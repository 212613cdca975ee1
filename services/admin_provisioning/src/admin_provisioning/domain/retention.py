"""How long finished bulk jobs are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from admin_provisioning.domain.bulk_job import BulkJobState


class Place(NamedTuple):
    """The place of a job among finished ones, the oldest first."""

    finished_at: datetime
    job_id: UUID


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """A finished job, as the cleanup sees it."""

    id: UUID
    version: int
    owner_id: str
    finished_at: datetime
    outcome: BulkJobState
    hold: bool
    file_key: str | None

    @property
    def place(self) -> Place:
        """Its place among finished jobs."""
        return Place(self.finished_at, self.id)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """A job that finished strictly before the instant of its outcome is old."""

    succeeded: datetime
    failed: datetime
    """For jobs that failed in part, too."""
    cancelled: datetime

    def of(self, outcome: BulkJobState) -> datetime:
        """Return the instant of an outcome."""
        match outcome:
            case BulkJobState.SUCCEEDED:
                return self.succeeded
            case BulkJobState.CANCELLED:
                return self.cancelled
            case _:
                return self.failed

    def overdue(self, job: FinishedJob) -> timedelta:
        """Return how long a job has been old."""
        return self.of(job.outcome) - job.finished_at

    @property
    def latest(self) -> datetime:
        """No job that finished at this instant or later is old."""
        return max(self.succeeded, self.failed, self.cancelled)


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long jobs are kept by their outcome, and how many of each owner at any age."""

    succeeded: timedelta = timedelta(days=7)
    failed: timedelta = timedelta(days=30)
    cancelled: timedelta = timedelta(days=7)
    keep_last_per_owner: int = 10
    """So many of an owner's finished jobs survive, the newest; 0 is none."""

    def cutoffs(self, now: datetime) -> Cutoffs:
        """Return what is old at an instant."""
        return Cutoffs(now - self.succeeded, now - self.failed, now - self.cancelled)


class Verdict(StrEnum):
    """What is to become of an old job."""

    DELETE = "delete"
    HELD = "held"
    """Somebody said that it stays."""
    RECENT = "recent"
    """It is one of its owner's newest."""


class Newest:
    """Which jobs are among the newest of their owners.

    Args:
        last_kept: for each owner that has as many finished jobs as are kept, the oldest of those
            that are; `None` keeps none.
    """

    def __init__(self, last_kept: Mapping[str, Place] | None) -> None:
        self._last_kept = last_kept

    def judge(self, job: FinishedJob) -> Verdict:
        """Return what is to become of a job that is old."""
        if job.hold:
            return Verdict.HELD
        if self._last_kept is None:
            return Verdict.DELETE
        last = self._last_kept.get(job.owner_id)
        return Verdict.RECENT if last is None or job.place >= last else Verdict.DELETE

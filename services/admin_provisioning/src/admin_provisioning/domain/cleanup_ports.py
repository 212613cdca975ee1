"""What the cleanup needs from storage; each verb is one transaction, and a short one."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from admin_provisioning.domain.retention import Cutoffs, FinishedJob, Place


@dataclass(frozen=True, slots=True)
class LostRule:
    """When the worker of a running job counts as lost, and what becomes of the job then."""

    lease_before: datetime
    """Its lease ended before this instant."""
    max_attempts: int
    """After so many workers it has failed; before that it is queued again."""


@dataclass(frozen=True, slots=True)
class Reaped:
    """How many jobs were taken from workers that were lost."""

    requeued: int
    failed: int

    @property
    def jobs(self) -> int:
        """All of them."""
        return self.requeued + self.failed


@dataclass(frozen=True, slots=True)
class DoomedJob:
    """A job that is being removed."""

    id: UUID
    file_key: str | None


class CleanupView(Protocol):
    """Sees what there is to clean up. Raises of every verb: `StoreUnavailableError`."""

    async def last_kept(self, keep: int, before: datetime) -> Mapping[str, Place]:
        """Return, for each owner with that many finished jobs, the oldest of so many newest.

        Jobs that finished at an instant or later are not counted.
        """
        ...

    async def old_jobs(
        self, cutoffs: Cutoffs, after: Place | None, limit: int
    ) -> Sequence[FinishedJob]:
        """List finished jobs that are old, the oldest first, beginning after one."""
        ...

    async def count_old_jobs(self, cutoffs: Cutoffs, after: Place) -> int:
        """Count what `old_jobs` would list after one, but for those on hold."""
        ...

    async def count_finished_after(self, instant: datetime) -> int:
        """Count jobs that claim to have finished after an instant."""
        ...

    async def doomed_jobs(self, after: UUID | None, limit: int) -> Sequence[DoomedJob]:
        """List jobs whose removal was begun and not ended, in order of id, beginning after one."""
        ...

    async def count_items(self, job_id: UUID) -> int:
        """Count the rows of a job."""
        ...

    async def count_lost(self, rule: LostRule) -> Reaped:
        """Count what `reap` would do."""
        ...

    async def count_abandoned(self, created_before: datetime) -> int:
        """Count what `abandon` would do."""
        ...

    async def count_tombstones(self, deleted_before: datetime) -> int:
        """Count what `forget_tombstones` would do."""
        ...

    async def keys_in_use(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return those keys of files that a job refers to."""
        ...


class CleanupStore(Protocol):
    """Cleans up. Raises of every verb: `StoreUnavailableError`.

    What others have locked is passed over where it can wait; conditions are checked again in the
    statement that writes.
    """

    async def reap(self, rule: LostRule, now: datetime, limit: int) -> Reaped:
        """Take running jobs from workers that were lost."""
        ...

    async def abandon(self, created_before: datetime, now: datetime, limit: int) -> int:
        """Call off jobs whose rows were never taken in to the end; returns how many."""
        ...

    async def doom(self, job: FinishedJob, now: datetime) -> bool:
        """Begin to remove a job, unless it changed meanwhile; returns whether it was begun.

        From here on, whoever asks for the job is told that it is gone.
        """
        ...

    async def delete_items(self, job_id: UUID, limit: int) -> int:
        """Delete rows of a job that is being removed; returns how many."""
        ...

    async def bury(self, job_id: UUID, now: datetime) -> bool:
        """Put a tombstone in the place of a job without rows; returns whether it was there.

        A job that has rows stays: another instance is at work on it.
        """
        ...

    async def forget_tombstones(self, deleted_before: datetime, limit: int) -> int:
        """Delete old tombstones; returns how many."""
        ...

"""What a worker needs from storage; each verb is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self
from uuid import UUID

from admin_provisioning.domain.bulk_job import BulkJobKind, BulkJobState, ItemState


class LeaseLostError(Exception):
    """Somebody else decides about the job by now: a worker that sees this must not touch it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    ok: int
    failed: int
    cancel_requested: bool

    @property
    def done(self) -> int:
        """Rows that have ended."""
        return self.ok + self.failed


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker has alone, while its lease lasts."""

    job_id: UUID
    kind: BulkJobKind
    worker_id: str
    """Names this claim: no other claim of any job, in any process, ever has the same."""
    attempt: int
    total: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Item:
    """A row that is still to be done."""

    id: int
    payload: dict[str, object]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """How a row ended."""

    item_id: int
    state: ItemState
    target_id: int | None = None
    error_code: str | None = None
    error: str | None = None

    @classmethod
    def succeeded(cls, item: Item, target_id: int | None) -> Self:
        """Return the result of a row that worked."""
        return cls(item.id, ItemState.SUCCEEDED, target_id=target_id)

    @classmethod
    def failed(cls, item: Item, code: str, message: str) -> Self:
        """Return the result of a row that did not."""
        return cls(item.id, ItemState.FAILED, error_code=code, error=message)


class JobQueue(Protocol):
    """The bulk jobs, as a worker sees them.

    Every verb that takes a `Claim` and changes something does so only while the job is running
    for that very claim. Raises of every verb: `StoreUnavailableError`.
    """

    async def claim(self, worker_id: str, now: datetime, lease_until: datetime) -> Claim | None:
        """Take the oldest job that is queued and may be worked on now; `None` if there is none."""
        ...

    async def renew(self, claim: Claim, lease_until: datetime) -> None:
        """Hold on to a job.

        Raises:
            LeaseLostError: it is no longer ours.
        """
        ...

    async def pending(self, claim: Claim, limit: int) -> Sequence[Item]:
        """List the next rows that have not ended, in the order of what was uploaded."""
        ...

    async def record(self, claim: Claim, results: Sequence[ItemResult], now: datetime) -> Progress:
        """Write down how rows ended, and count them; returns how far the job is then.

        Raises:
            LeaseLostError: the job is no longer ours; nothing was written.
        """
        ...

    async def finish(self, claim: Claim, state: BulkJobState, now: datetime) -> None:
        """End a job in a state of `FINISHED`.

        Raises:
            LeaseLostError: it is no longer ours; nothing was written.
        """
        ...

    async def give_back(self, claim: Claim, not_before: datetime | None, now: datetime) -> None:
        """Put a job back into the queue, to wait there until an instant; this was no attempt.

        Raises:
            LeaseLostError: it is no longer ours; nothing was written.
        """
        ...

    async def has_more(self, now: datetime) -> bool:
        """Return whether a job could be claimed now."""
        ...

"""What the rules need from elsewhere."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import BinaryIO, Protocol
from uuid import UUID

from admin_provisioning.domain.bulk_job import BulkJob, BulkJobPage, ItemPage, ItemState
from admin_provisioning.domain.lists import ListedRow
from admin_provisioning.domain.new_job import NewBulkJob


class Intake(Protocol):
    """The bulk jobs, as long as they are being stored; each verb is one transaction.

    Raises of every verb: `StoreUnavailableError` when the store cannot serve it now.
    """

    async def create(self, new: NewBulkJob, now: datetime) -> tuple[BulkJob, bool]:
        """Create a job without rows, or find the one that its idempotency key stands for.

        Returns it, and whether it is now the caller's task to store its rows. It is for a job
        found too, if whoever was storing them has not been heard of for a while; then there are
        none of them.

        Raises:
            KeyReusedError: the key stands for another request.
            KeyGoneError: the key stands for a job that was removed.
            TooManyUnfinishedError: the owner must wait.
        """
        ...

    async def add_rows(self, job: BulkJob, rows: Sequence[ListedRow], now: datetime) -> None:
        """Store some of the rows.

        Raises:
            BulkJobStateError: somebody else decides about the job by now.
        """
        ...

    async def enqueue(self, job: BulkJob, now: datetime) -> BulkJob:
        """Let workers have the job, for all of its rows are stored.

        Raises:
            BulkJobStateError: somebody else decides about the job by now.
        """
        ...

    async def discard(self, job: BulkJob) -> bool:
        """Forget a job that could not be stored; returns whether it was still the caller's."""
        ...


class BulkJobRepository(Protocol):
    """The bulk jobs, as those see them who ask about them; each verb is one transaction.

    Args of every verb: `owner_id` is whose jobs may be seen, `None` for everybody's.

    Raises of every verb that names a job:
        BulkJobNotFoundError: there is none with this id that may be seen.
        BulkJobGoneError: it has been removed.
        StoreUnavailableError: the store cannot serve it now.
    """

    async def get(self, job_id: UUID, owner_id: str | None) -> BulkJob:
        """Return one job."""
        ...

    async def page(self, owner_id: str | None, before: UUID | None, limit: int) -> BulkJobPage:
        """List jobs, the newest first, beginning before one."""
        ...

    async def items(
        self, job: BulkJob, state: ItemState | None, after: int, limit: int
    ) -> ItemPage:
        """List rows of a job in their order, beginning after the row of that number."""
        ...

    async def cancel(self, job_id: UUID, owner_id: str | None, now: datetime) -> BulkJob:
        """Stop a job: at once if nobody has it yet, else as soon as its worker notices.

        Raises:
            BulkJobStateError: it is finished.
        """
        ...

    async def set_hold(
        self, job_id: UUID, owner_id: str | None, now: datetime, *, hold: bool
    ) -> BulkJob:
        """Keep a job at any age, or no longer."""
        ...

    async def retry(self, job_id: UUID, owner_id: str | None, now: datetime) -> BulkJob:
        """Queue a job once more, for those of its rows that failed and may yet be done.

        Raises:
            BulkJobStateError: it did not fail, or has no such row.
            TooManyUnfinishedError: its owner must wait.
        """
        ...

    async def remove(self, job_id: UUID, owner_id: str | None, now: datetime) -> None:
        """Remove a job; its rows and its file go a little later. Again is no error.

        Raises:
            BulkJobStateError: it is not finished, or on hold.
        """
        ...


class FileStore(Protocol):
    """Keeps uploaded files, each under a key that the service chose.

    Raises of every verb: `ValueError` for a key that is none, `StoreUnavailableError` when the
    store cannot serve it now.
    """

    async def save(self, key: str, content: BinaryIO) -> None:
        """Keep what is read from here to the end of `content`: all of it, or nothing.

        What was kept under this key before is replaced.
        """
        ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """Give the content piece by piece.

        Raises:
            FileNotFoundError: nothing is kept under this key.
        """
        ...

    async def delete(self, key: str) -> bool:
        """Forget a file; returns whether there was one."""
        ...

    async def stored_before(self, instant: datetime) -> Sequence[str]:
        """List the keys of files that were stored before an instant, the oldest first."""
        ...

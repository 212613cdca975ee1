"""The bulk jobs, as those see them who ask about them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin_provisioning.domain.bulk_job import (
    BulkJob,
    BulkJobPage,
    BulkJobState,
    ItemPage,
    ItemState,
)
from admin_provisioning.domain.errors import BulkJobGoneError, BulkJobNotFoundError
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.domain.transitions import (
    must_be_cancellable,
    must_be_removable,
    must_be_retriable,
)
from admin_provisioning.storage.models import BulkJobArchiveRow, BulkJobItemRow, BulkJobRow
from admin_provisioning.storage.retries import queue_again
from admin_provisioning.storage.rows import to_item, to_job
from admin_provisioning.storage.unfinished import refuse_too_many, take_turn
from servicekit.database import Database


class SqlBulkJobRepository:
    """A `BulkJobRepository` on the table of bulk jobs.

    Args:
        database: where they are.
        limits: how many unfinished jobs an owner may have.
    """

    def __init__(self, database: Database, limits: BulkJobLimits) -> None:
        self._database = database
        self._limits = limits

    async def get(self, job_id: UUID, owner_id: str | None) -> BulkJob:
        """Return one job."""
        async with self._database.reading() as session:
            return to_job(await _find(session, _by_id(job_id), job_id, owner_id))

    async def page(self, owner_id: str | None, before: UUID | None, limit: int) -> BulkJobPage:
        """List jobs, the newest first, beginning before one."""
        statement = (
            select(BulkJobRow)
            .where(BulkJobRow.state != BulkJobState.DELETING.value)
            .order_by(BulkJobRow.id.desc())
            .limit(limit + 1)
        )
        if owner_id is not None:
            statement = statement.where(BulkJobRow.owner_id == owner_id)
        if before is not None:
            statement = statement.where(BulkJobRow.id < before)
        async with self._database.reading() as session:
            rows = (await session.scalars(statement)).all()
        jobs = tuple(to_job(row) for row in rows[:limit])
        return BulkJobPage(jobs, next_before=jobs[-1].id if len(rows) > limit else None)

    async def items(
        self, job: BulkJob, state: ItemState | None, after: int, limit: int
    ) -> ItemPage:
        """List rows of a job in their order, beginning after the row of that number."""
        statement = (
            select(BulkJobItemRow)
            .where(BulkJobItemRow.job_id == job.id, BulkJobItemRow.row_no > after)
            .order_by(BulkJobItemRow.row_no)
            .limit(limit + 1)
        )
        if state is not None:
            # Part of the statement: else SQLite would not see that an index of these rows serves.
            only = literal(state.value, literal_execute=True)
            statement = statement.where(BulkJobItemRow.state == only)
        async with self._database.reading() as session:
            rows = (await session.scalars(statement)).all()
            # In the same look: half a list, of a job that is being removed, is never shown.
            await _find(session, _by_id(job.id), job.id, None)
        items = tuple(to_item(row) for row in rows[:limit])
        return ItemPage(items, next_after=items[-1].row_no if len(rows) > limit else None)

    async def cancel(self, job_id: UUID, owner_id: str | None, now: datetime) -> BulkJob:
        """Stop a job: at once if nobody has it yet, else as soon as its worker notices."""
        async with self._database.writing() as session:
            job = await _lock(session, job_id, owner_id)
            must_be_cancellable(to_job(job))
            changes: dict[str, object] = {"cancel_requested_at": job.cancel_requested_at or now}
            if job.state != BulkJobState.RUNNING:
                changes |= {"state": BulkJobState.CANCELLED.value, "finished_at": now}
            return await _change(session, job, changes, now)

    async def set_hold(
        self, job_id: UUID, owner_id: str | None, now: datetime, *, hold: bool
    ) -> BulkJob:
        """Keep a job at any age, or no longer."""
        async with self._database.writing() as session:
            job = await _lock(session, job_id, owner_id)
            return await _change(session, job, {"hold": hold}, now)

    async def retry(self, job_id: UUID, owner_id: str | None, now: datetime) -> BulkJob:
        """Queue a job once more, for those of its rows that failed and may yet be done."""
        async with self._database.writing() as session:
            # Whose turn it is must be known before the job is locked, or two could wait in a ring.
            owner = (await _find(session, _by_id(job_id), job_id, owner_id)).owner_id
            await take_turn(session, owner)
            job = await _lock(session, job_id, owner_id)
            must_be_retriable(to_job(job))
            await refuse_too_many(session, owner, self._limits.max_unfinished_per_owner)
            return await _change(session, job, await queue_again(session, job.id), now)

    async def remove(self, job_id: UUID, owner_id: str | None, now: datetime) -> None:
        """Remove a job; its rows and its file go a little later. Again is no error."""
        async with self._database.writing() as session:
            try:
                job = await _lock(session, job_id, owner_id)
            except BulkJobGoneError:
                return
            must_be_removable(to_job(job))
            changes = {"state": BulkJobState.DELETING.value, "outcome": job.state}
            await _change(session, job, changes, now)


def _by_id(job_id: UUID) -> Select[BulkJobRow]:
    return (
        select(BulkJobRow).where(BulkJobRow.id == job_id).execution_options(populate_existing=True)
    )


async def _lock(session: AsyncSession, job_id: UUID, owner_id: str | None) -> BulkJobRow:
    # SQLite has no row locks and needs none: its write transactions stand in a queue.
    return await _find(session, _by_id(job_id).with_for_update(), job_id, owner_id)


async def _find(
    session: AsyncSession, statement: Select[BulkJobRow], job_id: UUID, owner_id: str | None
) -> BulkJobRow:
    job = await session.scalar(statement)
    owner = await _archived_owner(session, job_id) if job is None else job.owner_id
    if owner is None or owner_id not in {None, owner}:
        raise BulkJobNotFoundError
    if job is None or job.state == BulkJobState.DELETING:
        raise BulkJobGoneError
    return job


async def _archived_owner(session: AsyncSession, job_id: UUID) -> str | None:
    archived = select(BulkJobArchiveRow.owner_id).where(BulkJobArchiveRow.job_id == job_id)
    return await session.scalar(archived)


async def _change(
    session: AsyncSession, job: BulkJobRow, changes: Mapping[str, object], now: datetime
) -> BulkJob:
    changed = (
        update(BulkJobRow)
        .where(BulkJobRow.id == job.id)
        .values({**changes, "updated_at": now, "version": BulkJobRow.version + 1})
        .returning(BulkJobRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return to_job((await session.scalars(changed)).one())

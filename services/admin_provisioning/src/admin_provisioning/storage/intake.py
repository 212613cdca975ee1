"""The bulk jobs, as long as they are being stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin_provisioning.domain.bulk_job import BulkJob, BulkJobState, ItemState
from admin_provisioning.domain.errors import BulkJobStateError, KeyGoneError, KeyReusedError
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.domain.lists import ListedRow
from admin_provisioning.domain.new_job import NewBulkJob
from admin_provisioning.storage.models import BulkJobArchiveRow, BulkJobItemRow, BulkJobRow
from admin_provisioning.storage.rows import to_job
from admin_provisioning.storage.unfinished import refuse_too_many, take_turn
from servicekit.database import Database

_GIVEN_UP_AFTER: Final = timedelta(minutes=1)
"""Whoever stores rows is heard of with each batch; after this silence it has ended."""


class SqlIntake:
    """An `Intake` on the table of bulk jobs.

    Args:
        database: where they are.
        limits: how many unfinished jobs an owner may have.
    """

    def __init__(self, database: Database, limits: BulkJobLimits) -> None:
        self._database = database
        self._limits = limits

    async def create(self, new: NewBulkJob, now: datetime) -> tuple[BulkJob, bool]:
        """Create a job without rows, or find the one that its idempotency key stands for."""
        async with self._database.writing() as session:
            await take_turn(session, new.owner_id)
            known = await _known(session, new)
            if known is not None:
                is_ours = await _take_over(session, known, now)
                return to_job(known), is_ours
            await refuse_too_many(session, new.owner_id, self._limits.max_unfinished_per_owner)
            row = _row(new, now)
            session.add(row)
            await session.flush()
            return to_job(row), True

    async def add_rows(self, job: BulkJob, rows: Sequence[ListedRow], now: datetime) -> None:
        """Store some of the rows."""
        async with self._database.writing() as session:
            await _change_ours(session, job, {"updated_at": now})
            await session.execute(insert(BulkJobItemRow), [_item(job, row) for row in rows])

    async def enqueue(self, job: BulkJob, now: datetime) -> BulkJob:
        """Let workers have the job, for all of its rows are stored."""
        changes = {
            "state": BulkJobState.QUEUED.value,
            "updated_at": now,
            "version": BulkJobRow.version + 1,
        }
        async with self._database.writing() as session:
            return await _change_ours(session, job, changes)

    async def discard(self, job: BulkJob) -> bool:
        """Forget a job that could not be stored; returns whether it was still the caller's."""
        async with self._database.writing() as session:
            locked = select(BulkJobRow.id).where(_is_ours(job)).with_for_update()
            if await session.scalar(locked) is None:
                return False
            await session.execute(delete(BulkJobItemRow).where(BulkJobItemRow.job_id == job.id))
            await session.execute(delete(BulkJobRow).where(BulkJobRow.id == job.id))
            return True


async def _known(session: AsyncSession, new: NewBulkJob) -> BulkJobRow | None:
    """Return the job that a key stands for; refuse a key that is used up."""
    if new.idempotency_key is None:
        return None
    # In this order: a job moves from one table to the other, and so cannot be missed.
    job = await session.scalar(
        select(BulkJobRow)
        .where(
            BulkJobRow.owner_id == new.owner_id,
            BulkJobRow.idempotency_key == new.idempotency_key,
        )
        .with_for_update()
    )
    if job is None:
        archived = select(BulkJobArchiveRow.job_id).where(
            BulkJobArchiveRow.owner_id == new.owner_id,
            BulkJobArchiveRow.idempotency_key == new.idempotency_key,
        )
        if await session.scalar(archived) is not None:
            raise KeyGoneError
        return None
    if job.state == BulkJobState.DELETING:
        raise KeyGoneError
    if job.request_hash != new.request_hash:
        raise KeyReusedError
    return job


async def _take_over(session: AsyncSession, job: BulkJobRow, now: datetime) -> bool:
    """Make a job ours that nobody stores any more; returns whether it is such a one."""
    if job.state != BulkJobState.CREATED or now - job.updated_at < _GIVEN_UP_AFTER:
        return False
    await session.execute(delete(BulkJobItemRow).where(BulkJobItemRow.job_id == job.id))
    # The version tells us from whoever had it before, should that one come back.
    job.version += 1
    job.updated_at = now
    await session.flush()
    return True


def _is_ours(job: BulkJob) -> ColumnElement[bool]:
    return and_(
        BulkJobRow.id == job.id,
        BulkJobRow.state == BulkJobState.CREATED.value,
        BulkJobRow.version == job.version,
    )


async def _change_ours(
    session: AsyncSession, job: BulkJob, changes: Mapping[str, object]
) -> BulkJob:
    row = await session.scalar(
        update(BulkJobRow).where(_is_ours(job)).values(changes).returning(BulkJobRow)
    )
    if row is None:
        raise BulkJobStateError("this bulk job was cancelled while it was being stored")
    return to_job(row)


def _row(new: NewBulkJob, now: datetime) -> BulkJobRow:
    return BulkJobRow(
        id=new.id,
        kind=new.kind.value,
        state=BulkJobState.CREATED.value,
        owner_id=new.owner_id,
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
        total_count=new.total_count,
        ok_count=0,
        failed_count=new.bad_count,
        created_at=now,
        updated_at=now,
        attempt=0,
        file_key=new.file_key,
        hold=False,
        version=1,
    )


def _item(job: BulkJob, row: ListedRow) -> dict[str, object]:
    fault = row.fault
    return {
        "job_id": job.id,
        "row_no": row.row_no,
        "payload": dict(row.payload),
        "state": (ItemState.PENDING if fault is None else ItemState.FAILED).value,
        "error_code": None if fault is None else fault.code.value,
        "error": None if fault is None else fault.text,
    }
